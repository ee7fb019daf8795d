import { status } from '@grpc/grpc-js'
import pino from 'pino'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { authenticator } from '../../src/auth/authenticate.ts'
import { encodeDiscoveryResource, versionOf } from '../../src/proto/discovery-resource.ts'
import { encode } from '../../src/proto/message.ts'
import { messageNameOf } from '../../src/proto/type-urls.ts'
import type { Resource } from '../../src/translate/resource.ts'
import { openXdsServer, type XdsServer, type XdsServerOptions } from '../../src/xds/server.ts'
import type { ClientNode } from '../../src/xds/tables/audience.ts'
import { cutOff } from './cut-off.ts'
import { type Response, type StreamKind, TestClient } from './grpc-client.ts'
import { noLoads } from './no-loads.ts'
import { NAMES } from './protocol/resource-table.ts'
import { CDS, EDS, LDS, Tables } from './protocol/session.ts'
import { SlowReader } from './slow-reader.ts'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A server over tables that a test writes, with one client. */
async function serve(options: Partial<XdsServerOptions> = {}) {
  const tables = new Tables()
  const joined: ClientNode[] = []
  let left = 0
  const server = await openXdsServer({
    host: '127.0.0.1',
    port: 0,
    audiences: {
      names: NAMES,
      join: node => {
        joined.push(node)
        return {
          names: NAMES,
          views: typeUrl => (typeUrl.includes('config') ? tables.table(typeUrl).view : undefined),
          viewpoint: () => node.viewpoint,
          warnings: () => (node.gateway === '' ? ['no gateway'] : []),
          leave: () => {
            left += 1
          },
        }
      },
    },
    authenticate: authenticator(undefined),
    authorize: () => undefined,
    replica: 'replica-1',
    revision: 1,
    loads: noLoads,
    loadInterval: 10_000,
    log: pino({ level: 'silent' }),
    ...options,
  })
  closers.push(() => server.close(0))
  const address = `127.0.0.1:${server.port}`
  const connect = () => {
    const client = new TestClient(address)
    closers.push(() => client.close())
    return client
  }
  let revision = options.revision ?? 1
  const publish = (change: (tables: Tables) => void) => {
    change(tables)
    revision += 1
    server.onChange(revision)
    return revision
  }
  return { server, tables, client: connect(), connect, publish, joined, left: () => left }
}

function cluster(name: string, padding = ''): Resource {
  const body = encode(messageNameOf(CDS), { name, altStatName: padding })
  const version = versionOf(body)
  const encoded = encodeDiscoveryResource(name, version, CDS, body)
  return { name, typeUrl: CDS, version, encoded, references: [] }
}

const names = (response: Response) => (response.resources ?? []).map(one => one.name)
/** A machine with other work may be slow: only what never comes fails. */
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000 })
const gone = (server: XdsServer) => eventually(() => expect(server.proxies.list()).toEqual([]))

describe('a stream', () => {
  test('[M55, O96] is sent whole resources, their type and who says so', async () => {
    const { tables, client } = await serve()
    tables.table(CDS).set(cluster('a'))
    const stream = client.stream()
    stream.begin(CDS)
    expect(await stream.next()).toMatchObject({
      typeUrl: CDS,
      systemVersionInfo: '1',
      controlPlane: { identifier: 'replica-1' },
      resources: [{ name: 'a', version: cluster('a').version, resource: { '@type': CDS, name: 'a' } }],
    })
  })

  test('[M54] needs a node in its first message only, and keeps the audience of that one', async () => {
    const { client, joined } = await serve()
    const stream = client.stream()
    stream.begin(CDS, {}, { metadata: { node: 'node-1', source: 'east' } })
    const response = await stream.next()
    stream.ack(response)
    stream.send({ typeUrl: LDS, node: { id: 'other', cluster: 'team/other' } })
    await stream.next()
    expect(joined).toEqual([
      {
        id: 'n1',
        kind: 'envoy',
        gateway: 'default/edge',
        viewpoint: { region: 'r1', zone: 'zone-a', subZone: '', node: 'node-1', source: 'east', network: '' },
        userAgent: '',
      },
    ])
  })

  test('[M54] without a node in its first message ends with INVALID_ARGUMENT', async () => {
    const { client } = await serve()
    const stream = client.stream()
    stream.send({ typeUrl: CDS })
    expect(await stream.status).toMatchObject({ code: status.INVALID_ARGUMENT, details: /node/ })
  })

  test('[M62] with texts in its node that are too long to keep ends with INVALID_ARGUMENT', async () => {
    const { client } = await serve()
    const stream = client.stream()
    stream.begin(CDS, {}, { id: 'x'.repeat(1_025) })
    expect(await stream.status).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'node.id has more than 1024 characters',
    })
  })

  test('[M57] without type_url ends with INVALID_ARGUMENT', async () => {
    const { client } = await serve()
    const stream = client.stream()
    stream.begin('')
    expect(await stream.status).toMatchObject({ code: status.INVALID_ARGUMENT, details: /type_url/ })
  })

  test('[S58] lives on after a type that nobody knows', async () => {
    const { client } = await serve()
    const stream = client.stream()
    stream.begin('type.googleapis.com/envoy.service.runtime.v3.Runtime')
    stream.send({ typeUrl: CDS })
    expect(await stream.next()).toMatchObject({ typeUrl: CDS })
  })

  test('[M59] of the same node as another is served beside it', async () => {
    const { client, connect, publish, server } = await serve()
    const streams = [client.stream(), connect().stream()]
    for (const stream of streams) {
      stream.begin(CDS)
      stream.ack(await stream.next())
    }
    publish(tables => tables.table(CDS).set(cluster('a')))
    for (const stream of streams) expect(names(await stream.next())).toEqual(['a'])
    expect(server.proxies.list().map(one => one.node)).toEqual(['n1', 'n1'])
  })

  test('[M60] of one type is served that type, in both forms, named or not', async () => {
    const { client, publish } = await serve()
    publish(tables => tables.table(CDS).set(cluster('a')))
    const kinds: StreamKind[] = [
      { form: 'delta', only: CDS },
      { form: 'sotw', only: CDS },
    ]
    for (const kind of kinds) {
      for (const typeUrl of [CDS, '']) {
        const stream = client.stream({}, kind)
        stream.begin(typeUrl)
        expect(await stream.next()).toMatchObject({ typeUrl: CDS, resources: [{}] })
      }
    }
  })

  test('[M57] of one type ends with INVALID_ARGUMENT when it names another', async () => {
    const { client } = await serve()
    const stream = client.stream({}, { only: CDS })
    stream.begin(EDS)
    expect(await stream.status).toMatchObject({ code: status.INVALID_ARGUMENT })
  })

  test('[M86, O96] of the state of the world is sent all of it, its version and who says so', async () => {
    const { client, publish } = await serve()
    publish(tables => {
      tables.table(CDS).set(cluster('a'))
      tables.table(CDS).set(cluster('b'))
    })
    const stream = client.stream({}, { form: 'sotw' })
    stream.begin(CDS)
    const first = await stream.nextState()
    expect(first).toMatchObject({
      typeUrl: CDS,
      versionInfo: expect.stringMatching(/./),
      nonce: expect.stringMatching(/./),
      controlPlane: { identifier: 'replica-1' },
      resources: [
        { '@type': CDS, name: 'a' },
        { '@type': CDS, name: 'b' },
      ],
    })
  })

  test('[O98] hears that what it has lives on when it knows of times to live, and else nothing', async () => {
    const { client, publish } = await serve({ resourceTtl: 1_000 })
    publish(tables => tables.table(CDS).set(cluster('a')))
    const knowing = client.stream()
    const other = client.stream()
    knowing.begin(CDS, {}, { clientFeatures: ['xds.config.supports-resource-ttl'] })
    other.begin(CDS)
    const [first] = [await knowing.next(), await other.next()]
    knowing.ack(first)
    expect((await knowing.next()).resources).toEqual([{ ...first.resources?.[0], resource: undefined }])
    publish(tables => tables.table(CDS).set(cluster('b')))
    expect(names(await other.next())).toEqual(['b'])
  })

  test('[M61] that the client half-closes ends with OK', async () => {
    const { client, server, left } = await serve()
    const stream = client.stream()
    stream.begin(CDS)
    await stream.next()
    stream.call.end()
    expect(await stream.status).toMatchObject({ code: status.OK })
    await gone(server)
    expect(left()).toBe(1)
  })

  test('[M61] that the client cancels gives everything back', async () => {
    const { client, server, left } = await serve()
    const stream = client.stream()
    stream.begin(CDS)
    await stream.next()
    stream.call.cancel()
    await gone(server)
    expect(left()).toBe(1)
  })

  test('[M61] hundreds of connects and cancels leave nothing behind', async () => {
    const { client, server, left, joined } = await serve()
    for (let round = 0; round < 10; round++) {
      const streams = Array.from({ length: 30 }, () => client.stream())
      for (const stream of streams) stream.begin(CDS)
      await Promise.all(streams.map(stream => stream.next()))
      for (const stream of streams) stream.call.cancel()
    }
    await gone(server)
    expect([joined.length, left()]).toEqual([300, 300])
  })

  test('[M62] with bytes that are no request ends alone, with INVALID_ARGUMENT', async () => {
    const { client, publish } = await serve()
    const good = client.stream()
    good.begin(CDS)
    good.ack(await good.next())
    const bad = client.stream()
    bad.call.write(Buffer.from([0x0a, 0xff, 0xff, 0xff]))
    expect(await bad.status).toMatchObject({ code: status.INVALID_ARGUMENT })
    publish(tables => tables.table(CDS).set(cluster('a')))
    expect(names(await good.next())).toEqual(['a'])
  })

  test('whose audience throws ends alone, with INTERNAL', async () => {
    const { client } = await serve({
      audiences: {
        names: NAMES,
        join: () => {
          throw new Error('a bug')
        },
      },
    })
    const stream = client.stream()
    stream.begin(CDS)
    expect(await stream.status).toMatchObject({ code: status.INTERNAL })
  })

  test('[M63] that returns is held while there is no revision, and answered with the first', async () => {
    const { client, publish } = await serve({ revision: 0 })
    const stream = client.stream()
    stream.begin(CDS, { initialResourceVersions: { a: 'v' } })
    const fresh = client.stream()
    fresh.begin(CDS)
    await fresh.next()
    publish(tables => tables.table(CDS).set(cluster('a')))
    const response = await stream.next()
    expect([names(response), response.systemVersionInfo]).toEqual([['a'], '1'])
  })

  test('[M35] is looked after by itself when the time of a gate has come', async () => {
    const { client } = await serve()
    const stream = client.stream()
    stream.begin(CDS, { initialResourceVersions: { gone: 'v' } })
    expect(await stream.next()).toMatchObject({ removedResources: ['gone'] })
  })

  test('[S82] may bring more than 4 MiB of versions', async () => {
    const { client, tables } = await serve()
    tables.table(CDS).set(cluster('a'))
    const stream = client.stream()
    const versions = Array.from({ length: 60_000 }, (_, i) => [
      `default/${'x'.repeat(60)}${i}/80`,
      'v'.repeat(24),
    ])
    stream.begin(CDS, { initialResourceVersions: Object.fromEntries(versions) })
    expect(names(await stream.next())).toEqual(['a'])
  })
})

describe('who may', () => {
  test('[M66] without a valid token is UNAUTHENTICATED at once, before a message', async () => {
    const { client, joined } = await serve({ authenticate: authenticator('secret') })
    for (const metadata of [{}, { authorization: 'Bearer wrong' }] as Record<string, string>[]) {
      const stream = client.stream(metadata)
      expect(await stream.status).toMatchObject({ code: status.UNAUTHENTICATED })
    }
    expect(joined).toEqual([])
  })

  test('[M66] with a valid token is served', async () => {
    const { client } = await serve({ authenticate: authenticator('secret') })
    const stream = client.stream({ authorization: 'Bearer secret' })
    stream.begin(CDS)
    expect(await stream.next()).toMatchObject({ typeUrl: CDS })
  })

  test('[M66] what authorization refuses is PERMISSION_DENIED, at any message', async () => {
    const { client } = await serve({
      authorize: (_principal, { request }) => (request?.typeUrl === LDS ? 'no listeners for you' : undefined),
    })
    const stream = client.stream()
    stream.begin(CDS)
    await stream.next()
    stream.send({ typeUrl: LDS })
    expect(await stream.status).toMatchObject({
      code: status.PERMISSION_DENIED,
      details: 'no listeners for you',
    })
  })
})

describe('many and slow', () => {
  test('[S65] 200 streams on one connection are served', async () => {
    const { client, publish, server } = await serve()
    const streams = Array.from({ length: 200 }, () => client.stream())
    for (const stream of streams) stream.begin(CDS)
    for (const stream of streams) stream.ack(await stream.next())
    publish(tables => tables.table(CDS).set(cluster('a')))
    const responses = await Promise.all(streams.map(stream => stream.next()))
    expect(responses.every(response => names(response)[0] === 'a')).toBe(true)
    await eventually(() => expect(server.isPassed).toBe(true))
  })

  test.each(['delta', 'sotw'] as const)(
    '[M67] a client that does not read holds up nobody, and gets the newest state only: %s',
    async form => {
      const { client, server, publish } = await serve()
      const fast = client.stream()
      fast.begin(CDS)
      fast.ack(await fast.next())
      const slow = new SlowReader(server.port, form)
      closers.push(() => slow.close())
      slow.begin(CDS)
      const rounds = 100
      for (let round = 1; round <= rounds; round++) {
        publish(tables => tables.table(CDS).set(cluster('big', `${round} ${'x'.repeat(100_000)}`)))
        const response = await fast.next()
        expect(names(response)).toEqual(['big'])
        fast.ack(response)
      }
      const seen: string[] = []
      for await (const response of slow.read()) {
        for (const one of response.resources ?? []) {
          const body: Record<string, unknown> = form === 'delta' ? one.resource : { ...one }
          seen.push(String(body.altStatName).split(' ', 1)[0] ?? '')
        }
        if (seen.at(-1) === String(rounds)) break
      }
      expect(seen.length).toBeLessThan(20)
    },
  )
})

describe('convergence', () => {
  async function acking() {
    const served = await serve()
    const stream = served.client.stream()
    stream.begin(CDS)
    stream.ack(await stream.next())
    await eventually(() => expect(served.server.proxies.list()[0]?.synced).toBe(true))
    return { ...served, stream }
  }

  test('waits for the ACK of those whom the revision concerns', async () => {
    const { server, stream, client, publish } = await acking()
    const other = client.stream()
    other.begin(EDS, { resourceNamesSubscribe: ['x'] })
    other.ack(await other.next())
    const watch = server.proxies.watch()
    const revision = publish(tables => tables.table(CDS).set(cluster('a')))
    const convergence = watch.wait(revision, 5000)
    stream.ack(await stream.next())
    expect(await convergence).toEqual({ proxies: 1, acked: 1, nacked: [], pending: [] })
    watch.close()
    expect(server.proxies.list().find(one => one.types[0]?.typeUrl === CDS)).toMatchObject({
      revision,
      synced: true,
    })
  })

  test('tells who said no, and in which words', async () => {
    const { server, stream, publish } = await acking()
    const watch = server.proxies.watch()
    const revision = publish(tables => tables.table(CDS).set(cluster('a')))
    const { nonce } = await stream.next()
    stream.send({ typeUrl: CDS, responseNonce: nonce, errorDetail: { message: 'a is bad' } })
    const proxy = server.proxies.list()[0]?.id
    expect(await watch.wait(revision, 5000)).toEqual({
      proxies: 1,
      acked: 0,
      nacked: [{ proxy, node: 'n1', typeUrl: CDS, detail: 'a is bad' }],
      pending: [],
    })
    watch.close()
    expect(server.proxies.get(proxy ?? '')?.types[0]?.rejected).toMatchObject({
      detail: 'a is bad',
      resources: ['a'],
    })
  })

  test('tells who has not answered when the time is over', async () => {
    const { server, publish } = await acking()
    const watch = server.proxies.watch()
    const revision = publish(tables => tables.table(CDS).set(cluster('a')))
    const proxy = server.proxies.list()[0]?.id
    expect(await watch.wait(revision, 10)).toMatchObject({
      proxies: 1,
      acked: 0,
      pending: [{ proxy, node: 'n1' }],
    })
    watch.close()
  })

  test('is told as far as it is when the replica stops', async () => {
    const { server, publish } = await acking()
    const watch = server.proxies.watch()
    const revision = publish(tables => tables.table(CDS).set(cluster('a')))
    const waiting = watch.wait(revision, 60_000)
    server.stopWaiting()
    expect(await waiting).toMatchObject({ proxies: 1, acked: 0, pending: [{ node: 'n1' }] })
    expect(await watch.wait(revision, 60_000)).toMatchObject({ pending: [{ node: 'n1' }] })
    watch.close()
  })

  test('is there at once when the revision concerns nobody', async () => {
    const { server, publish } = await acking()
    const watch = server.proxies.watch()
    const revision = publish(() => undefined)
    expect(await watch.wait(revision, 5000)).toEqual({ proxies: 0, acked: 0, nacked: [], pending: [] })
    watch.close()
  })

  test('is not waited for from a client that has gone', async () => {
    const { server, stream, publish } = await acking()
    const watch = server.proxies.watch()
    const revision = publish(tables => tables.table(CDS).set(cluster('a')))
    const convergence = watch.wait(revision, 5000)
    await stream.next()
    stream.call.cancel()
    expect(await convergence).toMatchObject({ proxies: 0, pending: [] })
    watch.close()
  })

  test('of a revision that is not here yet waits for it, or says that all are pending', async () => {
    const { server, publish } = await acking()
    const watch = server.proxies.watch()
    expect(await watch.wait(99, 10)).toMatchObject({ pending: [{ node: 'n1' }] })
    const early = watch.wait(2, 5000)
    publish(() => undefined)
    expect(await early).toMatchObject({ proxies: 0 })
    watch.close()
  })
})

describe('a connection of limited age', () => {
  test('ends its streams in good order, and the next one comes over a new connection', async () => {
    const { client, server } = await serve({ maxConnectionAge: 400 })
    const began = performance.now()
    const stream = client.stream()
    stream.begin(CDS)
    stream.ack(await stream.next())
    const peer = () => server.proxies.list()[0]?.peer
    const before = peer()
    expect(await stream.status).toMatchObject({ code: status.UNAVAILABLE, details: /connect again/ })
    expect(performance.now() - began).toBeGreaterThanOrEqual(199)
    const next = client.stream()
    next.begin(CDS)
    await next.next()
    expect(peer()).not.toBe(before)
  })
})

describe('close', () => {
  test('[M63] ends streams with UNAVAILABLE after the drain time, also those that said nothing', async () => {
    const { client, server } = await serve()
    const [stream, silent] = [client.stream(), client.stream()]
    stream.begin(CDS)
    await stream.next()
    await server.close(20)
    expect(await stream.status).toMatchObject({ code: status.UNAVAILABLE })
    expect(await silent.status).toMatchObject({ code: status.UNAVAILABLE })
  })

  test('[M63] asks clients to go elsewhere before that', async () => {
    const { server } = await serve()
    const reader = new SlowReader(server.port)
    closers.push(() => reader.close())
    reader.begin(CDS)
    await eventually(() => expect(server.proxies.list()).toHaveLength(1))
    const goaway = reader.goaway()
    const closed = server.close(60_000)
    await goaway
    expect(server.proxies.list()).toHaveLength(1)
    reader.close()
    await closed
  })

  test('[M63] does not wait when the streams end by themselves', async () => {
    const { client, server } = await serve()
    const stream = client.stream()
    stream.begin(CDS)
    await stream.next()
    const closed = server.close(60_000)
    stream.call.end()
    await closed
  })

  test('[M63] ends streams one after the other: who takes them over has to serve them all', async () => {
    const { client, server } = await serve()
    const streams = Array.from({ length: 40 }, () => client.stream())
    for (const stream of streams) {
      stream.begin(CDS)
      await stream.next()
    }
    const ends = Promise.all(streams.map(one => one.status.then(() => performance.now())))
    await Promise.all([server.close(0), server.close(0)])
    const times = await ends
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(100)
  })

  test('does not wait for a client that is cut off', async () => {
    const { server } = await serve()
    const line = await cutOff(server.port)
    closers.push(() => line.close())
    const client = new TestClient(`127.0.0.1:${line.port}`)
    closers.push(() => client.close())
    const stream = client.stream()
    stream.begin(CDS)
    await stream.next()
    line.cut()
    await server.close(0)
  })

  test('[M63] new connections are refused meanwhile', async () => {
    const { client, connect, server } = await serve()
    const stream = client.stream()
    stream.begin(CDS)
    await stream.next()
    const closed = server.close(60_000)
    const late = connect().stream()
    expect(await late.status).toMatchObject({ code: status.UNAVAILABLE })
    stream.call.cancel()
    await closed
  })

  test('an address that cannot be listened on is an error that names it', async () => {
    const { server } = await serve()
    await expect(serve({ port: server.port })).rejects.toThrow(`127.0.0.1:${server.port}`)
  })
})
