import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp, createServer } from 'node:net'
import { status } from '@grpc/grpc-js'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { encode } from '../../src/proto/message.ts'
import { Bed } from './bed.ts'
import { CDS, DELTA, DELTA_ADS, EDS, FORMS, type Form, LDS, pathOf, RDS } from './forms.ts'
import { CLUSTERS, KINDS } from './kinds.ts'
import { namesOf, presentIn, toldOf } from './response.ts'
import { RawStream } from './streams.ts'
import type { World } from './world.ts'

let bed: Bed
beforeAll(async () => {
  bed = await Bed.open()
})
afterEach(() => bed.endTest())
afterAll(() => bed.close())

/** A world that has something of every type. */
async function furnished(): Promise<World> {
  const world = bed.world()
  await world.push({
    services: { a: { ports: [9_001] }, b: { ports: [9_002] } },
    listeners: { http: { port: 20_000, rules: { '/': 'a' } } },
  })
  return world
}

/** What a client that wants everything asks for first, in this form. */
function firstRequest(form: Form, world: World, typeUrl: string): object {
  const name = typeUrl === EDS ? world.cluster('a') : world.listener('http')
  const names = typeUrl === EDS || typeUrl === RDS ? [name] : []
  return form.isDelta ? { resourceNamesSubscribe: names } : { resourceNames: names }
}

const TYPES = [CDS, EDS, LDS, RDS]
const messageOf = ({ isDelta }: Form) =>
  `envoy.service.discovery.v3.${isDelta ? 'DeltaDiscoveryRequest' : 'DiscoveryRequest'}`
const proxies = async () => (await bed.api.get<{ items: { node: string }[] }>('/v1/proxies')).items
const gone = () => waitUntil('nobody to be connected', async () => (await proxies()).length === 0)

describe.each(FORMS)('a stream of $title', form => {
  test('[M54] has a node in its first message only, and keeps it', async () => {
    const world = await furnished()
    const streams = bed.streams(form, world.node)
    for (const typeUrl of TYPES) {
      streams.send(typeUrl, firstRequest(form, world, typeUrl))
      const { nonce, version } = await streams.take(typeUrl)
      // From here on without a node; the last type tells another one, which changes nothing.
      const answer = { responseNonce: nonce, ...(!form.isDelta && { versionInfo: version }) }
      streams.send(typeUrl, { ...firstRequest(form, world, typeUrl), ...answer })
    }
    streams.send(CDS, {
      ...(!form.isDelta && { resourceNames: ['*'] }),
      node: { id: 'x', cluster: 'other/edge' },
    })
    await world.push({ services: { c: { ports: [9_003] } } })
    await waitUntil('the cluster of the first node', async () =>
      namesOf(await streams.take(CDS)).includes(world.cluster('c')),
    )
  })

  test('[M54] whose first message has no node is told so', async () => {
    const stream = new RawStream(bed.connect(), pathOf(form, CDS))
    stream.write(encode(messageOf(form), { typeUrl: CDS }))
    expect(await stream.status).toMatchObject({ code: status.INVALID_ARGUMENT })
  })

  test('[M55] says its type in every response and every resource, whose name is the inner one', async () => {
    const world = await furnished()
    const streams = bed.streams(form, world.node)
    for (const typeUrl of TYPES) {
      streams.send(typeUrl, firstRequest(form, world, typeUrl))
      const { resources, typeUrl: said, ...response } = await streams.take(typeUrl)
      expect(said).toBe(typeUrl)
      expect(resources.length).toBeGreaterThan(0)
      for (const { name, version, body } of resources) {
        expect(body['@type']).toBe(typeUrl)
        expect(name).toBe(body.name ?? body.clusterName)
        if (form.isDelta) expect(version).not.toBe('')
        else expect(response.version).not.toBe('')
      }
    }
  })

  test('[M59] of the same node as others is served beside them', async () => {
    const world = await furnished()
    const all = [form, form, ...FORMS].map(one => ({ form: one, streams: bed.streams(one, world.node) }))
    for (const { form, streams } of all) {
      streams.send(CDS, firstRequest(form, world, CDS))
      expect(namesOf(await streams.take(CDS))).toContain(world.cluster('a'))
    }
    await world.push({ services: { c: { ports: [9_003] } } })
    for (const { streams } of all)
      await waitUntil('the new cluster', async () =>
        namesOf(await streams.take(CDS)).includes(world.cluster('c')),
      )
  })

  test('[M61] that the client half-closes ends with OK', async () => {
    const world = await furnished()
    const streams = bed.streams(form, world.node)
    streams.send(CDS, firstRequest(form, world, CDS))
    await streams.take(CDS)
    for (const { code } of await streams.finish()) expect(code).toBe(status.OK)
    await gone()
  })

  test('[M61] that is half-closed before its first message ends with OK', async () => {
    const stream = new RawStream(bed.connect(), pathOf(form, CDS))
    stream.call.end()
    expect(await stream.status).toMatchObject({ code: status.OK })
  })

  test('[M61] that the client cancels is over', async () => {
    const world = await furnished()
    const streams = bed.streams(form, world.node)
    streams.send(CDS, firstRequest(form, world, CDS))
    await streams.take(CDS)
    streams.close()
    await gone()
  })

  test('[M61] whose connection is reset is over', async () => {
    const world = await furnished()
    const [host, port] = bed.xds.split(':')
    const relay = createServer(client => {
      const server = connectTcp(Number(port), host)
      client.pipe(server).pipe(client)
      server.on('error', () => undefined)
      client.on('error', () => undefined)
      resets.push(() => server.resetAndDestroy())
    })
    const resets: (() => void)[] = []
    await new Promise<void>(resolve => relay.listen(0, '127.0.0.1', resolve))
    const { port: relayed } = relay.address() as { port: number }
    const streams = bed.streams(form, world.node, bed.connect(`127.0.0.1:${relayed}`))
    streams.send(CDS, firstRequest(form, world, CDS))
    await streams.take(CDS)
    for (const reset of resets) reset()
    await gone()
    streams.close()
    relay.close()
  })

  test('[M61] can be opened and cancelled hundreds of times', async () => {
    const world = await furnished()
    for (let round = 0; round < 6; round += 1) {
      const many = Array.from({ length: 50 }, () => bed.streams(form, world.node))
      for (const one of many) one.send(CDS, firstRequest(form, world, CDS))
      await Promise.all(many.slice(0, 25).map(one => one.take(CDS)))
      for (const one of many) one.close()
    }
    await gone()
  })

  test.each([
    ['a length that is too long', Buffer.from([0x0a, 0xff, 0xff, 0xff])],
    ['a group', Buffer.from([0x0b, 0x0b, 0x0b])],
    ['text that is no UTF-8', Buffer.concat([Buffer.from([0x22, 4]), Buffer.from([0xff, 0xfe, 0x80, 0x81])])],
    ['nothing at all', Buffer.alloc(0)],
  ])('[M62] with bytes that are no request, %s, ends alone, with a status', async (_title, bytes) => {
    const world = await furnished()
    const good = bed.streams(form, world.node)
    good.send(CDS, firstRequest(form, world, CDS))
    await good.take(CDS)
    const bad = new RawStream(bed.connect(), pathOf(form, CDS))
    bad.write(bytes)
    expect((await bad.status).code).toBe(status.INVALID_ARGUMENT)
    await world.push({ services: { c: { ports: [9_003] } } })
    expect(namesOf(await good.take(CDS))).toContain(world.cluster('c'))
  })

  test('[S64] may ping as often as it likes', async () => {
    const session = connectHttp2(`http://${bed.xds}`)
    const stream = session.request({
      ':method': 'POST',
      ':path': pathOf(form, CDS),
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    stream.on('error', () => undefined)
    let goaway = false
    session.on('goaway', () => {
      goaway = true
    })
    const world = await furnished()
    const bytes = encode(messageOf(form), { node: world.node, typeUrl: CDS })
    const header = Buffer.alloc(5)
    header.writeUInt32BE(bytes.length, 1)
    stream.write(Buffer.concat([header, bytes]))
    await new Promise(resolve => stream.once('data', resolve))
    for (let ping = 0; ping < 50; ping += 1)
      await new Promise<void>((resolve, reject) => {
        session.ping((error: Error | null) => (error ? reject(error) : resolve()))
      })
    expect([goaway, stream.closed]).toEqual([false, false])
    session.destroy()
  })

  test('[S65] shares its connection with 200 others', async () => {
    const world = await furnished()
    const client = bed.connect()
    const all = Array.from({ length: 200 }, () => bed.streams(form, world.node, client))
    for (const one of all) one.send(CDS, firstRequest(form, world, CDS))
    await Promise.all(all.map(one => one.take(CDS)))
    await world.push({ services: { c: { ports: [9_003] } } })
    const told = await Promise.all(all.map(one => one.take(CDS)))
    for (const response of told) expect(namesOf(response)).toContain(world.cluster('c'))
  })

  test('[M68] comes to the last state of a burst, and never goes back', async () => {
    const world = await furnished()
    const streams = bed.streams(form, world.node)
    const name = world.cluster('a')
    streams.send(EDS, form.isDelta ? { resourceNamesSubscribe: [name] } : { resourceNames: [name] })
    const portOf = (response: Awaited<ReturnType<typeof streams.take>>) =>
      Number(/"portValue":(\d+)/.exec(JSON.stringify(response.resources[0]?.body))?.[1])
    expect(portOf(await streams.take(EDS))).toBe(9_001)
    const last = 10_040
    const pushes = (async () => {
      for (let port = 10_001; port <= last; port += 1)
        await world.push({ services: { a: { ports: [port] } } })
    })()
    const seen: number[] = []
    while (seen.at(-1) !== last) {
      const response = await streams.take(EDS)
      seen.push(portOf(response))
      const { nonce, version } = response
      streams.send(
        EDS,
        form.isDelta
          ? { responseNonce: nonce }
          : { responseNonce: nonce, versionInfo: version, resourceNames: [name] },
      )
    }
    await pushes
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(new Set(seen).size).toBe(seen.length)
  })
})

describe.each(FORMS.filter(({ isAggregated }) => isAggregated))('an aggregated stream of $title', form => {
  test('[M57] without type_url ends with INVALID_ARGUMENT', async () => {
    for (const before of [false, true]) {
      const world = await furnished()
      const streams = bed.streams(form, world.node)
      if (before) {
        streams.send(CDS, firstRequest(form, world, CDS))
        await streams.take(CDS)
      }
      streams.send('', {})
      expect(await streams.stream('').status).toMatchObject({ code: status.INVALID_ARGUMENT })
    }
  })

  test.each([
    'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
    'type.googleapis.com/envoy.service.runtime.v3.Runtime',
    'type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig',
    'type.googleapis.com/envoy.config.route.v3.VirtualHost',
    'type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration',
    'type.googleapis.com/envoy.api.v2.Cluster',
    'type.googleapis.com/made.up.Type',
    'no type at all',
  ])('[S58] lives on after a type that nobody serves, and so do its other types: %s', async typeUrl => {
    const world = await furnished()
    const streams = bed.streams(form, world.node)
    streams.send(typeUrl, firstRequest(form, world, EDS))
    streams.send(CDS, firstRequest(form, world, CDS))
    expect(namesOf(await streams.take(CDS))).toContain(world.cluster('a'))
    streams.send(typeUrl, firstRequest(form, world, CDS))
    streams.send(EDS, firstRequest(form, world, EDS))
    expect(namesOf(await streams.take(EDS))).toEqual([world.cluster('a')])
  })

  test('[M56] has subscriptions, nonces and versions for each type, and an unanswered one blocks no other', async () => {
    const world = await furnished()
    const streams = bed.streams(form, world.node)
    for (const typeUrl of [CDS, EDS, LDS, RDS]) streams.send(typeUrl, firstRequest(form, world, typeUrl))
    const clusters = await streams.take(CDS)
    const endpoints = await streams.take(EDS)
    const listeners = await streams.take(LDS)
    expect(new Set([clusters.nonce, endpoints.nonce, listeners.nonce]).size).toBe(3)
    await world.push({ services: { a: { ports: [9_009] } } })
    // Nothing was ACKed yet.
    expect(presentIn(await streams.take(EDS))).toEqual([world.cluster('a')])
    await world.push({ services: { c: { ports: [9_003] } } })
    expect(namesOf(await streams.take(CDS))).toContain(world.cluster('c'))
    // An ACK of one type with the nonce of another answers nothing there.
    streams.send(LDS, { ...firstRequest(form, world, LDS), responseNonce: clusters.nonce })
    await world.push({ listeners: { other: { port: 20_001, rules: { '/': 'a' } } } })
    expect(namesOf(await streams.take(LDS))).toContain(world.listener('other'))
  })

  test('[M56] says the same whatever type is asked for first', async () => {
    const world = await furnished()
    for (const order of [TYPES, TYPES.toReversed()]) {
      const streams = bed.streams(form, world.node)
      for (const typeUrl of order) streams.send(typeUrl, firstRequest(form, world, typeUrl))
      const open = new Set(TYPES)
      while (open.size > 0) {
        const { typeUrl, nonce, version, resources } = await streams.next()
        if (resources.length > 0) open.delete(typeUrl)
        streams.send(typeUrl, {
          responseNonce: nonce,
          ...(!form.isDelta && { ...firstRequest(form, world, typeUrl), versionInfo: version }),
        })
      }
    }
  })
})

describe.each(FORMS.filter(({ isAggregated }) => !isAggregated))('a stream of one type, $title', form => {
  test.each(KINDS)('[M57, M60] is of $title even where its requests do not say so', async kind => {
    const world = await furnished()
    const stream = new RawStream(bed.connect(), pathOf(form, kind.typeUrl))
    const first = new Promise<Buffer>(resolve => stream.call.once('data', resolve))
    stream.write(encode(messageOf(form), { node: world.node, ...firstRequest(form, world, kind.typeUrl) }))
    expect((await first).includes(kind.typeUrl)).toBe(true)
    stream.call.cancel()
  })

  test('[M60] of another type than a request says ends with INVALID_ARGUMENT', async () => {
    const world = await furnished()
    const stream = new RawStream(bed.connect(), pathOf(form, CDS))
    stream.write(encode(messageOf(form), { node: world.node, typeUrl: EDS }))
    expect(await stream.status).toMatchObject({ code: status.INVALID_ARGUMENT })
  })
})

test('[M60] a method that there is not is UNIMPLEMENTED', async () => {
  for (const path of [
    '/envoy.service.secret.v3.SecretDiscoveryService/DeltaSecrets',
    '/envoy.service.runtime.v3.RuntimeDiscoveryService/StreamRuntime',
    '/envoy.service.discovery.v2.AggregatedDiscoveryService/StreamAggregatedResources',
  ]) {
    const stream = new RawStream(bed.connect(), path)
    stream.call.end()
    expect(await stream.status).toMatchObject({ code: status.UNIMPLEMENTED })
  }
})

describe.each(FORMS)('who may open a stream of $title', form => {
  test('[M66] without a valid token is UNAUTHENTICATED at once, with one is served', async () => {
    const world = guarded.world()
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'secret' }] as Record<
      string,
      string
    >[]) {
      const stream = new RawStream(guarded.connect(), pathOf(form, CDS), headers)
      expect(await stream.status).toMatchObject({ code: status.UNAUTHENTICATED })
    }
    const stream = new RawStream(guarded.connect(), pathOf(form, CDS), { authorization: 'Bearer secret' })
    const first = new Promise<Buffer>(resolve => stream.call.once('data', resolve))
    stream.write(encode(messageOf(form), { node: world.node, typeUrl: CDS }))
    expect((await first).includes(CDS)).toBe(true)
    stream.call.cancel()
  })
})

let guarded: Bed
beforeAll(async () => {
  guarded = await Bed.open({}, 'secret')
})
afterAll(() => guarded.close())

describe.each(FORMS)('a server that ends, to a stream of $title', form => {
  test('[M63] says GOAWAY and then UNAVAILABLE, and serves everything again when it is back', async () => {
    const own = await Bed.open()
    try {
      const world = own.world()
      await world.push({ services: { a: { ports: [9_001] } } })
      const streams = own.streams(form, world.node)
      streams.send(CDS, firstRequest(form, world, CDS))
      await streams.take(CDS)
      const ended = streams.stream(CDS).status
      await own.stop()
      expect((await ended).code).toBe(status.UNAVAILABLE)
      await own.start()
      const again = own.streams(form, world.node)
      again.send(CDS, firstRequest(form, world, CDS))
      expect(namesOf(await again.take(CDS))).toEqual([world.cluster('a')])
    } finally {
      await own.close()
    }
  })
})

describe.each(DELTA)('an equal push, over $title', form => {
  test('[S69] sends nothing', async () => {
    const world = await furnished()
    const client = bed.delta(form, world)
    client.clusters.send()
    await client.clusters.accept()
    await CLUSTERS.make(world, ['a'], 3)
    expect(toldOf(await client.clusters.accept())).toEqual([world.cluster('a')])
    for (let round = 0; round < 3; round += 1) await CLUSTERS.make(world, ['a'], 3)
    await client.clusters.silent()
  })
})

test('[O97] the system version says the revision', async () => {
  const world = await furnished()
  const client = bed.delta(DELTA_ADS, world)
  client.clusters.send()
  expect(Number((await client.clusters.next()).systemVersion)).toBeGreaterThan(0)
})
