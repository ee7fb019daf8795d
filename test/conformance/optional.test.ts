import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { encode } from '../../src/proto/message.ts'
import { Bed } from './bed.ts'
import { CDS, DELTA, DELTA_ADS, EDS, FORMS, type Form } from './forms.ts'
import { KINDS } from './kinds.ts'
import { namesOf, presentIn, toldOf } from './response.ts'
import type { World } from './world.ts'

let bed: Bed
beforeAll(async () => {
  bed = await Bed.open()
})
afterEach(() => bed.endTest())
afterAll(() => bed.close())

async function withService(): Promise<World> {
  const world = bed.world()
  await world.push({ services: { a: { ports: [9_001] } } })
  return world
}

const asking = ({ isDelta }: Form, names: readonly string[]) =>
  isDelta ? { resourceNamesSubscribe: names } : { resourceNames: names }

describe.each(FORMS)('optional fields over $title', form => {
  test('[O96] every response says which control plane it comes from', async () => {
    const world = await withService()
    const streams = bed.streams(form, world.node)
    streams.send(EDS, asking(form, [world.cluster('a')]))
    const first = await streams.next()
    await world.push({ services: { a: { ports: [9_002] } } })
    const second = await streams.next()
    expect(first.controlPlane).not.toBe('')
    expect(second.controlPlane).toBe(first.controlPlane)
  })

  test('[O98] a client that knows nothing of TTLs is sent none', async () => {
    const world = await withService()
    const streams = bed.streams(form, world.node)
    streams.send(CDS, {})
    for (const { ttl, body } of (await streams.next()).resources)
      expect([ttl, body['@type']]).toEqual([undefined, CDS])
  })

  test.each([
    'xdstp://nobody/envoy.config.endpoint.v3.ClusterLoadAssignment/a',
    'xdstp:///envoy.config.endpoint.v3.ClusterLoadAssignment/a?x=y#z',
    'xdstp://vicinity/envoy.config.endpoint.v3.ClusterLoadAssignment/foo/*',
    'xdstp://',
    'xdstp://%zz/%00',
  ])('[S100] a name of another naming is missing, and the stream lives: %s', async name => {
    const world = await withService()
    const streams = bed.streams(form, world.node)
    streams.send(EDS, asking(form, [name, world.cluster('a')]))
    const response = await streams.next()
    expect(presentIn(response)).toEqual([world.cluster('a')])
    if (form.isDelta) expect(toldOf(response)).toEqual([name, world.cluster('a')].sort())
  })

  test('[O102] resource locators and fields that nobody knows are passed over', async () => {
    const world = await withService()
    const streams = bed.streams(form, world.node)
    const message = form.isDelta ? 'DeltaDiscoveryRequest' : 'DiscoveryRequest'
    const known = encode(`envoy.service.discovery.v3.${message}`, {
      node: world.node,
      typeUrl: EDS,
      ...asking(form, [world.cluster('a')]),
      ...(form.isDelta
        ? { resourceLocatorsSubscribe: [{ name: 'x', dynamicParameters: { k: 'v' } }] }
        : { resourceLocators: [{ name: 'x', dynamicParameters: { k: 'v' } }] }),
    })
    // Field 1000, length-delimited, and field 1001, a number.
    const unknown = Buffer.from([0xc2, 0x3e, 3, 1, 2, 3, 0xc8, 0x3e, 42])
    streams.stream(EDS).write(Buffer.concat([known, unknown]))
    expect(presentIn(await streams.next())).toEqual([world.cluster('a')])
  })
})

describe.each(DELTA)('optional fields of delta over $title', form => {
  test('[O97] the system version is told, and what a client makes of it does not matter', async () => {
    const world = await withService()
    const { clusters } = bed.delta(form, world)
    clusters.send()
    const { systemVersion } = await clusters.accept()
    expect(Number(systemVersion)).toBeGreaterThan(0)
    await world.push({ services: { a: { ports: [9_001], connectTimeout: '9s' } } })
    expect(Number((await clusters.accept()).systemVersion)).toBeGreaterThan(Number(systemVersion))
  })

  test.each(KINDS)('[O99] no alias is made of a name: $title', async kind => {
    const world = bed.world()
    await kind.make(world, ['a'])
    const channel = bed.delta(form, world).on(kind.typeUrl)
    channel.subscribe(kind.name(world, 'a'))
    const { resources } = await channel.accept()
    expect(resources.map(one => one.name)).toEqual([kind.name(world, 'a')])
  })
})

test('[O101] a client that names everything, and nothing by "*", is served by names alone', async () => {
  const world = bed.world()
  await world.push({
    services: { a: { ports: [9_001] }, b: { ports: [9_002] } },
    listeners: { http: { port: 20_000, rules: { '/': 'a' } } },
  })
  for (const form of FORMS.filter(({ isAggregated }) => isAggregated)) {
    const streams = bed.streams(form, world.node)
    const steps = [
      ['listener.v3.Listener', world.listener('http')],
      ['route.v3.RouteConfiguration', world.listener('http')],
      ['cluster.v3.Cluster', world.cluster('a')],
      ['endpoint.v3.ClusterLoadAssignment', world.cluster('a')],
    ] as const
    for (const [type, name] of steps) {
      const typeUrl = `type.googleapis.com/envoy.config.${type}`
      streams.send(typeUrl, asking(form, [name]))
      const { nonce, version, ...response } = await streams.take(typeUrl)
      expect(namesOf({ nonce, version, ...response })).toEqual([name])
      const answer = { responseNonce: nonce, ...(!form.isDelta && { versionInfo: version }) }
      streams.send(typeUrl, { ...answer, ...(!form.isDelta && { resourceNames: [name] }) })
    }
  }
})

test('[O101] a client that has ignored a removal is sent the resource when it is there again', async () => {
  const world = await withService()
  const { clusters } = bed.delta(DELTA_ADS, world)
  clusters.subscribe(world.cluster('a'))
  await clusters.accept()
  await world.push({ services: { a: null } })
  expect((await clusters.accept()).removed).toEqual([world.cluster('a')])
  await world.push({ services: { a: { ports: [9_001] } } })
  expect(namesOf(await clusters.accept())).toEqual([world.cluster('a')])
})
