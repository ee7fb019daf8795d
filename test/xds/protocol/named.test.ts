import { describe, expect, test } from 'vitest'
import { CDS, EDS, LDS, RDS, Session, show, Tables } from './session.ts'

const withEndpoints = (...names: string[]) => {
  const tables = new Tables()
  for (const name of names) tables.set(EDS, name)
  return new Session(tables)
}

describe('named subscriptions', () => {
  test('[M17] what was asked for is sent, and nothing else', () => {
    const session = withEndpoints('a', 'b')
    session.subscribe(EDS, 'a')
    expect(session.shown).toEqual(['EDS +a'])
  })

  test.each([CDS, EDS, LDS, RDS])('[M18] a missing name is reported as removed: %s', typeUrl => {
    const session = new Session(new Tables().set(typeUrl, 'a'))
    session.subscribe(typeUrl, 'a', 'b')
    expect(session.pull()).toMatchObject([{ resources: [{ name: 'a' }], removed: ['b'] }])
  })

  test('[M19] a missing name is remembered and sent when it comes to be', () => {
    const session = withEndpoints()
    session.subscribe(EDS, 'a')
    expect(session.settle()).toEqual(['EDS -a'])
    session.publish(tables => tables.set(EDS, 'a'))
    expect(session.settle()).toEqual(['EDS +a'])
  })

  test('[M20] a subscription survives the removal of its resource', () => {
    const session = withEndpoints('a')
    session.subscribe(EDS, 'a')
    session.settle()
    session.publish(tables => tables.remove(EDS, 'a'))
    expect(session.settle()).toEqual(['EDS -a'])
    session.publish(tables => tables.set(EDS, 'a'))
    expect(session.settle()).toEqual(['EDS +a'])
  })

  test('[M21, S22] subscribing again sends that resource again, and no other', () => {
    const session = withEndpoints('a', 'b')
    session.subscribe(EDS, 'a', 'b')
    session.settle()
    session.subscribe(EDS, 'a')
    expect(session.settle()).toEqual(['EDS +a'])
  })

  test('[M23] an unsubscribed name is not updated any more, gets no answer, and the others go on', () => {
    const session = withEndpoints('a', 'b')
    session.subscribe(EDS, 'a', 'b')
    session.settle()
    session.send(EDS, { unsubscribe: ['a'] })
    expect(session.shown).toEqual([])
    session.publish(tables => tables.set(EDS, 'a', '2').set(EDS, 'b', '2'))
    expect(session.settle()).toEqual(['EDS +b'])
  })

  test('[M24] unsubscribing what was never subscribed changes nothing', () => {
    const session = withEndpoints('a')
    session.subscribe(EDS, 'a')
    session.settle()
    expect(session.send(EDS, { unsubscribe: ['x'] })).toBeUndefined()
    expect(session.shown).toEqual([])
    session.publish(tables => tables.set(EDS, 'a', '2'))
    expect(session.shown).toEqual(['EDS +a'])
  })

  test('[M25] subscribing after unsubscribing sends again what did not change', () => {
    const session = withEndpoints('a')
    session.subscribe(EDS, 'a')
    session.settle()
    session.send(EDS, { unsubscribe: ['a'] })
    session.subscribe(EDS, 'a')
    expect(session.settle()).toEqual(['EDS +a'])
  })

  test('[M26] both lists of one request count', () => {
    const session = withEndpoints('a', 'b')
    session.subscribe(EDS, 'a')
    session.settle()
    session.send(EDS, { subscribe: ['b'], unsubscribe: ['a'] })
    session.publish(tables => tables.set(EDS, 'a', '2'))
    expect(session.settle()).toEqual(['EDS +b'])
  })

  test('[M27] a name given twice, or beside "*", is sent once', () => {
    const session = new Session(new Tables().set(CDS, 'a').set(EDS, 'a'))
    session.subscribe(EDS, 'a', 'a')
    session.subscribe(CDS, '*', 'a')
    expect(session.settle()).toEqual(['CDS +a', 'EDS +a'])
  })

  test('[M28] an update sends the changed resource only', () => {
    const session = withEndpoints('a', 'b')
    session.subscribe(EDS, 'a', 'b')
    session.settle()
    session.publish(tables => tables.set(EDS, 'b', '2'))
    expect(session.settle()).toEqual(['EDS +b'])
  })

  test('[M29] requests sent back to back are all answered, without waiting for ACKs', () => {
    const session = withEndpoints('a', 'b')
    session.subscribe(EDS, 'a')
    expect(session.shown).toEqual(['EDS +a'])
    session.subscribe(EDS, 'b')
    expect(session.shown).toEqual(['EDS +b'])
    session.subscribe(EDS, 'c')
    expect(session.shown).toEqual(['EDS -c'])
  })

  test('[S30, M68] a client that could not be written to gets the newest state only', () => {
    const session = withEndpoints('a')
    session.subscribe(EDS, 'a')
    session.settle()
    for (const content of ['2', '3', '4']) session.publish(tables => tables.set(EDS, 'a', content))
    const responses = session.pull()
    expect(responses.map(show)).toEqual(['EDS +a'])
    expect(responses[0]?.resources[0]?.version).toBe(session.tables.version(EDS, 'a'))
  })

  test('[S30] a change while a response is unanswered is sent all the same', () => {
    const session = withEndpoints('a')
    session.subscribe(EDS, 'a')
    session.pull()
    session.publish(tables => tables.set(EDS, 'a', '2'))
    expect(session.shown).toEqual(['EDS +a'])
  })

  test('[S69] the same state published again sends nothing, nor does one that changed there and back', () => {
    const session = withEndpoints('a')
    session.subscribe(EDS, 'a')
    session.settle()
    expect(session.publish(tables => tables.set(EDS, 'a'))).toBe(false)
    session.publish(tables => tables.set(EDS, 'a', '2').set(EDS, 'a'))
    expect(session.shown).toEqual([])
  })

  test('[M31] the assignment of a cluster without endpoints is answered, if only with its absence', () => {
    const session = new Session(new Tables().set(CDS, 'a', '', ['a']))
    session.send(CDS)
    session.subscribe(EDS, 'a')
    expect(session.shown).toEqual(['CDS +a', 'EDS -a'])
  })

  test('a name "*" of a named type is answered with nothing', () => {
    const session = withEndpoints('a')
    session.subscribe(EDS, '*')
    expect(session.settle()).toEqual(['EDS'])
    session.publish(tables => tables.set(EDS, 'a', '2'))
    expect(session.shown).toEqual([])
  })

  test('[M23] that were unsubscribed get nothing more, though what was on its way is refused', () => {
    const session = withEndpoints('a', 'b')
    session.subscribe(EDS, 'a', 'b')
    const [response] = session.pull()
    session.send(EDS, { unsubscribe: ['a'] })
    session.publish(tables => tables.set(EDS, 'a', 'new'))
    session.nack(response, 'a: no')
    expect(session.shown).toEqual([])
    expect(session.stream.status[0]?.status).toBe('SYNCED')
  })

  test('that are unsubscribed are not kept by whoever looked them up', () => {
    const session = withEndpoints('a')
    session.subscribe(EDS, 'a', 'made-up')
    session.settle()
    session.send(EDS, { unsubscribe: ['made-up'] })
    expect(session.tables.table(EDS).forgotten).toEqual(['made-up'])
  })

  test('are not made up without limit: the stream ends', () => {
    const made = (from: number, count: number) => Array.from({ length: count }, (_, i) => `n${from + i}`)
    const session = withEndpoints('a')
    const tooMany = 'these are more than 100000 names of one type'
    expect(session.send(EDS, { subscribe: made(0, 100_000) })).toBeUndefined()
    expect(session.send(EDS, { subscribe: made(0, 100_000) })).toBeUndefined()
    expect(session.send(EDS, { subscribe: ['one-more'] })).toBe(tooMany)
    expect(session.send(CDS, { subscribe: made(0, 100_001) })).toBe(tooMany)
    expect(session.send(LDS, { initialVersions: new Map(made(0, 100_001).map(name => [name, '1'])) })).toBe(
      tooMany,
    )
  })
})
