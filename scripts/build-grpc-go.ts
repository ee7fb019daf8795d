import { join } from 'node:path'
import { findGrpcGo, grpcGoFolder, SOURCE } from '../test/support/grpc-go/find-grpc-go.ts'
import { buildGo, hasGo, makePieces, NO_GO } from './cached-pieces.ts'

/**
 * Makes the gRPC client and server in Go that the tests of gRPC clients run, in the cache folder. Exit codes: 0 it is
 * there, 1 failed, 77 there is no Go on this machine.
 */
const say = (line: string) => console.log(`grpc-go: ${line}`)

async function main(): Promise<number> {
  const folder = await grpcGoFolder(process.env)
  const isWhole = async () => (await findGrpcGo()) !== undefined
  if (await isWhole()) {
    say(`up to date: ${folder}`)
    return 0
  }
  if (!(await hasGo())) {
    say('SKIPPED: there is no Go on this machine, and without it the tests of gRPC clients have none in Go.')
    say('Install Go 1.26 or newer')
    return NO_GO
  }
  const bring = (work: string) => buildGo(SOURCE, join(work, 'grpc-go'))
  const pieces = [{ name: 'grpc-go', doing: 'compiling grpc-go, some 2 minutes on 2 cores', bring }]
  await makePieces({ folder, pieces, isWhole, say })
  say(`ready: ${folder}`)
  return 0
}

process.exitCode = await main().catch((error: Error) => {
  console.error(`grpc-go: the gRPC client of the tests could not be built: ${error.message}`)
  return 1
})
