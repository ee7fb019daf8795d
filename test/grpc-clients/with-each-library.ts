import { test } from 'vitest'
import { builtFile } from '../support/built/built-file.ts'
import type { Library } from '../support/grpc-bed.ts'
import { findGrpcGo, HOW_TO_GET_IT } from '../support/grpc-go/find-grpc-go.ts'

/** Says what must hold for clients of every gRPC library that is there; loudly, where one is not. */
export async function withEachLibrary(describe: (name: string, library: Library) => void): Promise<void> {
  describe('grpc-js', [process.execPath, builtFile('grpc-js-caller')])
  const grpcGo = await findGrpcGo()
  if (grpcGo !== undefined) {
    describe('grpc-go', [grpcGo, 'call'])
    return
  }
  console.warn(`SKIPPED: the tests with clients of grpc-go did not run: ${HOW_TO_GET_IT}`)
  test.skip(`SKIPPED, clients of grpc-go: ${HOW_TO_GET_IT}`)
}
