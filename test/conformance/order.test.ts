import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../support/seeded-random.ts'
import { Bed } from './bed.ts'
import { EnvoyLike } from './envoy-like.ts'
import { AGGREGATED, CDS, EDS, type Form, LDS, RDS } from './forms.ts'
import type { World } from './world.ts'

let bed: Bed
beforeAll(async () => {
  bed = await Bed.open()
})
afterEach(() => bed.endTest())
afterAll(() => bed.close())

/** A client that has taken what there is: service x, and a listener whose routes go there. */
async function settled(form: Form) {
  const world = bed.world()
  await world.push({ services: { x: { ports: [9_001] } }, listeners: { http: to('x') } })
  const envoy = new EnvoyLike(bed.streams(form, world.node))
  envoy.start()
  await envoy.until(() => envoy.routesTo(world.listener('http')).includes(world.cluster('x')))
  envoy.story.length = 0
  return { world, envoy }
}

const to = (service: string, port = 20_000) => ({ port, rules: { '/': service } })
const isGone = (envoy: EnvoyLike, world: World, service: string) => !envoy.has(CDS, world.cluster(service))

describe.each(AGGREGATED)('make before break over $title', form => {
  test('[M70, M75, S77] a new cluster comes first, then its endpoints, then the route to it', async () => {
    const { world, envoy } = await settled(form)
    await world.push({ services: { y: { ports: [9_002] } }, listeners: { http: to('y') } })
    await envoy.until(() => envoy.routesTo(world.listener('http')).includes(world.cluster('y')))
    const at = (typeUrl: string, name: string) => envoy.story.indexOf(`+${typeUrl} ${name}`)
    const order = [at(CDS, world.cluster('y')), at(EDS, world.cluster('y')), at(RDS, world.listener('http'))]
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(order).not.toContain(-1)
    expect(envoy.faults).toEqual([])
  })

  test('[M71, M75] a cluster goes after the route to it', async () => {
    const { world, envoy } = await settled(form)
    await world.push({ services: { y: { ports: [9_002] } }, listeners: { http: to('y') } })
    await envoy.until(() => envoy.routesTo(world.listener('http')).includes(world.cluster('y')))
    for (let round = 0; round < 5; round += 1) {
      await world.push({ services: { x: { ports: [9_001] } }, listeners: { http: to('x') } })
      await envoy.until(() => envoy.routesTo(world.listener('http')).includes(world.cluster('x')))
      await world.push({ services: { x: null }, listeners: { http: to('y') } })
      await envoy.until(() => isGone(envoy, world, 'x'))
      expect(envoy.routesTo(world.listener('http'))).toEqual([world.cluster('y')])
    }
    expect(envoy.faults).toEqual([])
  })

  test('[M72, M94] one change from X to Y is Y, the route, and only then without X', async () => {
    const { world, envoy } = await settled(form)
    for (const [from, to_] of [
      ['x', 'y'],
      ['y', 'x'],
      ['x', 'y'],
    ] as const) {
      envoy.story.length = 0
      await world.push({
        services: { [from]: null, [to_]: { ports: [9_003] } },
        listeners: { http: to(to_) },
      })
      await envoy.until(() => isGone(envoy, world, from) && envoy.has(CDS, world.cluster(to_)))
      const at = (what: string) => envoy.story.indexOf(what)
      const order = [
        at(`+${CDS} ${world.cluster(to_)}`),
        at(`+${RDS} ${world.listener('http')}`),
        at(`-${CDS} ${world.cluster(from)}`),
      ]
      expect(order).toEqual([...order].sort((a, b) => a - b))
      expect(order).not.toContain(-1)
    }
    expect(envoy.faults).toEqual([])
  })

  test('[S74] holds where every ACK is late', async () => {
    const { world, envoy } = await settled(form)
    envoy.isLate = true
    await world.push({ services: { x: null, y: { ports: [9_003] } }, listeners: { http: to('y') } })
    // All that can come without an answer has come when another type’s change has.
    await envoy.until(() => envoy.has(CDS, world.cluster('y')))
    expect(envoy.has(CDS, world.cluster('x'))).toBe(true)
    envoy.isLate = false
    envoy.answerLate()
    await envoy.until(() => isGone(envoy, world, 'x'))
    expect(envoy.routesTo(world.listener('http'))).toEqual([world.cluster('y')])
    expect(envoy.faults).toEqual([])
  })

  test('[M73] the routes of a new listener come after it', async () => {
    const { world, envoy } = await settled(form)
    await world.push({ listeners: { other: to('x', 20_001) } })
    await envoy.until(() => envoy.has(RDS, world.listener('other')))
    const at = (what: string) => envoy.story.indexOf(what)
    expect(at(`+${LDS} ${world.listener('other')}`)).toBeGreaterThanOrEqual(0)
    expect(at(`+${LDS} ${world.listener('other')}`)).toBeLessThan(at(`+${RDS} ${world.listener('other')}`))
    expect(envoy.faults).toEqual([])
  })

  test('[M75] 60 random changes never leave a route to a cluster that is not there', async () => {
    const { world, envoy } = await settled(form)
    const random = seededRandom(7)
    const pick = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)] as T
    const names = ['x', 'y', 'z']
    const live = new Set(['x'])
    for (let round = 0; round < 60; round += 1) {
      const target = pick(names)
      const drop = pick(names)
      const services = {
        ...(drop !== target && { [drop]: null }),
        [target]: { ports: [9_000 + Math.floor(random() * 100)], connectTimeout: pick(['1s', '2s']) },
      }
      if (drop !== target) live.delete(drop)
      live.add(target)
      await world.push({ services, listeners: { http: to(target) } })
    }
    await world.push({
      services: { x: null, y: null, z: null, end: { ports: [9_009] } },
      listeners: { http: to('end') },
    })
    await envoy.until(() => ['x', 'y', 'z'].every(name => isGone(envoy, world, name)))
    expect(envoy.routesTo(world.listener('http'))).toEqual([world.cluster('end')])
    expect(envoy.faults).toEqual([])
  })

  test('[S77] a cluster that changed brings its endpoints, unasked, and those alone', async () => {
    const { world, envoy } = await settled(form)
    await world.push({ services: { y: { ports: [9_002] } } })
    await envoy.until(() => envoy.has(EDS, world.cluster('y')))
    envoy.story.length = 0
    await world.push({ services: { x: { ports: [9_001], connectTimeout: '7s' } } })
    await envoy.until(() => envoy.story.includes(`+${EDS} ${world.cluster('x')}`))
    expect(envoy.story.indexOf(`+${CDS} ${world.cluster('x')}`)).toBeLessThan(
      envoy.story.indexOf(`+${EDS} ${world.cluster('x')}`),
    )
    expect(envoy.story).not.toContain(`+${EDS} ${world.cluster('y')}`)
  })

  test('[S77] a listener that changed brings its routes, unasked', async () => {
    const { world, envoy } = await settled(form)
    await world.push({ listeners: { http: to('x', 20_005) } })
    await envoy.until(() => envoy.story.includes(`+${RDS} ${world.listener('http')}`))
    expect(envoy.faults).toEqual([])
  })

  test('[M78] a cluster that goes and comes again has its endpoints answered again', async () => {
    const { world, envoy } = await settled(form)
    for (let round = 0; round < 3; round += 1) {
      await world.push({ services: { y: { ports: [9_002] } } })
      await envoy.until(() => envoy.has(EDS, world.cluster('y')))
      await world.push({ services: { y: null } })
      await envoy.until(() => isGone(envoy, world, 'y') && !envoy.has(EDS, world.cluster('y')))
    }
    expect(envoy.faults).toEqual([])
  })

  test('[S79] many changes of clusters do not keep one of them from its endpoints', async () => {
    const { world, envoy } = await settled(form)
    for (let round = 1; round <= 10; round += 1)
      await world.push({
        services: {
          [`n${round}`]: { ports: [9_100 + round] },
          x: { ports: [9_001], connectTimeout: `${round}s` },
        },
      })
    await envoy.until(() =>
      Array.from({ length: 10 }, (_, index) => world.cluster(`n${index + 1}`)).every(name =>
        envoy.has(EDS, name),
      ),
    )
    expect(envoy.faults).toEqual([])
  })
})
