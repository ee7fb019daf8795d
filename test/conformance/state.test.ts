import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Bed } from './bed.ts'
import { EDS, type Form, STATE } from './forms.ts'
import { CLUSTERS, crossed, KINDS, type Kind, LISTENERS, NAMED, ROOTS } from './kinds.ts'
import { missingIn, namesOf, presentIn } from './response.ts'

let bed: Bed
beforeAll(async () => {
  bed = await Bed.open()
})
afterEach(() => bed.endTest())
afterAll(() => bed.close())

/** A client of a world that has the kind's resources a and b. */
async function withTwo(form: Form, kind: Kind) {
  const world = bed.world()
  await kind.make(world, ['a', 'b'])
  const client = bed.state(form, world)
  const name = (short: string) => kind.name(world, short)
  const open = () => bed.state(form, world).on(kind.typeUrl)
  let made = 0
  /** Says of a channel that nothing is on its way; see `StateChannel.silent`. */
  const silent = (channel = client.on(kind.typeUrl)) =>
    channel.silent(async () => {
      made += 1
      await kind.make(world, [`marker${made}`])
      return kind.name(world, `marker${made}`)
    })
  return { world, client, channel: client.on(kind.typeUrl), name, both: [name('a'), name('b')], open, silent }
}

describe.each(crossed(STATE, ROOTS))('the state of $title', ({ form, kind }) => {
  test.each([[[]], [['*']]])('[M84] is everything, for no names as for "*": %j', async names => {
    const { channel, both } = await withTwo(form, kind)
    channel.state(names)
    expect(namesOf(await channel.next())).toEqual(both)
  })

  test('[M84] is told whole, what did not change included; what is gone is not in it', async () => {
    const { channel, world, name, both, silent } = await withTwo(form, kind)
    channel.state([])
    await channel.accept()
    await kind.make(world, ['a'], 2)
    expect(namesOf(await channel.accept())).toEqual(both)
    await kind.make(world, ['c'])
    expect(namesOf(await channel.accept())).toEqual([...both, name('c')])
    await kind.drop(world, ['a'])
    expect(namesOf(await channel.accept())).toEqual([name('b'), name('c')])
    await silent()
  })

  test('[M84] is told when there is nothing left, and when there is something again', async () => {
    const { channel, world, both } = await withTwo(form, kind)
    channel.state([])
    await channel.accept()
    await kind.drop(world, ['a', 'b'])
    expect(namesOf(await channel.accept())).toEqual([])
    await kind.make(world, ['a', 'b'])
    expect(namesOf(await channel.accept())).toEqual(both)
  })

  test.each([[[]], [['*']]])('[M85, S4] of nothing is told at once, and then not again: %j', async names => {
    const world = bed.world()
    const channel = bed.state(form, world).on(kind.typeUrl)
    channel.state(names)
    const response = await channel.accept()
    expect([namesOf(response), response.nonce === '', response.version === '']).toEqual([[], false, false])
    await kind.make(world, ['a'])
    expect(namesOf(await channel.accept())).toEqual([kind.name(world, 'a')])
  })

  test('[M41, M93] is told to a client that answers a response of another stream', async () => {
    const { open, both } = await withTwo(form, kind)
    const channel = open()
    channel.state([], { responseNonce: 'of another stream', versionInfo: 'of old' })
    expect(namesOf(await channel.accept())).toEqual(both)
    const empty = bed.state(form, bed.world()).on(kind.typeUrl)
    empty.state([], { responseNonce: 'of another stream', versionInfo: 'of old' })
    expect(namesOf(await empty.accept())).toEqual([])
  })

  test('[M17, M84] of names is those alone, and what is gone of them is not in it', async () => {
    const { channel, world, name, silent } = await withTwo(form, kind)
    channel.state([name('a')])
    expect(namesOf(await channel.accept())).toEqual([name('a')])
    await kind.make(world, ['b'], 2)
    await silent()
    await kind.drop(world, ['a'])
    expect(namesOf(await channel.accept())).not.toContain(name('a'))
    await kind.make(world, ['a'])
    expect(namesOf(await channel.accept())).toContain(name('a'))
  })

  test('[M90] after a name, no names are nothing: not a wildcard', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.state([name('a')])
    await channel.accept()
    channel.state([])
    await kind.make(world, ['c'])
    await kind.make(world, ['a', 'b'], 2)
    // The next thing that is told is what is asked for next.
    channel.state([name('b')])
    let told = namesOf(await channel.accept())
    if (told.length === 0) told = namesOf(await channel.accept())
    expect(told).toEqual([name('b')])
  })

  test('[M90] goes from no names over "*" and a name to that name, as in the protocol document', async () => {
    const { channel, world, name, both, silent } = await withTwo(form, kind)
    channel.state([])
    expect(namesOf(await channel.accept())).toEqual(both)
    channel.state(['*', name('a')])
    await kind.make(world, ['c'])
    while (!namesOf(await channel.accept()).includes(name('c')));
    channel.state([name('a')])
    await kind.make(world, ['b', 'c'], 2)
    await kind.make(world, ['a'], 3)
    let response = await channel.accept()
    while (namesOf(response).length !== 1) response = await channel.accept()
    expect(namesOf(response)).toEqual([name('a')])
    await silent()
  })

  test('[M13, M88] of "*" and a name that there is not is what there is', async () => {
    const { channel, world, name, both } = await withTwo(form, kind)
    channel.state(['*', name('c')])
    expect(namesOf(await channel.accept())).toEqual(both)
    await kind.make(world, ['c'])
    expect(namesOf(await channel.accept())).toEqual([...both, name('c')])
  })

  test('[M27] has each resource once, however often it is named', async () => {
    const { channel, name, both } = await withTwo(form, kind)
    channel.state(['*', name('a'), name('a'), '*'])
    expect(namesOf(await channel.accept())).toEqual(both)
  })

  test('[M88] of a name that there is not is told, so that the client does not wait', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.state([name('c')])
    expect(namesOf(await channel.accept())).toEqual([])
    await kind.make(world, ['c'])
    expect(namesOf(await channel.accept())).toEqual([name('c')])
  })
})

describe.each(crossed(STATE, NAMED))('names of $title', ({ form, kind }) => {
  test('[M15, M84] that are none get nothing', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.state([])
    await kind.make(world, ['a'], 2)
    channel.state([name('b')])
    let response = await channel.accept()
    if (namesOf(response).length === 0) response = await channel.accept()
    expect(namesOf(response)).toEqual([name('b')])
  })

  test('[M18, M88] that there are not are told when they come', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.state([name('c')])
    await kind.make(world, ['c'])
    let response = await channel.accept()
    while (!presentIn(response).includes(name('c'))) response = await channel.accept()
  })

  test('[M31, M88] of which some are missing: the others are told at once', async () => {
    const { channel, world, name, both } = await withTwo(form, kind)
    channel.state([...both, name('c')])
    const first = await channel.accept()
    expect(presentIn(first)).toEqual(both)
    expect([[], [name('c')]]).toContainEqual(missingIn(first))
    await kind.make(world, ['c'])
    expect(presentIn(await channel.accept())).toContain(name('c'))
  })
})

describe.each(crossed(STATE, KINDS))('$title', ({ form, kind }) => {
  test('[M86] have a version that is the state’s: equal on every stream, another after each change', async () => {
    const { channel, world, both, open } = await withTwo(form, kind)
    channel.state(both)
    const first = await channel.accept()
    const other = open()
    other.state(both)
    expect((await other.accept()).version).toBe(first.version)
    await kind.make(world, ['a'], 2)
    const [second, elsewhere] = [await channel.accept(), await other.accept()]
    expect(second.version).not.toBe(first.version)
    expect(elsewhere.version).toBe(second.version)
    expect(new Set([first.nonce, second.nonce, '']).size).toBe(3)
    await kind.make(world, ['a'], 1)
    expect((await channel.accept()).version).toBe(first.version)
  })

  test('[M86, M39] keep their version when something of another type changes', async () => {
    const { channel, world, both, open } = await withTwo(form, kind)
    channel.state(both)
    const { version } = await channel.accept()
    const another = kind === CLUSTERS || kind.typeUrl === EDS ? LISTENERS : CLUSTERS
    await another.make(world, ['other'])
    const other = open()
    other.state(both)
    expect((await other.accept()).version).toBe(version)
  })

  test('[M87, M89] are those that were asked for; more names get more, though nothing changed', async () => {
    const { channel, name, both, silent } = await withTwo(form, kind)
    channel.state([name('a')])
    expect(namesOf(await channel.accept())).toEqual([name('a')])
    channel.state(both)
    expect(namesOf(await channel.accept())).toContain(name('b'))
    await silent()
  })

  test('[M87] that are not named any more get nothing more', async () => {
    const { channel, world, name, both, silent } = await withTwo(form, kind)
    channel.state(both)
    await channel.accept()
    channel.state([name('b')])
    await kind.make(world, ['a'], 2)
    await kind.make(world, ['b'], 3)
    let response = await channel.accept()
    while (!namesOf(response).includes(name('b'))) response = await channel.accept()
    expect(namesOf(response)).toEqual([name('b')])
    await silent()
  })

  test('[M87] that are named with the ACK get what is new', async () => {
    const { channel, name, both } = await withTwo(form, kind)
    channel.state([name('a')])
    const first = await channel.next()
    channel.names = both
    channel.ack(first, both)
    expect(namesOf(await channel.accept())).toContain(name('b'))
  })

  test('[M90] that are let go of and named again are sent again', async () => {
    const { channel, name } = await withTwo(form, kind)
    channel.state([name('a')])
    await channel.accept()
    for (let round = 0; round < 2; round += 1) {
      channel.state([])
      channel.state([name('a')])
      let response = await channel.accept()
      while (namesOf(response).length === 0) response = await channel.accept()
      expect(namesOf(response)).toEqual([name('a')])
    }
  })

  test('[M90, M25] that change places with others are sent', async () => {
    const { channel, name } = await withTwo(form, kind)
    for (const short of ['a', 'b', 'a', 'b']) {
      channel.state([name(short)])
      let response = await channel.accept()
      while (!namesOf(response).includes(name(short))) response = await channel.accept()
      expect(namesOf(response)).toEqual([name(short)])
    }
  })

  test('[M91] with the nonce of an earlier response and nothing new get no response', async () => {
    const { channel, world, name, silent } = await withTwo(form, kind)
    channel.state([name('a')])
    const first = await channel.accept()
    await kind.make(world, ['a'], 2)
    await channel.accept()
    channel.state([name('a')], { responseNonce: first.nonce, versionInfo: first.version })
    await silent()
  })

  test('[M91] are served with the current nonce after they came with a stale one', async () => {
    const { channel, world, name, both } = await withTwo(form, kind)
    channel.state([name('a')])
    const first = await channel.accept()
    await kind.make(world, ['a'], 2)
    const second = await channel.next()
    // Sent before the second response was read.
    channel.state(both, { responseNonce: first.nonce, versionInfo: first.version })
    channel.ack(second, both)
    let response = await channel.accept()
    while (!namesOf(response).includes(name('b'))) response = await channel.accept()
  })

  test('[M44, M92] are followed by nothing after an ACK', async () => {
    const { channel, world, both, silent } = await withTwo(form, kind)
    channel.state(both)
    await channel.accept()
    await silent()
    await kind.make(world, ['a'], 2)
    await channel.accept()
    await silent()
  })

  test('[M45, M46, M47, M92] that are refused are not sent again; the next version is', async () => {
    const { channel, world, name, silent } = await withTwo(form, kind)
    channel.state([name('a')])
    channel.nack(await channel.next())
    for (let version = 2; version <= 4; version += 1) {
      await kind.make(world, ['a'], version)
      const response = await channel.next()
      expect(namesOf(response)).toEqual([name('a')])
      channel.nack(response)
    }
    await silent()
    await kind.make(world, ['a'], 5)
    expect(namesOf(await channel.accept())).toContain(name('a'))
  })

  test('[M51] that are refused may be named with others: those are sent', async () => {
    const { channel, name, both } = await withTwo(form, kind)
    channel.state([name('a')])
    const first = await channel.next()
    channel.names = both
    channel.nack(first)
    expect(namesOf(await channel.accept())).toContain(name('b'))
  })

  test('[M48] that one client refuses are sent to others', async () => {
    const { channel, world, name, open } = await withTwo(form, kind)
    const other = open()
    for (const one of [channel, other]) one.state([name('a')])
    channel.nack(await channel.next())
    await other.accept()
    await kind.make(world, ['a'], 2)
    expect(namesOf(await other.accept())).toEqual([name('a')])
    expect(namesOf(await channel.accept())).toEqual([name('a')])
  })

  test('[M93] are sent to a new stream whatever version it says it has', async () => {
    const { channel, world, name, both, open } = await withTwo(form, kind)
    channel.state(both)
    const { version } = await channel.accept()
    for (const said of [version, 'of old']) {
      const again = open()
      again.state(both, { versionInfo: said })
      expect(namesOf(await again.accept())).toEqual(both)
      await kind.make(world, ['a'], 2)
      expect(namesOf(await again.accept())).toContain(name('a'))
      await kind.make(world, ['a'], 1)
      await again.accept()
    }
  })

  test('[S95] that were let go of before their response was made are not in it', async () => {
    const { channel, world, name, both, silent } = await withTwo(form, kind)
    channel.state(both)
    await channel.accept()
    channel.state([name('b')])
    await kind.make(world, ['a', 'b'], 2)
    let response = await channel.accept()
    while (!namesOf(response).includes(name('b'))) response = await channel.accept()
    expect(namesOf(response)).toEqual([name('b')])
    await silent()
  })

  test('[S80, M76] that are named again after their ACK are sent again, and that makes no loop', async () => {
    const { channel, name, silent } = await withTwo(form, kind)
    channel.state([name('a')])
    await channel.accept()
    for (let round = 0; round < 3; round += 1) {
      // An Envoy that warms states equal names, version and nonce again: it looks like a second ACK.
      channel.state([name('a')])
      expect(namesOf(await channel.accept())).toEqual([name('a')])
    }
    await silent()
  })

  test('[S30, M68] get what changes before the ACK, at last the newest', async () => {
    const { channel, world, name, open, silent } = await withTwo(form, kind)
    channel.state([name('a')])
    const first = await channel.next()
    for (let version = 2; version <= 5; version += 1) await kind.make(world, ['a'], version)
    channel.ack(first)
    const fresh = open()
    fresh.state([name('a')])
    const { version } = await fresh.next()
    while ((await channel.accept()).version !== version);
    await silent()
  })

  test('[S69] that are pushed again as they are, are not sent', async () => {
    const { channel, world, both, silent } = await withTwo(form, kind)
    channel.state(both)
    await channel.accept()
    for (let round = 0; round < 3; round += 1) await kind.make(world, ['a', 'b'])
    await silent()
  })

  test('[M20] that go and come back are told, each time', async () => {
    const { channel, world, name } = await withTwo(form, kind)
    channel.state([name('a'), name('b')])
    await channel.accept()
    for (let round = 0; round < 2; round += 1) {
      await kind.drop(world, ['a'])
      // Of a named type this form has no way to say that something is gone.
      if (ROOTS.includes(kind)) expect(presentIn(await channel.accept())).not.toContain(name('a'))
      await kind.make(world, ['a'], 2 + round)
      expect(presentIn(await channel.accept())).toContain(name('a'))
    }
  })
})
