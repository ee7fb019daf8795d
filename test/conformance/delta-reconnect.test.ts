import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Bed } from './bed.ts'
import type { DeltaChannel } from './channel.ts'
import { DELTA, type Form } from './forms.ts'
import { crossed, KINDS, type Kind, NAMED, ROOTS } from './kinds.ts'
import { missingIn, namesOf, presentIn, toldOf, versionsOf } from './response.ts'

let bed: Bed
beforeAll(async () => {
  bed = await Bed.open()
})
afterEach(() => bed.endTest())
afterAll(() => bed.close())

/** What a client has of a and b that comes back on another stream, with the names that it subscribed. */
async function returning(form: Form, kind: Kind, subscribed: readonly string[] = ['a', 'b']) {
  const world = bed.world()
  await kind.make(world, ['a', 'b'])
  const name = (short: string) => (short === '*' ? short : kind.name(world, short))
  const names = subscribed.map(name)
  const before = bed.delta(form, world)
  before.on(kind.typeUrl).subscribe(...names)
  const versions = versionsOf(await before.on(kind.typeUrl).accept())
  before.streams.close()
  const come = (initialResourceVersions: object = versions, more: object = {}): DeltaChannel => {
    const channel = bed.delta(form, world).on(kind.typeUrl)
    channel.send({ resourceNamesSubscribe: names, initialResourceVersions, ...more })
    return channel
  }
  return { world, name, versions, come }
}

const cases = crossed(DELTA, KINDS)

describe.each(cases)('a client that comes back with its $title', ({ form, kind }) => {
  test('[S33, M38] has it all: it is sent nothing, and later what changes', async () => {
    const { world, name, come } = await returning(form, kind)
    const channel = come()
    await channel.silent()
    await kind.make(world, ['a'], 2)
    expect(toldOf(await channel.accept())).toEqual([name('a')])
    await kind.drop(world, ['b'])
    expect(missingIn(await channel.accept())).toEqual([name('b')])
    await kind.make(world, ['b'])
    expect(presentIn(await channel.accept())).toEqual([name('b')])
  })

  test('[S33, M21] is sent what it subscribes again after that', async () => {
    const { name, come } = await returning(form, kind)
    const channel = come()
    await channel.silent()
    channel.subscribe(name('a'))
    expect(toldOf(await channel.accept())).toEqual([name('a')])
  })

  test('[M34, O42] has another version of one: it is sent that one', async () => {
    const { name, versions, come } = await returning(form, kind)
    const channel = come({ ...versions, [name('a')]: 'of old' })
    expect(toldOf(await channel.accept())).toEqual([name('a')])
    await channel.silent()
  })

  test('[M34] missed a change: it is sent what changed', async () => {
    const { world, name, come } = await returning(form, kind)
    await kind.make(world, ['b'], 2)
    const channel = come()
    expect(toldOf(await channel.accept())).toEqual([name('b')])
    await channel.silent()
  })

  test('[M34] has none of one: it is sent that one', async () => {
    const { name, versions, come } = await returning(form, kind)
    const channel = come({ [name('b')]: versions[name('b')] })
    expect(toldOf(await channel.accept())).toEqual([name('a')])
  })

  test('[M36] has what is gone and subscribes it: it is told so', async () => {
    const { world, name, come } = await returning(form, kind)
    await kind.drop(world, ['a'])
    const channel = come()
    const response = await channel.accept()
    expect([presentIn(response), missingIn(response)]).toEqual([[], [name('a')]])
    await channel.silent()
    await kind.make(world, ['a'])
    expect(presentIn(await channel.accept())).toEqual([name('a')])
  })

  test('[S37] has what it does not subscribe: that is no subscription', async () => {
    const { world, name, versions } = await returning(form, kind)
    const channel = bed.delta(form, world).on(kind.typeUrl)
    channel.send({
      resourceNamesSubscribe: [name('b')],
      initialResourceVersions: { ...versions, [name('a')]: 'of old', [name('c')]: 'gone' },
    })
    await channel.silent()
    await kind.make(world, ['a'], 2)
    await channel.silent()
  })

  test('[S37] says what it has in a later request: that does not count', async () => {
    const { world, name, versions } = await returning(form, kind)
    const channel = bed.delta(form, world).on(kind.typeUrl)
    channel.subscribe(name('a'))
    await channel.accept()
    channel.send({ resourceNamesSubscribe: [name('b')], initialResourceVersions: versions })
    expect(toldOf(await channel.accept())).toEqual([name('b')])
  })

  test('[M39] has the same versions as everybody, whatever else was pushed meanwhile', async () => {
    const { world, versions, come } = await returning(form, kind)
    await kind.make(world, ['c'])
    await kind.drop(world, ['c'])
    await kind.make(world, ['a'], 2)
    await kind.make(world, ['a'], 1)
    const fresh = bed.delta(form, world).on(kind.typeUrl)
    fresh.subscribe(...Object.keys(versions))
    expect(versionsOf(await fresh.next())).toEqual(versions)
    await come().silent()
  })

  test('[M40] subscribes nothing again: it gets nothing', async () => {
    const { world, name } = await returning(form, kind)
    const channel = bed.delta(form, world).on(kind.typeUrl)
    channel.subscribe(name('b'))
    await channel.accept()
    await kind.make(world, ['a'], 2)
    await channel.silent()
  })

  test('[M41] answers a response of the stream before: the request counts as a first one', async () => {
    const { world, name } = await returning(form, kind)
    for (const more of [{}, { errorDetail: { code: 3, message: 'no' } }]) {
      const channel = bed.delta(form, world).on(kind.typeUrl)
      channel.send({ resourceNamesSubscribe: [name('a')], responseNonce: 'of another stream', ...more })
      expect(toldOf(await channel.accept())).toEqual([name('a')])
      await channel.silent()
    }
  })
})

describe.each(cases.filter(({ kind }) => ROOTS.includes(kind)))(
  'a client that comes back with a wildcard of $title',
  ({ form, kind }) => {
    test.each([[[]], [['*']]])('[S33, M38] has it all: it is sent nothing: %j', async names => {
      const { world, name, versions } = await returning(form, kind, ['*'])
      const channel = bed.delta(form, world).on(kind.typeUrl)
      channel.send({ resourceNamesSubscribe: names, initialResourceVersions: versions })
      await channel.silent()
      await kind.make(world, ['c'])
      expect(toldOf(await channel.accept())).toEqual([name('c')])
      await kind.drop(world, ['a'])
      expect((await channel.accept()).removed).toEqual([name('a')])
    })

    test.each([[[]], [['*']]])('[M35] has what is gone: it is told so: %j', async names => {
      const { world, name, versions } = await returning(form, kind, ['*'])
      await kind.drop(world, ['a'])
      await kind.make(world, ['c'])
      const channel = bed.delta(form, world).on(kind.typeUrl)
      channel.send({
        resourceNamesSubscribe: names,
        initialResourceVersions: { ...versions, [name('never')]: 'v' },
      })
      const told = new Set<string>()
      const removed = new Set<string>()
      while (removed.size < 2 || told.size < 1) {
        const response = await channel.accept()
        for (const one of namesOf(response)) told.add(one)
        for (const one of response.removed) removed.add(one)
      }
      expect([[...told], [...removed].sort()]).toEqual([[name('c')], [name('a'), name('never')].sort()])
      await channel.silent()
    })

    test('[M41] answers a response of the stream before: it is answered, be it with nothing', async () => {
      const channel = bed.delta(form, bed.world()).on(kind.typeUrl)
      channel.send({ responseNonce: 'of another stream' })
      expect(toldOf(await channel.accept())).toEqual([])
      await channel.silent()
    })

    test('[M41] answers a response of the stream before: it is sent everything', async () => {
      const { world, name } = await returning(form, kind)
      const channel = bed.delta(form, world).on(kind.typeUrl)
      channel.send({ responseNonce: 'of another stream', resourceNamesSubscribe: ['*'] })
      expect(namesOf(await channel.accept())).toEqual([name('a'), name('b')])
    })

    test('[M39, M55] has versions that are not empty, and differ where the content does', async () => {
      const { world, name, versions } = await returning(form, kind, ['*'])
      await kind.make(world, ['a'], 2)
      const channel = bed.delta(form, world).on(kind.typeUrl)
      channel.send()
      const now = versionsOf(await channel.next())
      expect(Object.values(now)).not.toContain('')
      expect(now[name('a')]).not.toBe(versions[name('a')])
      expect(now[name('b')]).toBe(versions[name('b')])
    })
  },
)

describe.each(DELTA)('after a restart of the server, over $title', form => {
  test.each([...ROOTS, ...NAMED])(
    '[M39, S33] a client that comes back with its $title is sent nothing',
    async kind => {
      const { come } = await returning(form, kind)
      await bed.stop()
      await bed.start()
      await come().silent()
    },
  )
})

test('[M63] a server of an empty database holds its answer to a client that comes back', async () => {
  const empty = await Bed.open()
  try {
    const world = empty.world()
    const form = DELTA[0] as Form
    const back = empty.delta(form, world).clusters
    back.send({ initialResourceVersions: { 'x/y/80': 'v' } })
    // Somebody new is answered, and so was what came before.
    const fresh = empty.delta(form, world).clusters
    fresh.send()
    expect(toldOf(await fresh.accept())).toEqual([])
    await world.push({ services: { a: { ports: [9_001] } } })
    const response = await back.accept()
    expect(namesOf(response)).toEqual([world.cluster('a')])
    await empty.endTest()
  } finally {
    await empty.close()
  }
})
