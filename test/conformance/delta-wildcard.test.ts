import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Bed } from './bed.ts'
import { DELTA } from './forms.ts'
import { CLUSTERS, crossed, type Kind, NAMED, ROOTS } from './kinds.ts'
import { namesOf, toldOf } from './response.ts'

let bed: Bed
beforeAll(async () => {
  bed = await Bed.open()
})
afterEach(() => bed.endTest())
afterAll(() => bed.close())

/** A client of a world that has the kind's resources a and b. */
async function withTwo(form: (typeof DELTA)[number], kind: Kind) {
  const world = bed.world()
  await kind.make(world, ['a', 'b'])
  const client = bed.delta(form, world)
  const name = (short: string) => kind.name(world, short)
  return { world, client, channel: client.on(kind.typeUrl), name, both: [name('a'), name('b')] }
}

describe.each(crossed(DELTA, ROOTS))('a wildcard of $title', ({ form, kind }) => {
  test('[M1] is an empty first request: it is answered with all', async () => {
    const { channel, both } = await withTwo(form, kind)
    channel.send()
    expect(namesOf(await channel.next())).toEqual(both)
  })

  test('[M2] is asked for by "*" as well, with the same answer', async () => {
    const { channel, both, world } = await withTwo(form, kind)
    channel.subscribe('*')
    const explicit = await channel.next()
    expect(namesOf(explicit)).toEqual(both)
    const legacy = bed.delta(form, world).on(kind.typeUrl)
    legacy.send()
    expect((await legacy.next()).resources).toEqual(explicit.resources)
  })

  test.each([[[]], [['*']]])(
    '[M3, S4] of nothing is answered at once with no resources, and then not again: %j',
    async names => {
      const channel = bed.delta(form, bed.world()).on(kind.typeUrl)
      channel.subscribe(...names)
      const response = await channel.accept()
      expect(toldOf(response)).toEqual([])
      expect(response.nonce).not.toBe('')
      await channel.silent()
    },
  )

  test('[S4] of nothing, once ACKed, goes on with what comes', async () => {
    const world = bed.world()
    const channel = bed.delta(form, world).on(kind.typeUrl)
    channel.send()
    await channel.accept()
    await kind.make(world, ['a'])
    expect(namesOf(await channel.accept())).toEqual([kind.name(world, 'a')])
    await channel.silent()
  })

  test('[M5] is sent what is new, and nothing else', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.send()
    await channel.accept()
    await kind.make(world, ['c'])
    expect(toldOf(await channel.accept())).toEqual([name('c')])
    await channel.silent()
  })

  test('[M6] is told what is gone, of all where all is gone, and sent it when it comes back', async () => {
    const { channel, world, name, both } = await withTwo(form, kind)
    channel.send()
    await channel.accept()
    await kind.drop(world, ['a'])
    const one = await channel.accept()
    expect([namesOf(one), one.removed]).toEqual([[], [name('a')]])
    await kind.drop(world, ['b'])
    expect((await channel.accept()).removed).toEqual([name('b')])
    await kind.make(world, ['a', 'b'])
    expect(namesOf(await channel.accept())).toEqual(both)
    await kind.drop(world, ['a', 'b'])
    expect([...(await channel.accept()).removed].sort()).toEqual(both)
    await channel.silent()
  })

  test.each([[[]], [['*']]])('[M7] goes on beside a name that is subscribed later: %j', async names => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(...names)
    await channel.accept()
    channel.subscribe(name('a'))
    expect(namesOf(await channel.accept())).toEqual([name('a')])
    await kind.make(world, ['c'])
    expect(namesOf(await channel.accept())).toEqual([name('c')])
    await kind.make(world, ['b'], 2)
    expect(namesOf(await channel.accept())).toEqual([name('b')])
  })

  test.each([[[]], [['*']]])('[M8] is left by unsubscribing "*"; names beside it stay: %j', async names => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(...names)
    await channel.accept()
    channel.subscribe(name('a'))
    await channel.accept()
    channel.unsubscribe('*')
    await channel.silent()
    await kind.make(world, ['b'], 2)
    await kind.make(world, ['c'])
    await channel.silent()
    await kind.make(world, ['a'], 2)
    expect(toldOf(await channel.accept())).toEqual([name('a')])
    await kind.drop(world, ['b'])
    await channel.silent()
  })

  test('[M8, M12] can be left and entered again, and then everything is sent', async () => {
    const { channel, both } = await withTwo(form, kind)
    channel.subscribe('*')
    await channel.accept()
    channel.unsubscribe('*')
    await channel.silent()
    channel.subscribe('*')
    expect(namesOf(await channel.accept())).toEqual(both)
  })

  test('[M8] that is unsubscribed in the first request is none', async () => {
    const { channel, world } = await withTwo(form, kind)
    channel.unsubscribe('*')
    await channel.silent()
    await kind.make(world, ['c'])
    await channel.silent()
  })

  test('[M9] is not what is left when the last name is unsubscribed', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    expect(toldOf(await channel.accept())).toEqual([name('a')])
    channel.unsubscribe(name('a'))
    await channel.silent()
    channel.send()
    await kind.make(world, ['a', 'b', 'c'], 2)
    await channel.silent()
  })

  test('[M9] is not made of a first request that unsubscribes', async () => {
    const { channel, name } = await withTwo(form, kind)
    channel.unsubscribe(name('a'))
    await channel.silent()
  })

  test('[M9] is not made of a first request that subscribes and unsubscribes one name', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.send({ resourceNamesSubscribe: [name('a')], resourceNamesUnsubscribe: [name('b')] })
    expect(toldOf(await channel.accept())).toEqual([name('a')])
    await kind.make(world, ['b'], 2)
    await channel.silent()
  })

  test('[M10] that goes on without a name of its own is sent that resource again', async () => {
    const { channel, name } = await withTwo(form, kind)
    channel.subscribe('*', name('a'))
    await channel.accept()
    channel.unsubscribe(name('a'))
    const response = await channel.accept()
    expect([namesOf(response), response.removed]).toEqual([[name('a')], []])
    await channel.silent()
  })

  test('[M11] that goes on without a name that it has not is told so', async () => {
    const { channel } = await withTwo(form, kind)
    channel.subscribe('*')
    await channel.accept()
    channel.subscribe('nowhere/b/80')
    expect((await channel.accept()).removed).toEqual(['nowhere/b/80'])
    channel.unsubscribe('nowhere/b/80')
    const response = await channel.accept()
    expect([namesOf(response), response.removed]).toEqual([[], ['nowhere/b/80']])
  })

  test('[M12] comes after a name: everything else is sent', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    await channel.accept()
    channel.subscribe('*')
    expect(namesOf(await channel.accept())).toContain(name('b'))
    await kind.make(world, ['c'])
    expect(toldOf(await channel.accept())).toEqual([name('c')])
  })

  test('[M13] together with a name that there is not is told of that, too', async () => {
    const { channel, both } = await withTwo(form, kind)
    channel.subscribe('*', 'nowhere/c/80')
    const response = await channel.accept()
    expect([namesOf(response), response.removed]).toEqual([both, ['nowhere/c/80']])
  })

  test('[M13, M19] and the missing name is sent when it comes', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe('*', name('c'))
    await channel.accept()
    await kind.make(world, ['c'])
    expect(toldOf(await channel.accept())).toEqual([name('c')])
    await channel.silent()
  })

  test.each([[[]], [['*']]])('[S14] that is asked for again is sent again: %j', async names => {
    const { channel, both } = await withTwo(form, kind)
    channel.subscribe(...names)
    await channel.accept()
    channel.subscribe('*')
    expect(namesOf(await channel.accept())).toEqual(both)
    await channel.silent()
  })

  test('[S14] of nothing that is asked for again is answered again', async () => {
    const channel = bed.delta(form, bed.world()).on(kind.typeUrl)
    channel.subscribe('*')
    await channel.accept()
    channel.subscribe('*')
    expect(toldOf(await channel.accept())).toEqual([])
  })

  test('[M27] and a name of it in one request: the resource is sent once', async () => {
    const { channel, name, both } = await withTwo(form, kind)
    channel.subscribe('*', name('a'), '*', name('a'))
    expect(namesOf(await channel.accept())).toEqual(both)
    await channel.silent()
  })

  test('[M21] is sent a resource that is subscribed by name although it has it', async () => {
    const { channel, name } = await withTwo(form, kind)
    channel.send()
    await channel.accept()
    for (let round = 0; round < 2; round += 1) {
      channel.subscribe(name('a'))
      expect(toldOf(await channel.accept())).toEqual([name('a')])
    }
    await channel.silent()
  })

  test('[S16] of an Envoy before 1.19, which comes back with all its names, is one of names: nothing is resent, and what changes is sent', async () => {
    const { channel, world, both } = await withTwo(form, kind)
    channel.send()
    const { resources } = await channel.accept()
    const versions = Object.fromEntries(resources.map(one => [one.name, one.version]))
    const again = bed.delta(form, world).on(kind.typeUrl)
    again.send({ resourceNamesSubscribe: both, initialResourceVersions: versions })
    await again.silent()
    await kind.make(world, ['a'], 2)
    expect(namesOf(await again.accept())).toEqual([kind.name(world, 'a')])
  })
})

describe.each(DELTA)('a named type over $title', form => {
  test.each(NAMED)('[M15] $title: an empty first request does not get everything', async kind => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.send()
    await channel.silent()
    await kind.make(world, ['a'], 2)
    await channel.silent()
    channel.subscribe(name('a'))
    expect(namesOf(await channel.accept())).toEqual([name('a')])
  })

  test.each(NAMED)('[M15] $title: "*" does not get everything', async kind => {
    const { channel, name } = await withTwo(form, kind)
    channel.subscribe('*', name('a'))
    expect(namesOf(await channel.accept())).toEqual([name('a')])
  })
})

test('the clusters of a wildcard are those that the gateway has', async () => {
  const world = bed.world()
  await CLUSTERS.make(world, ['a'])
  const client = bed.delta(DELTA[0] as (typeof DELTA)[number], world)
  client.clusters.send()
  expect(namesOf(await client.clusters.next())).toEqual([world.cluster('a')])
})
