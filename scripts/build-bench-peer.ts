import { join } from 'node:path'
import { benchPeerFolder, findBenchPeer, PROGRAMS, SOURCE } from '../bench/compare/find-bench-peer.ts'
import { buildGo, hasGo, makePieces, NO_GO } from './cached-pieces.ts'

/**
 * Makes what `npm run bench` compares with and measures by, in the cache folder: go-control-plane with a workload, and
 * the load client. Exit codes: 0 they are there, 1 failed, 77 there is no Go on this machine.
 */
const say = (line: string) => console.error(`bench-peer: ${line}`)

async function main(): Promise<number> {
  const folder = await benchPeerFolder(process.env)
  const isWhole = async () => (await findBenchPeer()) !== undefined
  if (await isWhole()) {
    say(`up to date: ${folder}`)
    return 0
  }
  if (!(await hasGo())) {
    say('there is no Go on this machine, and without it there is neither the peer to compare with nor')
    say('the load client that measures. Install Go 1.26 or newer; then this is done once, in some 2 minutes')
    return NO_GO
  }
  const pieces = PROGRAMS.map(name => ({
    name,
    doing: `compiling ${name}`,
    bring: (work: string) => buildGo(SOURCE, join(work, name), { main: `./cmd/${name}` }),
  }))
  await makePieces({ folder, pieces, isWhole, say })
  say(`ready: ${folder}`)
  return 0
}

process.exitCode = await main().catch((error: Error) => {
  console.error(`bench-peer: it could not be built: ${error.message}`)
  return 1
})
