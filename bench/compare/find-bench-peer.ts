import { createHash } from 'node:crypto'
import { access, constants, readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The Go module of the peer and of the load client; pinned by its go.mod. */
export const SOURCE = fileURLToPath(new URL('../peer', import.meta.url))
export const PROGRAMS = ['gcp-server', 'fleet'] as const

export interface BenchPrograms {
  /** go-control-plane with a synthetic workload. */
  readonly peer: string
  /** Many streams that behave like Envoy's. */
  readonly fleet: string
}

/** What the build script has put into the cache folder; undefined until it has. */
export async function findBenchPeer(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<BenchPrograms | undefined> {
  const folder = await benchPeerFolder(environment)
  const [peer, fleet] = PROGRAMS.map(name => join(folder, name)) as [string, string]
  try {
    for (const program of [peer, fleet]) await access(program, constants.X_OK)
    return { peer, fleet }
  } catch {
    return undefined
  }
}

/** Where the build script builds: a folder for these very sources on this kind of machine. */
export async function benchPeerFolder(environment: NodeJS.ProcessEnv): Promise<string> {
  const hash = createHash('sha256').update([process.platform, process.arch].join(' '))
  for (const file of await sourceFiles()) hash.update(await readFile(join(SOURCE, file)))
  const cache = environment.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(cache, 'vicinity', 'bench-peer', hash.digest('hex').slice(0, 16))
}

async function sourceFiles(): Promise<string[]> {
  const all = await readdir(SOURCE, { recursive: true })
  return all.filter(name => /\.go$|^go\.(mod|sum)$/.test(name)).sort()
}
