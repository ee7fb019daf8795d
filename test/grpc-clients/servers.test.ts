import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../demo/free-port.ts'
import { type RunningProcess, startProcess } from '../../demo/running-process.ts'
import { type GrpcBed, openGrpcBed, settledOn, WEB } from '../support/grpc-bed.ts'
import { findGrpcGo, HOW_TO_GET_IT } from '../support/grpc-go/find-grpc-go.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'

const grpcGo = await findGrpcGo()

if (grpcGo === undefined) {
  console.warn(`SKIPPED: the tests of a gRPC server did not run: ${HOW_TO_GET_IT}`)
  test.skip(`SKIPPED, gRPC servers: ${HOW_TO_GET_IT}`)
} else describe('[O101] a gRPC server that takes its listener from Vicinity', () => ofServer(grpcGo))

function ofServer(program: string): void {
  let grpc: GrpcBed
  let server: RunningProcess
  let mode: { address: string; mode: string; reason: string }
  let port: number

  beforeAll(async () => {
    grpc = await openGrpcBed()
    port = await freePort()
    server = startProcess('grpc-go', program, ['serve', 'served', `127.0.0.1:${port}`], {
      GRPC_XDS_BOOTSTRAP: await grpc.bootstrap('server', 'zone-a'),
    })
    mode = await server.waitForLine(line => JSON.parse(line))
  }, SETUP_TIMEOUT)
  afterAll(async () => {
    await server?.kill()
    await grpc?.close()
  })

  test('serves', () => {
    expect(mode).toEqual({ address: `127.0.0.1:${port}`, mode: 'SERVING', reason: '' })
  })

  test('is shown without anything to warn of', async () => {
    const { items } = await grpc.bed.api.get<{ items: object[] }>('/v1/proxies?node=server')
    expect(items).toMatchObject([{ gateway: '', synced: true, warnings: [], types: [{ sent: 1, acked: 1 }] }])
  })

  test('answers clients that find it by its service, until it is killed: then those of the next zone do', async () => {
    const other = await grpc.backend('other')
    const endpoints = [
      { name: 'served', port },
      { name: 'other', port: other.port, zone: 'zone-b' },
    ]
    await grpc.push(endpoints, { trafficDistribution: 'PreferSameZone' })
    const client = await grpc.client([program, 'call'], 'zone-a')
    expect(await client.call(WEB, { count: 5 })).toMatchObject({ answered: { served: 5 }, failed: [] })
    await server.kill()
    expect(await settledOn(client, 'other')).toMatchObject({ answered: { other: 20 }, failed: [] })
  })
}
