import { connect } from 'node:http2'
import { status } from '@grpc/grpc-js'
import { expect, onTestFinished, test } from 'vitest'
import { openSideBed } from './side-bed.ts'

/** What a call is answered of which only the first bytes come: they say how large its message is to be. */
async function answerToHead(path: string, length: number): Promise<number> {
  const { server } = await openSideBed()
  const session = connect(`http://127.0.0.1:${server.port}`)
  onTestFinished(() => session.destroy())
  const call = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  const head = Buffer.alloc(5)
  head.writeUInt32BE(length, 1)
  call.write(head)
  const headers = await new Promise<Record<string, unknown>>(resolve => call.on('response', resolve))
  return Number(headers['grpc-status'])
}

test.each([
  '/grpc.health.v1.Health/Check',
  '/grpc.health.v1.Health/Watch',
  '/grpc.health.v1.Health/List',
  '/envoy.service.status.v3.ClientStatusDiscoveryService/FetchClientStatus',
])('%s takes no large message of whom nobody has asked who he is', async path => {
  expect(await answerToHead(path, 64 * 1024 + 1)).toBe(status.RESOURCE_EXHAUSTED)
})

test('a stream takes nothing at all of them', async () => {
  const path = '/envoy.service.status.v3.ClientStatusDiscoveryService/StreamClientStatus'
  expect(await answerToHead(path, 1)).toBe(status.UNAUTHENTICATED)
})
