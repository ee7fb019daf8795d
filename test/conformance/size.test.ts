import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Bed } from './bed.ts'
import { DELTA, DELTA_ADS, FORMS, type Form, STATE } from './forms.ts'
import { missingIn, namesOf, presentIn, type Response } from './response.ts'
import { type ServiceState, World } from './world.ts'

/** What gRPC clients take at most, unless they are told otherwise; the bed's refuse more. */
const CLIENT_LIMIT = 4 * 1024 * 1024
/** What is large takes its time on a machine that has other work. */
const PATIENCE = 60_000
const SERVICES = 3_600
/** Of the path of a health check: most of the bytes of a cluster. */
const WEIGHT = 1_000

let bed: Bed
let heavy: World
beforeAll(async () => {
  bed = await Bed.open()
  heavy = new World(() => bed.api, 'heavy')
  await heavy.push({ services: heavyServices() })
}, PATIENCE)
afterEach(() => bed.endTest())
afterAll(() => bed.close(), PATIENCE)

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`)

/** More than 4 MiB of clusters. */
function heavyServices(): Record<string, ServiceState> {
  const path = `/${'x'.repeat(WEIGHT)}`
  const healthCheck = { active: { type: 'HTTP', interval: '1s', http: { path } } }
  return Object.fromEntries(numbered(SERVICES).map(name => [name, { ports: [9_001], healthCheck }]))
}

describe.each(DELTA)('what is large over $title', form => {
  test('[S81] is split, each part with a nonce, and every part fits a gRPC client', async () => {
    const { clusters } = bed.delta(form, heavy)
    clusters.send()
    const { names, sizes, nonces } = await collect(SERVICES, () => clusters.accept())
    expect(names.size).toBe(SERVICES)
    expect(sizes.length).toBeGreaterThan(1)
    expect(Math.max(...sizes)).toBeLessThan(CLIENT_LIMIT)
    expect(new Set(nonces).size).toBe(nonces.length)
    await clusters.silent()
  })

  test('[S81] needs no answer to one part for the next', async () => {
    const { clusters } = bed.delta(form, heavy)
    clusters.send()
    expect((await collect(SERVICES, () => clusters.next())).names.size).toBe(SERVICES)
  })
})

describe.each(STATE)('what is large over $title', form => {
  test('[S81] of named types is split, where it must be', async () => {
    const world = bed.world()
    const names = numbered(30)
    const endpoints = Array.from({ length: 1_000 }, (_, index) => ({
      address: `fd00:1234:5678:9abc:def0:1234:5678:${(0x1000 + index).toString(16)}`,
      port: 9_001,
      zone: 'zone-a',
    }))
    await world.push({ services: Object.fromEntries(names.map(name => [name, { ports: [], endpoints }])) })
    const client = bed.state(form, world)
    client.endpoints.state(names.map(name => world.cluster(name)))
    const { names: told, sizes } = await collect(names.length, () => client.endpoints.accept())
    expect(told.size).toBe(names.length)
    expect(sizes.length).toBeGreaterThan(1)
    expect(Math.max(...sizes)).toBeLessThan(CLIENT_LIMIT)
  })

  test('[S81, M84] of a root type is one response, to a client that takes it', async () => {
    const streams = bed.streams(form, heavy.node, bed.connect(bed.xds, -1))
    streams.send('type.googleapis.com/envoy.config.cluster.v3.Cluster', {})
    const response = await streams.next()
    expect(namesOf(response)).toHaveLength(SERVICES)
    expect(response.size).toBeGreaterThan(CLIENT_LIMIT)
  })
})

describe.each(FORMS)('many names over $title', form => {
  test('[S81, M18] 10,000 that there are not, in one request, with one that there is', async () => {
    const world = bed.world()
    await world.push({ services: { a: { ports: [9_001] } } })
    const made = Array.from({ length: 10_000 }, (_, index) => `nowhere/s${index}/80`)
    const told = await ask(form, world, [...made, world.cluster('a')])
    expect(told.flatMap(presentIn)).toEqual([world.cluster('a')])
    if (form.isDelta) expect(new Set(told.flatMap(missingIn)).size).toBe(made.length)
    for (const { size } of told) expect(size).toBeLessThan(CLIENT_LIMIT)
  })

  test('[S82] a request of 20 MiB is taken', async () => {
    const world = bed.world()
    await world.push({ services: { a: { ports: [9_001] } } })
    const made = Array.from({ length: 20 }, (_, index) => `${index}${'x'.repeat(1024 * 1024)}`)
    if (form.isDelta) {
      const { endpoints } = bed.delta(form, world)
      const initialResourceVersions = Object.fromEntries(made.map(name => [name, 'v']))
      endpoints.send({ resourceNamesSubscribe: [world.cluster('a')], initialResourceVersions })
      expect(presentIn(await endpoints.next())).toEqual([world.cluster('a')])
    } else {
      const { endpoints } = bed.state(form, world)
      endpoints.state([...made, world.cluster('a')])
      expect(presentIn(await endpoints.next())).toEqual([world.cluster('a')])
    }
  })
})

test(
  '[S83] a change among many is sent alone',
  async () => {
    const { clusters } = bed.delta(DELTA_ADS, heavy)
    clusters.send()
    await collect(SERVICES, () => clusters.accept())
    const [[name, state]] = Object.entries(heavyServices()) as [[string, ServiceState]]
    await heavy.push({ services: { [name]: { ...state, connectTimeout: '9s' } } })
    const response = await clusters.accept()
    expect(namesOf(response)).toEqual([heavy.cluster(name)])
    expect(response.size).toBeLessThan(2 * WEIGHT)
    await clusters.silent()
  },
  PATIENCE,
)

/** Takes responses until so many names have come. */
async function collect(count: number, next: () => Promise<Response>) {
  const names = new Set<string>()
  const sizes: number[] = []
  const nonces: string[] = []
  while (names.size < count) {
    const response = await next()
    for (const name of namesOf(response)) names.add(name)
    sizes.push(response.size)
    nonces.push(response.nonce)
  }
  return { names, sizes, nonces }
}

/** Asks for endpoints, and gives the responses until all names were told of, or in the form that cannot: the first. */
async function ask(form: Form, world: World, names: readonly string[]): Promise<Response[]> {
  if (!form.isDelta) {
    const { endpoints } = bed.state(form, world)
    endpoints.state(names)
    return [await endpoints.next()]
  }
  const { endpoints } = bed.delta(form, world)
  endpoints.subscribe(...names)
  const all: Response[] = []
  const told = new Set<string>()
  while (told.size < names.length) {
    const response = await endpoints.accept()
    all.push(response)
    for (const name of [...namesOf(response), ...response.removed]) told.add(name)
  }
  return all
}
