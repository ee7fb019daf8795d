import { type Client, status } from '@grpc/grpc-js'
import { service } from 'grpc-health-check'
import { expect, test, vi } from 'vitest'
import { ask, openSideBed } from './side-bed.ts'

type Asked = { service: string }
type Answered = { status: string }

const { Check, Watch, List } = service as unknown as Record<
  'Check' | 'Watch' | 'List',
  Parameters<typeof ask<Asked, Answered>>[1]
>

const ADS = 'envoy.service.discovery.v3.AggregatedDiscoveryService'

function watch(client: Client, name: string) {
  const { path, requestSerialize, responseDeserialize } = Watch
  const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service: name })
  const statuses: string[] = []
  call.on('data', ({ status }) => statuses.push(status))
  call.on('error', () => undefined)
  const end = new Promise<{ code: status }>(resolve => call.on('status', resolve))
  return { call, statuses, end }
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000 })

test.each(['', ADS, 'envoy.service.status.v3.ClientStatusDiscoveryService', 'grpc.health.v1.Health'])(
  'of "%s" is SERVING, whoever asks',
  async name => {
    const { client } = await openSideBed()
    expect(await ask(client, Check, { service: name })).toEqual({ status: 'SERVING' })
  },
)

test('of a service that there is not is NOT_FOUND', async () => {
  const { client } = await openSideBed()
  await expect(ask(client, Check, { service: 'no.Such' })).rejects.toMatchObject({ code: status.NOT_FOUND })
})

test('of all services can be listed', async () => {
  const { client } = await openSideBed()
  const { statuses } = (await ask(client, List, {} as Asked)) as unknown as {
    statuses: Record<string, Answered>
  }
  expect(Object.keys(statuses)).toEqual(expect.arrayContaining(['', ADS]))
})

test('is told to those who watch it when the server is about to stop, and then their calls end', async () => {
  const { server, client } = await openSideBed()
  const [all, ads, unknown] = ['', ADS, 'no.Such'].map(name => watch(client, name))
  await eventually(() =>
    expect([all, ads, unknown].map(one => one?.statuses)).toEqual([
      ['SERVING'],
      ['SERVING'],
      ['SERVICE_UNKNOWN'],
    ]),
  )
  await server.close(0)
  for (const one of [all, ads, unknown]) expect((await one?.end)?.code).toBe(status.UNAVAILABLE)
  expect(all?.statuses).toEqual(['SERVING', 'NOT_SERVING'])
  expect(ads?.statuses).toEqual(['SERVING', 'NOT_SERVING'])
})
