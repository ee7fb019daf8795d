import { describe, expect, test } from 'vitest'
import { RETURN_GRACE } from '../../../src/xds/protocol/gates.ts'
import { CDS, EDS, LDS, RDS, Session, Tables } from './session.ts'

describe('a client that comes back', () => {
  test('[S33] is sent nothing that it has: wildcard', () => {
    const tables = new Tables().set(CDS, 'a')
    const session = new Session(tables)
    session.returnWith(CDS, { a: tables.version(CDS, 'a') })
    expect(session.shown).toEqual([])
  })

  test('[S33] is sent nothing that it has: "*" and names', () => {
    const tables = new Tables().set(CDS, 'a').set(EDS, 'a')
    const session = new Session(tables)
    session.returnWith(CDS, { a: tables.version(CDS, 'a') }, ['*'])
    session.returnWith(EDS, { a: tables.version(EDS, 'a') }, ['a'])
    expect(session.shown).toEqual([])
  })

  test('[M34] is sent what differs, and what it lacks', () => {
    const tables = new Tables().set(CDS, 'a').set(CDS, 'b').set(CDS, 'c')
    const session = new Session(tables)
    session.returnWith(CDS, { a: 'old', b: tables.version(CDS, 'b') })
    expect(
      session
        .pull()
        .flatMap(one => one.resources.map(({ name }) => name))
        .sort(),
    ).toEqual(['a', 'c'])
  })

  test('[M35] is told what is no more, once it had the time to name its routes', () => {
    const session = new Session(new Tables().set(CDS, 'a'))
    session.returnWith(CDS, { gone: 'v' })
    expect(session.settle()).toEqual(['CDS +a'])
    expect(session.stream.wakeAt()).toBe(session.now + RETURN_GRACE)
    session.now += RETURN_GRACE
    expect(session.settle()).toEqual(['CDS -gone'])
  })

  test('[M36] is told of a name it subscribes that is no more', () => {
    const session = new Session(new Tables())
    session.returnWith(EDS, { gone: 'v' }, ['gone'])
    expect(session.settle()).toEqual(['EDS -gone'])
  })

  test('[S37] names without subscription are no subscription', () => {
    const session = new Session(new Tables().set(EDS, 'a'))
    session.returnWith(EDS, { a: 'old', gone: 'v' }, [])
    expect(session.shown).toEqual([])
    session.publish(tables => tables.set(EDS, 'a', '2'))
    expect(session.shown).toEqual([])
  })

  test('[S37] versions in a later request of the type count for nothing', () => {
    const tables = new Tables().set(EDS, 'a').set(EDS, 'b')
    const session = new Session(tables)
    session.subscribe(EDS, 'b')
    session.settle()
    session.returnWith(EDS, { a: tables.version(EDS, 'a') }, ['a'])
    expect(session.settle()).toEqual(['EDS +a'])
  })

  test('[M38] later changes come as usual', () => {
    const tables = new Tables().set(CDS, 'a')
    const session = new Session(tables)
    session.returnWith(CDS, { a: tables.version(CDS, 'a') })
    session.settle()
    session.publish(() => tables.set(CDS, 'a', '2'))
    expect(session.settle()).toEqual(['CDS +a'])
  })

  test('[M40] nothing of an earlier stream is remembered', () => {
    const tables = new Tables().set(EDS, 'a')
    const before = new Session(tables, { id: 'before' })
    before.subscribe(EDS, 'a')
    before.settle()
    const session = new Session(tables, { id: 'after' })
    session.send(EDS)
    session.publish(() => tables.set(EDS, 'a', '2'))
    expect(session.shown).toEqual([])
  })

  test('[M41] a foreign nonce in the first request makes it no less a first request', () => {
    const session = new Session(new Tables())
    session.send(CDS, { nonce: 's-1' })
    expect(session.shown).toEqual(['CDS'])
  })

  test('[M71] whose old routes are not known keeps its clusters until the new routes were taken', () => {
    const tables = new Tables().set(CDS, 'y').set(LDS, 'l', '', ['r']).set(RDS, 'r', 'to y', ['y'])
    const session = new Session(tables)
    session.returnWith(CDS, { x: 'v' })
    session.returnWith(LDS, { l: tables.version(LDS, 'l') })
    session.returnWith(RDS, { r: 'to x' }, ['r'])
    const [clusters] = session.pull()
    expect(clusters?.removed).toEqual([])
    session.ack(clusters)
    const [routes] = session.pull()
    expect(routes?.resources.map(one => one.name)).toEqual(['r'])
    session.ack(routes)
    expect(session.settle()).toEqual(['CDS -x'])
  })

  test('[M71] that names its routes before its clusters is sent new routes when it has their clusters', () => {
    const tables = new Tables().set(CDS, 'x', '', ['x']).set(EDS, 'x').set(RDS, 'r', 'new', ['x'])
    const session = new Session(tables)
    session.returnWith(EDS, { gone: 'v' }, ['gone'])
    session.returnWith(RDS, { r: 'old' }, ['r'])
    expect(session.settle()).toEqual(['EDS -gone'])
    session.returnWith(CDS, { gone: 'v' })
    const [clusters] = session.pull()
    expect(clusters?.resources.map(one => one.name)).toEqual(['x'])
    session.subscribe(EDS, 'x')
    session.ack(clusters)
    expect(session.settle()).toEqual(['EDS +x', 'RDS +r', 'CDS -gone'])
  })

  test('[M71] that never subscribes to clusters is sent new routes after a while', () => {
    const session = new Session(new Tables().set(RDS, 'r', 'new', ['x']))
    session.returnWith(RDS, { r: 'old' }, ['r'])
    expect(session.settle()).toEqual([])
    expect(session.stream.wakeAt()).toBe(session.now + RETURN_GRACE)
    session.now += RETURN_GRACE
    expect(session.settle()).toEqual(['RDS +r'])
  })

  test('[M76] whose cluster changed meanwhile is sent the assignment though it claims to have it', () => {
    const tables = new Tables().set(CDS, 'a', 'new', ['a']).set(EDS, 'a')
    const session = new Session(tables)
    session.returnWith(CDS, { a: 'old' })
    expect(session.shown).toEqual(['CDS +a'])
    session.returnWith(EDS, { a: tables.version(EDS, 'a') }, ['a'])
    expect(session.shown).toEqual(['EDS +a'])
  })
})

describe('[M63] a database without any revision', () => {
  test('does not answer a client that brings versions, until the first revision', () => {
    const session = new Session(new Tables(), { edition: 0 })
    session.returnWith(CDS, { a: 'v' })
    session.send(LDS)
    expect(session.shown).toEqual([])
    expect(session.stream.wakeAt()).toBeUndefined()
    session.publish(tables => tables.set(CDS, 'a'))
    expect(session.settle()).toEqual(['CDS +a', 'LDS'])
  })

  test('answers a client that brings nothing', () => {
    const session = new Session(new Tables(), { edition: 0 })
    session.send(CDS)
    expect(session.shown).toEqual(['CDS'])
  })

  test('answers everybody where that is allowed', () => {
    const session = new Session(new Tables(), { edition: 0, allowEmpty: true })
    session.returnWith(CDS, { a: 'v' })
    session.now += RETURN_GRACE
    expect(session.shown).toEqual(['CDS -a'])
  })
})
