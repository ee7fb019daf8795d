import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Bed } from './bed.ts'
import { DELTA, type Form } from './forms.ts'
import { crossed, KINDS, type Kind } from './kinds.ts'
import { namesOf, presentIn, toldOf } from './response.ts'

let bed: Bed
beforeAll(async () => {
  bed = await Bed.open()
})
afterEach(() => bed.endTest())
afterAll(() => bed.close())

async function withTwo(form: Form, kind: Kind) {
  const world = bed.world()
  await kind.make(world, ['a', 'b'])
  const client = bed.delta(form, world)
  const channel = client.on(kind.typeUrl)
  const name = (short: string) => kind.name(world, short)
  return { world, client, channel, name, both: [name('a'), name('b')] }
}

describe.each(crossed(DELTA, KINDS))('answers to $title', ({ form, kind }) => {
  test('[M43] name a nonce that no other response of the stream has', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    const nonces = [(await channel.accept()).nonce]
    for (let version = 2; version <= 5; version += 1) {
      await kind.make(world, ['a'], version)
      nonces.push((await channel.accept()).nonce)
    }
    for (const missing of ['x', 'y']) {
      channel.subscribe(missing)
      nonces.push((await channel.accept()).nonce)
    }
    expect(new Set(nonces).size).toBe(nonces.length)
    expect(nonces).not.toContain('')
  })

  test('[M44] that say yes are followed by nothing until something changes', async () => {
    const { channel, world, both, name } = await withTwo(form, kind)
    channel.subscribe(...both)
    await channel.accept()
    await channel.silent()
    await kind.make(world, ['a'], 2)
    expect(toldOf(await channel.accept())).toEqual([name('a')])
    await channel.silent()
  })

  test('[M45, M46, M47] that say no to the first response are followed by nothing, then by the next version', async () => {
    const { channel, world, both, name } = await withTwo(form, kind)
    channel.subscribe(...both)
    channel.nack(await channel.next())
    await channel.silent()
    await kind.make(world, ['a'], 2)
    expect(toldOf(await channel.accept())).toContain(name('a'))
    await channel.silent()
  })

  test('[M46, M47] that say no again and again do not loop, and what is good at last arrives', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    await channel.accept()
    for (let version = 2; version <= 5; version += 1) {
      await kind.make(world, ['a'], version)
      const response = await channel.next()
      expect(toldOf(response)).toEqual([name('a')])
      channel.nack(response)
      await channel.silent()
    }
    await kind.make(world, ['a'], 6)
    expect(toldOf(await channel.accept())).toEqual([name('a')])
  })

  test('[M45] that say no without words are a NACK nevertheless', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    channel.nack(await channel.next(), { errorDetail: {} })
    await channel.silent()
    await kind.make(world, ['a'], 2)
    expect(toldOf(await channel.accept())).toEqual([name('a')])
  })

  test('[M46] that say no twice to one response are one', async () => {
    const { channel, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    const response = await channel.next()
    channel.nack(response)
    channel.nack(response)
    channel.ack(response)
    await channel.silent()
  })

  test('[M47] that say no to a version are followed by the one before, when it comes back', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    const first = await channel.accept()
    await kind.make(world, ['a'], 2)
    channel.nack(await channel.next())
    await kind.make(world, ['a'], 1)
    const back = await channel.accept()
    expect(back.resources).toEqual(first.resources)
  })

  test('[M48] of one client that say no do not stop the others', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    const other = bed.delta(form, world).on(kind.typeUrl)
    for (const one of [channel, other]) one.subscribe(name('a'))
    channel.nack(await channel.next())
    await other.accept()
    await kind.make(world, ['a'], 2)
    channel.nack(await channel.next())
    expect(toldOf(await other.accept())).toEqual([name('a')])
    await kind.make(world, ['a'], 3)
    expect(toldOf(await other.accept())).toEqual([name('a')])
  })

  test.each(['stale', 'unknown', ''])(
    '[M49, S53] with a nonce that is %s still change what is subscribed',
    async nonce => {
      const { channel, world, name, both } = await withTwo(form, kind)
      channel.subscribe(name('a'))
      const first = await channel.accept()
      await kind.make(world, ['a'], 2)
      await channel.accept()
      const responseNonce = nonce === 'stale' ? first.nonce : nonce
      channel.send({ resourceNamesSubscribe: [name('b')], responseNonce })
      expect(toldOf(await channel.accept())).toEqual([name('b')])
      channel.send({ resourceNamesUnsubscribe: [name('a')], responseNonce })
      await channel.silent()
      await kind.make(world, ['a'], 3)
      await channel.silent()
      expect(both).toContain(name('b'))
    },
  )

  test('[M50] that come late or are of no response have no effect', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    const first = await channel.accept()
    await kind.make(world, ['a'], 2)
    const second = await channel.accept()
    for (const late of [first, second, first]) channel.ack(late)
    channel.nack(first)
    channel.send({ responseNonce: 'of no response' })
    channel.send({ responseNonce: 'of no response', errorDetail: { code: 3, message: 'no' } })
    await channel.silent()
    await kind.make(world, ['a'], 3)
    expect(toldOf(await channel.accept())).toEqual([name('a')])
  })

  test('[M51] that say yes or no may subscribe and unsubscribe as well', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    await kind.make(world, ['c'])
    channel.subscribe(name('a'))
    channel.ack(await channel.next(), { resourceNamesSubscribe: [name('b')] })
    channel.nack(await channel.next(), {
      resourceNamesSubscribe: [name('c')],
      resourceNamesUnsubscribe: [name('a')],
    })
    expect(toldOf(await channel.accept())).toEqual([name('c')])
    await kind.make(world, ['a'], 2)
    await channel.silent()
    await kind.make(world, ['b'], 2)
    expect(toldOf(await channel.accept())).toEqual([name('b')])
  })

  test('[S52] that say no to one resource by name leave the others as they are: taken', async () => {
    const { channel, world, name, both } = await withTwo(form, kind)
    channel.subscribe(...both)
    channel.nack(await channel.next(), {
      errorDetail: { code: 3, message: `Error adding/updating ${name('a')}: no` },
    })
    await channel.silent()
    await kind.make(world, ['b'], 2)
    expect(presentIn(await channel.accept())).toEqual([name('b')])
    await kind.drop(world, ['a'])
    expect(toldOf(await channel.accept())).toEqual([name('a')])
  })

  test('[M29, M43] may come in any order, and only after more has come', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    const first = await channel.next()
    await kind.make(world, ['a'], 2)
    const second = await channel.next()
    await kind.make(world, ['a'], 3)
    const third = await channel.next()
    for (const response of [third, first, second]) channel.ack(response)
    await channel.silent()
    await kind.make(world, ['a'], 4)
    expect(namesOf(await channel.accept())).toEqual([name('a')])
  })

  test('[M44] that never come hold up nothing of the type', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.subscribe(name('a'))
    await channel.next()
    for (let version = 2; version <= 4; version += 1) {
      await kind.make(world, ['a'], version)
      expect(toldOf(await channel.next())).toEqual([name('a')])
    }
  })
})

describe.each(DELTA)('a NACK over $title', form => {
  test('[M48] of one type does not stop the other types', async () => {
    const world = bed.world()
    await world.push({
      services: { a: { ports: [9_001] } },
      listeners: { http: { port: 20_000, rules: { '/': 'a' } } },
    })
    const client = bed.delta(form, world)
    client.clusters.send()
    client.clusters.nack(await client.clusters.next())
    client.endpoints.subscribe(world.cluster('a'))
    expect(presentIn(await client.endpoints.accept())).toEqual([world.cluster('a')])
    client.listeners.send()
    client.listeners.nack(await client.listeners.next())
    await world.push({ services: { a: { ports: [9_002] } } })
    expect(presentIn(await client.endpoints.accept())).toEqual([world.cluster('a')])
  })

  test('[M46] is told to who asks for proxies, in the words of the client', async () => {
    const world = bed.world()
    await world.push({ services: { a: { ports: [9_001] } } })
    const client = bed.delta(form, world)
    client.clusters.send()
    client.clusters.nack(await client.clusters.next(), {
      errorDetail: { code: 3, message: 'Error adding/updating cluster: these are my words' },
    })
    await client.clusters.silent()
    const { items } = await bed.api.get<{ items: object[] }>('/v1/proxies')
    expect(JSON.stringify(items)).toContain('these are my words')
  })
})
