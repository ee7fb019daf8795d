import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type BenchPrograms, findBenchPeer } from './find-bench-peer.ts'

const BUILD = fileURLToPath(new URL('../../scripts/build-bench-peer.ts', import.meta.url))

/** The peer and the load client, built now if they are not yet; rejects after the build has said why it cannot. */
export async function benchPrograms(): Promise<BenchPrograms> {
  const found = await findBenchPeer()
  if (found) return found
  const build = spawn(process.execPath, ['--import', 'tsx', BUILD], { stdio: 'inherit' })
  await once(build, 'close')
  const built = await findBenchPeer()
  if (!built) throw new Error('nothing to compare with: the peer and the load client are not built')
  return built
}
