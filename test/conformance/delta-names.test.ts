import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Bed } from './bed.ts'
import { DELTA, type Form } from './forms.ts'
import { crossed, KINDS, type Kind } from './kinds.ts'
import { missingIn, namesOf, presentIn, toldOf } from './response.ts'

const TEXTS = ['', '/', '//', '*/*', 'a'.repeat(10_000), 'x/y/z/80', '../..', 'ä/ö/ü', 'a\u0000b', ' ']

let bed: Bed
beforeAll(async () => {
  bed = await Bed.open()
})
afterEach(() => bed.endTest())
afterAll(() => bed.close())

async function withTwo(form: Form, kind: Kind) {
  const world = bed.world()
  await kind.make(world, ['a', 'b'])
  const channel = bed.delta(form, world).on(kind.typeUrl)
  const name = (short: string) => kind.name(world, short)
  return { world, channel, name, both: [name('a'), name('b')] }
}

describe.each(crossed(DELTA, KINDS))('names of $title', ({ form, kind }) => {
  test('[M17] that are subscribed get what was asked, and nothing else', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    expect(toldOf(await channel.accept())).toEqual([name('a')])
    await kind.make(world, ['b'], 2)
    await kind.make(world, ['c'])
    await channel.silent()
  })

  test('[M18] that there are not are said to be missing', async () => {
    const { channel, name } = await withTwo(form, kind)
    channel.subscribe(name('c'))
    const response = await channel.accept()
    expect(missingIn(response)).toEqual([name('c')])
    expect(presentIn(response)).toEqual([])
    await channel.silent()
  })

  test('[M18] that there are not are said to be missing beside those that there are', async () => {
    const { channel, name, both } = await withTwo(form, kind)
    channel.subscribe(name('c'), name('a'), name('d'), name('b'))
    const response = await channel.accept()
    expect([presentIn(response), missingIn(response)]).toEqual([both, [name('c'), name('d')]])
  })

  test('[M18] that were missing and are asked for again are said to be missing again', async () => {
    const { channel, name } = await withTwo(form, kind)
    for (let round = 0; round < 3; round += 1) {
      channel.subscribe(name('c'))
      expect(missingIn(await channel.accept())).toEqual([name('c')])
    }
  })

  test('[M19] that were missing are sent when they come to be', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'), name('c'))
    await channel.accept()
    await kind.make(world, ['c'])
    const response = await channel.accept()
    expect([presentIn(response), response.removed]).toEqual([[name('c')], []])
    await kind.make(world, ['c'], 2)
    expect(presentIn(await channel.accept())).toEqual([name('c')])
  })

  test('[M20] stay subscribed when what they name goes, and are sent it when it comes back', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    await channel.accept()
    for (let round = 1; round <= 3; round += 1) {
      await kind.drop(world, ['a'])
      const gone = await channel.accept()
      expect([presentIn(gone), missingIn(gone)]).toEqual([[], [name('a')]])
      await kind.make(world, ['a'])
      expect(presentIn(await channel.accept())).toEqual([name('a')])
    }
    await kind.make(world, ['a'], 2)
    expect(presentIn(await channel.accept())).toEqual([name('a')])
    await channel.silent()
  })

  test('[M20] that went before the client said that it has them are sent when they come back', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    const first = await channel.next()
    await kind.drop(world, ['a'])
    const gone = await channel.next()
    expect(missingIn(gone)).toEqual([name('a')])
    await kind.make(world, ['a'])
    const back = await channel.next()
    expect(presentIn(back)).toEqual([name('a')])
    for (const response of [first, gone, back]) channel.ack(response)
    await channel.silent()
  })

  test('[M21, M76] that are subscribed again are sent again, though nothing changed', async () => {
    const { channel, name } = await withTwo(form, kind)
    channel.subscribe(name('a'), name('b'))
    const first = await channel.accept()
    for (let round = 0; round < 3; round += 1) {
      channel.subscribe(name('a'))
      const again = await channel.accept()
      expect(toldOf(again)).toEqual([name('a')])
      expect(again.resources[0]).toEqual(first.resources.find(one => one.name === name('a')))
    }
    await channel.silent()
  })

  test('[M21] are sent again when they are subscribed again with an ACK, or before one', async () => {
    const { channel, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    const first = await channel.next()
    channel.subscribe(name('a'))
    const second = await channel.next()
    expect(toldOf(second)).toEqual([name('a')])
    channel.ack(first, { resourceNamesSubscribe: [name('a')] })
    expect(toldOf(await channel.next())).toEqual([name('a')])
  })

  test('[S22] that are subscribed again do not bring the others again', async () => {
    const { channel, name, both } = await withTwo(form, kind)
    channel.subscribe(...both)
    await channel.accept()
    channel.subscribe(name('b'))
    expect(toldOf(await channel.accept())).toEqual([name('b')])
    await channel.silent()
  })

  test('[M23] that are unsubscribed get nothing more, not even an answer; the others go on', async () => {
    const { channel, world, name, both } = await withTwo(form, kind)
    channel.subscribe(...both)
    await channel.accept()
    channel.unsubscribe(name('a'))
    await channel.silent()
    await kind.make(world, ['a'], 2)
    await channel.silent()
    await kind.make(world, ['b'], 2)
    expect(toldOf(await channel.accept())).toEqual([name('b')])
    await kind.drop(world, ['a'])
    await channel.silent()
  })

  test('[M24] that were never subscribed are unsubscribed without harm', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    await channel.accept()
    channel.unsubscribe('never', name('b'), '', '*')
    await channel.silent()
    await kind.make(world, ['a'], 2)
    expect(toldOf(await channel.accept())).toEqual([name('a')])
  })

  test('[M25] that are unsubscribed and subscribed again are sent again, though nothing changed', async () => {
    const { channel, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    await channel.accept()
    for (let round = 0; round < 3; round += 1) {
      channel.unsubscribe(name('a'))
      channel.subscribe(name('a'))
      expect(toldOf(await channel.accept())).toEqual([name('a')])
    }
    await channel.silent()
  })

  test('[M26] are subscribed and unsubscribed by one request', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    await channel.accept()
    channel.send({ resourceNamesSubscribe: [name('b')], resourceNamesUnsubscribe: [name('a')] })
    expect(toldOf(await channel.accept())).toEqual([name('b')])
    await kind.make(world, ['a'], 2)
    await channel.silent()
    await kind.make(world, ['b'], 2)
    expect(toldOf(await channel.accept())).toEqual([name('b')])
  })

  test('[M27] that are said twice are sent once', async () => {
    const { channel, name } = await withTwo(form, kind)
    channel.subscribe(name('a'), name('a'), name('c'), name('c'), name('a'))
    const response = await channel.accept()
    expect(toldOf(response)).toEqual([name('a'), name('c')])
    await channel.silent()
  })

  test('[M28] get a new version of what changed alone, as a whole', async () => {
    const { channel, world, name, both } = await withTwo(form, kind)
    channel.subscribe(...both)
    const [before] = (await channel.accept()).resources.filter(one => one.name === name('a'))
    await kind.make(world, ['a'], 2)
    const response = await channel.accept()
    expect(toldOf(response)).toEqual([name('a')])
    expect(Object.keys(response.resources[0]?.body ?? {}).sort()).toEqual(
      Object.keys(before?.body ?? {}).sort(),
    )
    expect(response.resources[0]?.version).not.toBe(before?.version)
  })

  test('[M29] that are asked for back to back, before any ACK, are all sent', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    const shorts = Array.from({ length: 20 }, (_, index) => `s${index}`)
    await kind.make(world, shorts)
    for (const short of shorts) channel.subscribe(name(short))
    const seen = new Set<string>()
    while (seen.size < shorts.length) for (const one of presentIn(await channel.next())) seen.add(one)
    expect([...seen].sort()).toEqual(shorts.map(name).sort())
    await channel.silent()
  })

  test('[S30, M68] get what changes before they were ACKed, at last the newest', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    const first = await channel.next()
    for (let version = 2; version <= 6; version += 1)
      await kind.make(world, ['a'], version % 2 === 0 ? version : 1)
    await kind.make(world, ['a'], 7)
    channel.ack(first)
    const fresh = bed.delta(form, world).on(kind.typeUrl)
    fresh.subscribe(name('a'))
    const newest = (await fresh.next()).resources[0]?.version
    let last: string | undefined
    while (last !== newest) last = (await channel.accept()).resources[0]?.version
    await channel.silent()
  })

  test('[S32] that no other resource names are served nevertheless', async () => {
    const { channel, world } = await withTwo(form, kind)
    channel.subscribe('nobody/names/this')
    expect(missingIn(await channel.accept())).toEqual(['nobody/names/this'])
    await kind.make(world, ['a'], 2)
    await channel.silent()
  })

  test('[M9] that all are unsubscribed leave a stream on which names can be asked for again', async () => {
    const { channel, name, both } = await withTwo(form, kind)
    channel.subscribe(...both)
    await channel.accept()
    channel.unsubscribe(...both)
    channel.subscribe(name('b'))
    expect(namesOf(await channel.accept())).toEqual([name('b')])
    await channel.silent()
  })

  test('[M18] are any text: each is missing', async () => {
    const { channel, name } = await withTwo(form, kind)
    for (const text of TEXTS) {
      channel.subscribe(text, name('a'))
      const response = await channel.accept()
      expect([presentIn(response), missingIn(response)]).toEqual([[name('a')], [text]])
    }
  })
})

describe.each(DELTA)('a service without endpoints over $title', form => {
  test('[M31] has a cluster, and its assignment is answered', async () => {
    const world = bed.world()
    await world.push({ services: { empty: { ports: [] } } })
    const client = bed.delta(form, world)
    client.clusters.send()
    expect(namesOf(await client.clusters.accept())).toEqual([world.cluster('empty')])
    client.endpoints.subscribe(world.cluster('empty'))
    expect(missingIn(await client.endpoints.accept())).toEqual([world.cluster('empty')])
    await world.push({ services: { empty: { ports: [9_001] } } })
    expect(presentIn(await client.endpoints.accept())).toEqual([world.cluster('empty')])
    await world.push({ services: { empty: { ports: [] } } })
    expect(missingIn(await client.endpoints.accept())).toEqual([world.cluster('empty')])
    await client.clusters.silent()
  })
})
