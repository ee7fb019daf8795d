import { type Client, status } from '@grpc/grpc-js'
import { describe, expect, test, vi } from 'vitest'
import type { ProxyResource } from '../../../src/model/held-resources.ts'
import { decode, encode } from '../../../src/proto/message.ts'
import { clientStatusService } from '../../../src/proto/service.ts'
import {
  clientStatusResponse,
  clientStatusResponses,
} from '../../../src/xds/side-services/client-status-service.ts'
import type { ClientStatuses } from '../../../src/xds/side-services/client-statuses.ts'
import { proxyStatus } from '../../rest/rest-testbed.ts'
import { CDS, EDS } from '../protocol/session.ts'
import { ADMIN, ask, cluster, converse, openSideBed } from './side-bed.ts'

interface ClientConfig {
  node: { id: string; cluster: string; locality?: object; userAgentName?: string }
  clientScope: string
  genericXdsConfigs?: Record<string, unknown>[]
}

const PACKAGE = 'envoy.service.status.v3'

function question(request: object): Buffer {
  return Buffer.from(encode(`${PACKAGE}.ClientStatusRequest`, request))
}

function configs(response: Uint8Array): ClientConfig[] {
  const { config = [] } = decode(`${PACKAGE}.ClientStatusResponse`, response)
  return config as ClientConfig[]
}

async function fetchStatus(client: Client, request: object = {}): Promise<ClientConfig[]> {
  return configs(await ask(client, clientStatusService.fetch, question(request), ADMIN))
}

const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 10_000 })

describe('the status of clients', () => {
  test('says who is connected, and of each resource how it stands, in which version, and what it is', async () => {
    const { client, proxies, tables } = await openSideBed()
    tables.table(CDS).set(cluster('a'))
    const stream = proxies.stream(ADMIN)
    stream.begin(CDS)
    const first = await stream.next()
    const sent = {
      typeUrl: CDS,
      name: 'a',
      versionInfo: cluster('a').version,
      xdsConfig: { '@type': CDS, name: 'a' },
    }
    const config = (generic: object) => ({
      node: { id: 'n1', cluster: 'default/edge', locality: { region: 'r1', zone: 'zone-a' } },
      clientScope: expect.stringMatching(/^[0-9a-f-]{36}$/),
      genericXdsConfigs: [{ ...sent, ...generic }],
    })
    expect(await fetchStatus(client)).toEqual([config({ configStatus: 'STALE', clientStatus: 'REQUESTED' })])
    stream.ack(first)
    await eventually(async () =>
      expect(await fetchStatus(client)).toEqual([config({ configStatus: 'SYNCED', clientStatus: 'ACKED' })]),
    )
  })

  test('says of what was refused the words, and of a missing name that it does not exist', async () => {
    const { client, proxies, tables, server } = await openSideBed()
    tables.table(CDS).set(cluster('a'))
    const stream = proxies.stream(ADMIN)
    stream.begin(CDS)
    stream.ack(await stream.next())
    stream.send({ typeUrl: EDS, resourceNamesSubscribe: ['none'] })
    stream.ack(await stream.next())
    tables.table(CDS).set(cluster('a', 'bad'))
    server.onChange(2)
    const { nonce } = await stream.next()
    stream.send({ typeUrl: CDS, responseNonce: nonce, errorDetail: { message: 'a: not like this' } })
    const versionInfo = cluster('a', 'bad').version
    const refused = { '@type': CDS, name: 'a', altStatName: 'bad' }
    await eventually(async () => {
      const [config] = await fetchStatus(client)
      expect(config?.genericXdsConfigs).toEqual([
        {
          typeUrl: CDS,
          name: 'a',
          versionInfo,
          xdsConfig: refused,
          configStatus: 'ERROR',
          clientStatus: 'NACKED',
          errorState: {
            versionInfo,
            details: 'a: not like this',
            failedConfiguration: refused,
            lastUpdateAttempt: expect.stringMatching(/^20.*Z$/),
          },
        },
        { typeUrl: EDS, name: 'none', configStatus: 'SYNCED', clientStatus: 'DOES_NOT_EXIST' },
      ])
    })
  })

  test('is told again and again on a stream, which ends when the client has asked all', async () => {
    const { client, proxies, tables } = await openSideBed()
    tables.table(CDS).set(cluster('a'))
    const proxy = proxies.stream(ADMIN)
    proxy.begin(CDS)
    await proxy.next()
    const stream = converse(client, clientStatusService.stream, ADMIN)
    stream.call.write(question({ nodeMatchers: [{ nodeId: { exact: 'nobody' } }] }))
    stream.call.write(question({ excludeResourceContents: true }))
    stream.call.end()
    expect((await stream.status).code).toBe(status.OK)
    const [none, all] = stream.received.map(configs)
    expect(none).toEqual([])
    expect(all?.[0]?.genericXdsConfigs).toEqual([
      expect.not.objectContaining({ xdsConfig: expect.anything() }),
    ])
  })

  test.each([
    ['node_metadatas', { nodeMetadatas: [{ path: [{ key: 'a' }] }] }],
    ['node_id.safe_regex', { nodeId: { safeRegex: { regex: 'a' } } }],
    ['match_pattern', { nodeId: {} }],
  ])('is refused where %s would have to be matched', async (what, matcher) => {
    const { client } = await openSideBed()
    const refusal = { code: status.INVALID_ARGUMENT, details: expect.stringContaining(what) }
    const request = { nodeMatchers: [{ nodeId: { exact: 'a' } }, matcher] }
    await expect(fetchStatus(client, request)).rejects.toMatchObject(refusal)
    const stream = converse(client, clientStatusService.stream, ADMIN)
    stream.call.write(question(request))
    expect(await stream.status).toMatchObject(refusal)
  })

  test('is refused to bytes that are no question, and goes on for others', async () => {
    const { client } = await openSideBed()
    const bad = converse(client, clientStatusService.stream, ADMIN)
    bad.call.write(Buffer.from([0xff, 0xff]))
    expect((await bad.status).code).toBe(status.INVALID_ARGUMENT)
    expect(await fetchStatus(client)).toEqual([])
  })
})

describe('of a fleet', () => {
  const CLUSTER = cluster('x', 'y'.repeat(10_000))

  function fleet(resources: Record<string, number>): ClientStatuses {
    return {
      list: async () => Object.keys(resources).map(id => proxyStatus(id, { node: id })),
      resources: async ({ id }) =>
        Array.from({ length: resources[id] ?? 0 }, (_, index): ProxyResource => {
          const { version, encoded } = CLUSTER
          return { typeUrl: CDS, name: `${id}-${index}`, status: 'SYNCED', has: { version, encoded } }
        }),
    }
  }

  async function parts(statuses: ClientStatuses, request: object = {}): Promise<Uint8Array[]> {
    const all: Uint8Array[] = []
    for await (const response of clientStatusResponses(statuses, question(request))) all.push(response)
    return all
  }

  test.each([
    [[], ['web-1', 'web-2', 'Shop-1']],
    [[{ nodeId: { exact: 'web-1' } }], ['web-1']],
    [[{ nodeId: { prefix: 'web' } }], ['web-1', 'web-2']],
    [[{ nodeId: { suffix: '-1' } }], ['web-1', 'Shop-1']],
    [
      [{ nodeId: { contains: 'op' } }, { nodeId: { exact: 'web-2' } }],
      ['web-2', 'Shop-1'],
    ],
    [[{ nodeId: { prefix: 'SHOP', ignoreCase: true } }], ['Shop-1']],
    [[{ nodeId: { prefix: 'SHOP' } }], []],
    [[{}], ['web-1', 'web-2', 'Shop-1']],
  ])('those are meant whom one of the matchers matches: %j', async (nodeMatchers, expected) => {
    const [response] = await parts(fleet({ 'web-1': 0, 'web-2': 0, 'Shop-1': 0 }), { nodeMatchers })
    expect(configs(response as Uint8Array).map(one => one.node.id)).toEqual(expected)
  })

  test('comes in messages that every client takes, all of it once', async () => {
    const responses = await parts(fleet({ a: 900, b: 3, c: 700 }))
    expect(responses.length).toBeGreaterThan(3)
    for (const response of responses) expect(response.length).toBeLessThan(4 * 1024 * 1024)
    const all = responses.flatMap(configs)
    const names = all.flatMap(one => one.genericXdsConfigs ?? []).map(one => one.name as string)
    expect(new Set(names).size).toBe(1603)
    expect(names).toHaveLength(1603)
    expect(new Set(all.map(one => one.clientScope))).toEqual(new Set(['a', 'b', 'c']))
  })

  test('is one message where there is room for it in one, and an empty one where there is nobody', async () => {
    expect(await parts(fleet({ a: 100, b: 100, c: 100 }))).toHaveLength(1)
    expect((await parts(fleet({}))).map(configs)).toEqual([[]])
  })

  test('that is too large for one message is not fetched: the answer says what to do', async () => {
    const all = fleet({ a: 900 })
    expect(await clientStatusResponse(all, question({}))).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: expect.stringContaining('StreamClientStatus'),
    })
    const names = await clientStatusResponse(all, question({ excludeResourceContents: true }))
    expect(configs(names as Uint8Array)[0]?.genericXdsConfigs).toHaveLength(900)
  })
})
