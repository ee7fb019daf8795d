import { describe, expect, test } from 'vitest'
import { CDS, EDS, LDS, Session, show, Tables } from './session.ts'

const KILO = 'x'.repeat(1000)

describe('size', () => {
  test('[S81] what is larger than the limit is split, and all of it arrives', () => {
    const tables = new Tables()
    for (let i = 0; i < 100; i++) tables.set(CDS, `c${i}`, KILO)
    const session = new Session(tables, { responseLimit: 10_000 })
    session.send(CDS)
    const responses = session.pull()
    for (const { resources } of responses)
      expect(resources.reduce((sum, one) => sum + one.encoded.length, 0)).toBeLessThanOrEqual(10_000)
    expect(new Set(responses.flatMap(one => one.resources.map(({ name }) => name))).size).toBe(100)
    expect(new Set(responses.map(one => one.nonce)).size).toBe(responses.length)
  })

  test('[S81] a single resource above the limit goes alone', () => {
    const tables = new Tables().set(CDS, 'a', KILO).set(CDS, 'b', KILO.repeat(9)).set(CDS, 'c', KILO)
    const session = new Session(tables, { responseLimit: 2000 })
    session.send(CDS)
    expect(session.shown).toEqual(['CDS +a', 'CDS +b', 'CDS +c'])
  })

  test('a large first sync lets the others have their turn between its parts', () => {
    const tables = new Tables().set(EDS, 'known').set(LDS, 'l')
    const session = new Session(tables, { responseLimit: 10_000 })
    session.subscribe(EDS, 'known')
    session.settle()
    for (let i = 0; i < 100; i++) tables.set(CDS, `c${i}`, KILO)
    session.send(CDS)
    session.send(LDS)
    expect(session.stream.next(session.now)?.typeUrl).toBe(CDS)
    session.publish(() => tables.set(EDS, 'known', '2'))
    const [second, third, fourth] = session.pull()
    expect([second, third].map(one => one && show(one))).toEqual(['EDS +known', 'LDS +l'])
    expect(fourth?.typeUrl).toBe(CDS)
  })

  test('a stream is far behind from when it asks for much until that was sent, and not when a little changes', () => {
    const tables = new Tables()
    for (let i = 0; i < 100; i++) tables.set(CDS, `c${i}`)
    const session = new Session(tables)
    session.send(CDS)
    expect(session.stream.isFarBehind).toBe(true)
    session.settle()
    expect(session.stream.isFarBehind).toBe(false)
    session.publish(() => tables.set(CDS, 'c1', '2'))
    expect(session.stream.isFarBehind).toBe(false)
  })

  test('a change of what the client has goes before what it newly asked for', () => {
    const tables = new Tables().set(EDS, 'known', KILO)
    for (let i = 0; i < 100; i++) tables.set(EDS, `e${i}`, KILO)
    const session = new Session(tables, { responseLimit: 10_000 })
    session.subscribe(EDS, 'known')
    session.settle()
    session.subscribe(EDS, ...Array.from({ length: 100 }, (_, i) => `e${i}`))
    session.stream.next(session.now)
    session.publish(() => tables.set(EDS, 'known', '2'))
    expect(session.stream.next(session.now)?.resources[0]?.name).toBe('known')
  })

  test('[S83] a change is looked up for its own names only', () => {
    const tables = new Tables()
    for (let i = 0; i < 10_000; i++) tables.set(CDS, `c${i}`)
    const session = new Session(tables)
    session.send(CDS)
    session.settle()
    let looked = 0
    const table = tables.table(CDS)
    const get = table.get.bind(table)
    table.get = name => {
      looked += 1
      return get(name)
    }
    session.publish(() => tables.set(CDS, 'c7', '2'))
    session.settle()
    expect(looked).toBeLessThan(5)
  })
})
