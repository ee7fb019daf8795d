import { describe, expect, test } from 'vitest'
import type { Resource } from '../../../src/translate/resource.ts'
import { Arrivals } from '../../../src/xds/convergence/arrivals.ts'
import { Editions } from '../../../src/xds/convergence/editions.ts'
import { PolledProxy } from '../../../src/xds/polling/polled-proxy.ts'
import type { ProxyRefusal } from '../../../src/xds/streams/proxy-stream.ts'
import { viewpoint } from '../../support/candidate.ts'
import { NAMES } from '../protocol/resource-table.ts'
import { CDS, EDS, LDS, RDS, resource, Tables } from '../protocol/session.ts'

/** A client that asks as Envoy does, with the version of what it took last, by type and name. */
class Poller {
  readonly tables = new Tables()
  readonly editions: Editions
  readonly proxy: PolledProxy
  readonly refusals: ProxyRefusal[] = []
  now = 0
  readonly #versions = new Map<string, string>()

  constructor({ revision = 1, allowEmpty = false } = {}) {
    this.editions = new Editions(revision)
    this.proxy = new PolledProxy({
      id: 'p',
      node: {
        id: 'n',
        kind: 'envoy',
        gateway: 'default/edge',
        viewpoint: viewpoint('zone-a'),
        userAgent: 'envoy',
      },
      audience: {
        names: NAMES,
        views: typeUrl => this.tables.table(typeUrl).view,
        viewpoint: () => viewpoint('zone-a'),
        warnings: () => [],
        leave: () => {},
      },
      editions: this.editions,
      arrivals: new Arrivals(),
      time: { now: () => this.now, dateOf: at => new Date(at) },
      allowEmpty,
      replica: 'r',
      refreshDelay: 1_000,
      warnings: [],
      refused: refusal => this.refusals.push(refusal),
    })
  }

  /** The names that it is sent; '304' when none. `take: false`: it refuses. */
  async poll(typeUrl: string, names: string[] = [], { take = true, error = '' } = {}): Promise<string> {
    this.now += 500
    const key = `${typeUrl} ${names}`
    const versionInfo = this.#versions.get(key) ?? ''
    const request = { typeUrl, names, versionInfo, nonce: '', ...(error && { error }) }
    const state = await this.proxy.answer(typeUrl, request)
    if (state === undefined) return '304'
    if (take) this.#versions.set(key, state.version)
    return state.resources.map(one => one.name).join(' ')
  }

  /** The tables show something else. */
  change(make: (tables: Tables) => void): boolean {
    make(this.tables)
    this.editions.show(this.editions.revision + 1)
    return this.proxy.serve()
  }
}

/** One route to the cluster `a`, all of it taken. */
async function servedPoller(): Promise<Poller> {
  const poller = new Poller()
  poller.tables.set(CDS, 'a', '', ['a']).set(EDS, 'a').set(LDS, 'l', '', ['l']).set(RDS, 'l', 'to a', ['a'])
  for (let round = 0; round < 2; round += 1) {
    await poller.poll(CDS)
    await poller.poll(EDS, ['a'])
    await poller.poll(LDS)
    await poller.poll(RDS, ['l'])
  }
  expect(poller.proxy.status.synced).toBe(true)
  return poller
}

const switchToB = (tables: Tables) =>
  tables.remove(CDS, 'a').remove(EDS, 'a').set(CDS, 'b', '', ['b']).set(EDS, 'b').set(RDS, 'l', 'to b', ['b'])

describe('make before break without a stream', () => {
  test('[M72] a route to a new cluster waits until its endpoints were taken, and the old cluster stays as long', async () => {
    const poller = await servedPoller()
    poller.change(switchToB)
    expect(await poller.poll(RDS, ['l'])).toBe('304')
    expect(poller.proxy.status.types.find(one => one.typeUrl === RDS)?.held).toBe(1)
    expect(await poller.poll(CDS)).toBe('b a')
    expect(await poller.poll(EDS, ['b'])).toBe('b')
    expect(await poller.poll(CDS)).toBe('304')
    expect(await poller.poll(RDS, ['l'])).toBe('304')
    expect(await poller.poll(EDS, ['b'])).toBe('304')
    expect(poller.proxy.status.synced).toBe(false)
    expect(await poller.poll(RDS, ['l'])).toBe('l')
    // It may still have the old one: that it took the new one is not known.
    expect(await poller.poll(CDS)).toBe('304')
    expect(await poller.poll(RDS, ['l'])).toBe('304')
    expect(await poller.poll(CDS)).toBe('b')
    await poller.poll(CDS)
    await poller.poll(EDS, ['b'])
    expect(poller.proxy.status).toMatchObject({ synced: true, revision: 2 })
  })

  test('what was heard long ago counts for nothing: the client may have told another replica more', async () => {
    const poller = await servedPoller()
    poller.now += 10_000
    poller.change(tables => tables.set(RDS, 'l', 'to a, in another way', ['a']))
    expect(await poller.poll(RDS, ['l'])).toBe('304')
    await poller.poll(EDS, ['a'])
    expect(await poller.poll(RDS, ['l'])).toBe('l')
  })

  test('of a client whose routes are not known all clusters stay for a while', async () => {
    const poller = new Poller()
    poller.tables.set(CDS, 'a', '', ['a']).set(CDS, 'b', '', ['b'])
    for (let round = 0; round < 2; round += 1) await poller.poll(CDS)
    poller.change(tables => tables.remove(CDS, 'a'))
    expect(await poller.poll(CDS)).toBe('304')
    poller.now += 9_000
    expect(await poller.poll(CDS)).toBe('b')
  })

  test('a route that is new to its client does not wait', async () => {
    const poller = await servedPoller()
    poller.change(tables => tables.set(RDS, 'l2', '', ['c']).set(CDS, 'c', '', ['c']).set(EDS, 'c'))
    expect(await poller.poll(RDS, ['l2'])).toBe('l2')
  })

  test('a route waits no longer than is reasonable', async () => {
    const poller = await servedPoller()
    poller.change(switchToB)
    expect(await poller.poll(RDS, ['l'])).toBe('304')
    poller.now += 8_000
    expect(await poller.poll(RDS, ['l'])).toBe('304')
    poller.now += 1_000
    expect(await poller.poll(RDS, ['l'])).toBe('l')
  })

  test('endpoints of a cluster that was taken away are not waited for', async () => {
    const poller = await servedPoller()
    poller.change(tables => tables.remove(CDS, 'a').set(RDS, 'l', 'to nothing'))
    for (const names of [['l'], ['l']]) await poller.poll(RDS, names)
    for (let round = 0; round < 2; round += 1) await poller.poll(CDS)
    expect(poller.proxy.status).toMatchObject({ synced: true, revision: 2 })
    expect(poller.change(tables => tables.set(EDS, 'a', 'moved'))).toBe(false)
  })
})

describe('what a client does not take', () => {
  test('[M45] [M46] counts as refused when it asks again unchanged, and is not sent in a loop', async () => {
    const poller = await servedPoller()
    poller.change(tables => tables.set(CDS, 'bad'))
    const refuse = () => poller.poll(CDS, [], { take: false })
    const rejected = () => poller.proxy.status.types.find(one => one.typeUrl === CDS)?.rejected
    expect(await refuse()).toBe('a bad')
    expect(rejected()).toBeUndefined()
    expect(await refuse()).toBe('a bad')
    expect(rejected()?.detail).toMatch(/^asked again with version [0-9a-f]+ after it was sent [0-9a-f]+: /)
    for (let round = 0; round < 5; round += 1) expect(await refuse()).toBe('304')
    expect(poller.proxy.rejectedAfter(0)).toMatchObject([{ typeUrl: CDS }])
    const bad = { name: 'bad', version: poller.tables.version(CDS, 'bad') }
    expect(poller.refusals).toMatchObject([{ typeUrl: CDS, revision: 2, resources: [bad], refused: [] }])
    expect(poller.proxy.stance(CDS, bad)).toEqual({ isCurrent: true, answer: 'refused' })
    // The answer may have been lost after all.
    poller.now += 30_000
    expect(await refuse()).toBe('a bad')
  })

  test('[M47] does not keep the next version from it', async () => {
    const poller = await servedPoller()
    poller.change(tables => tables.set(CDS, 'bad'))
    for (let round = 0; round < 4; round += 1) await poller.poll(CDS, [], { take: false })
    poller.change(tables => tables.remove(CDS, 'bad').set(CDS, 'good'))
    expect(await poller.poll(CDS)).toBe('a good')
    await poller.poll(CDS)
    expect(poller.proxy.status.types.find(one => one.typeUrl === CDS)?.rejected).toBeUndefined()
    expect(poller.proxy.status.synced).toBe(true)
  })

  test('is refused in the words of a client that has some', async () => {
    const poller = await servedPoller()
    poller.change(tables => tables.set(EDS, 'a', 'bad'))
    await poller.poll(EDS, ['a'], { take: false })
    await poller.poll(EDS, ['a'], { take: false, error: 'no such address' })
    expect(poller.proxy.status.types.find(one => one.typeUrl === EDS)?.rejected).toMatchObject({
      detail: 'no such address',
      resources: ['a'],
    })
    expect(poller.refusals).toMatchObject([{ refused: [{ name: 'a', accepted: { name: 'a' } }] }])
  })

  test('is sent to one that begins anew as often as it asks', async () => {
    const poller = new Poller()
    poller.tables.set(CDS, 'a')
    for (let round = 0; round < 6; round += 1) expect(await poller.poll(CDS, [], { take: false })).toBe('a')
  })
})

describe('how far a client is', () => {
  test('only what it asked for, and has another version of, is news to it', async () => {
    const poller = await servedPoller()
    expect(poller.change(tables => tables.set(EDS, 'other'))).toBe(false)
    expect(poller.change(tables => tables.set(EDS, 'a', 'a').set(EDS, 'a'))).toBe(false)
    expect(poller.proxy.settled).toBe(poller.editions.current)
    expect(poller.change(tables => tables.set(EDS, 'a', 'moved'))).toBe(true)
    expect(poller.proxy.settled).toBe(poller.editions.current - 1)
    await poller.poll(EDS, ['a'])
    expect(poller.proxy.settled).toBe(poller.editions.current - 1)
    await poller.poll(EDS, ['a'])
    expect(poller.proxy.settled).toBe(poller.editions.current)
  })

  test('[M63] a client with a version is told nothing by a database that has no revision', async () => {
    const poller = new Poller({ revision: 0 })
    expect(await poller.poll(CDS)).toBe('')
    expect(await poller.poll(CDS)).toBe('304')
    poller.tables.set(CDS, 'a')
    expect(await poller.poll(CDS)).toBe('304')
    poller.editions.show(1)
    expect(await poller.poll(CDS)).toBe('a')
  })
})

describe('what is under quarantine', () => {
  const [good, bad] = [resource(CDS, 'a', 'good'), resource(CDS, 'a', 'bad')]
  const row = (lastGood?: Resource) => ({
    gateway: 'default/edge',
    typeUrl: CDS,
    name: 'a',
    version: bad.version,
    revision: 1,
    detail: 'no',
    lastGood,
  })
  const versionOf = async (poller: Poller, versionInfo: string) => {
    const state = await poller.proxy.answer(CDS, { typeUrl: CDS, names: [], versionInfo, nonce: '' })
    return state?.resources.map(one => one.version)
  }

  test('is as it was last good for a client that was not sent it, and nothing where it never was', async () => {
    const poller = new Poller()
    poller.change(tables => tables.set(CDS, 'a', 'bad').table(CDS).quarantine(row(good)))
    expect(await versionOf(poller, '')).toEqual([good.version])
    const other = new Poller()
    other.change(tables => tables.set(CDS, 'a', 'bad').table(CDS).quarantine(row()))
    await other.poll(CDS)
    other.change(tables => tables.set(CDS, 'b'))
    expect(await other.poll(CDS)).toBe('b')
  })

  test('is not taken away from a client that comes back with something', async () => {
    const poller = new Poller()
    poller.change(tables => tables.set(CDS, 'a', 'bad').table(CDS).quarantine(row()))
    expect(await versionOf(poller, 'of another process')).toEqual([bad.version])
  })

  test('is followed by the next version', async () => {
    const poller = new Poller()
    poller.change(tables => tables.set(CDS, 'a', 'bad').table(CDS).quarantine(row(good)))
    await poller.poll(CDS)
    poller.change(tables => tables.set(CDS, 'a', 'better'))
    expect(await versionOf(poller, 'the last one')).toEqual([resource(CDS, 'a', 'better').version])
  })
})
