import { execFile } from 'node:child_process'
import { access, constants, readdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The oldest version that Vicinity is made for. */
const OLDEST = 15
const PROGRAMS = ['postgres', 'initdb', 'pg_ctl', 'pg_basebackup'] as const
const DEBIAN = '/usr/lib/postgresql'

export const HOW_TO_GET_IT = `install PostgreSQL ${OLDEST} or newer, or let VICINITY_TEST_POSTGRES_BIN name its bin folder`

export interface PostgresInstallation {
  /** The folder of `postgres`, `initdb`, `pg_ctl` and `pg_basebackup`. */
  readonly bin: string
  /** As in "15.14". */
  readonly version: string
}

/**
 * The PostgreSQL server to test with: what VICINITY_TEST_POSTGRES_BIN names, else the first on the PATH, where
 * `pg_config` points, or among Debian's, newest first. Undefined when there is none that is new enough.
 */
export async function findPostgres(
  environment: NodeJS.ProcessEnv = process.env,
  debian = DEBIAN,
): Promise<PostgresInstallation | undefined> {
  const named = environment.VICINITY_TEST_POSTGRES_BIN
  if (named) {
    const found = await installationIn(named)
    if (found) return found
    throw new Error(
      `VICINITY_TEST_POSTGRES_BIN names ${named}, which has no server of PostgreSQL ${OLDEST} or newer`,
    )
  }
  for (const bin of await candidates(environment, debian)) {
    const found = await installationIn(bin)
    if (found) return found
  }
  return undefined
}

async function candidates(environment: NodeJS.ProcessEnv, debian: string): Promise<string[]> {
  const path = (environment.PATH ?? '').split(delimiter).filter(Boolean)
  return [...path, ...(await configured(environment)), ...(await packaged(debian))]
}

async function configured(env: NodeJS.ProcessEnv): Promise<string[]> {
  try {
    return [(await run('pg_config', ['--bindir'], { env })).stdout.trim()]
  } catch {
    return []
  }
}

/** Debian has a folder for each major version. */
async function packaged(folder: string): Promise<string[]> {
  try {
    const versions = (await readdir(folder)).map(Number).filter(Number.isInteger)
    return versions.sort((a, b) => b - a).map(version => join(folder, String(version), 'bin'))
  } catch {
    return []
  }
}

/** The folder has to have all of it: links to some of the programs are no installation. */
async function installationIn(bin: string): Promise<PostgresInstallation | undefined> {
  try {
    await Promise.all(PROGRAMS.map(program => access(join(bin, program), constants.X_OK)))
    const { stdout } = await run(join(bin, 'postgres'), ['--version'])
    const version = /(\d+)(\.\d+|beta\d+|rc\d+|devel)/.exec(stdout)
    return version && Number(version[1]) >= OLDEST ? { bin, version: version[0] } : undefined
  } catch {
    return undefined
  }
}
