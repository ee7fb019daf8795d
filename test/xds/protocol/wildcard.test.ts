import { describe, expect, test } from 'vitest'
import { CDS, EDS, LDS, RDS, Session, Tables } from './session.ts'

const withClusters = (...names: string[]) => {
  const session = new Session()
  for (const name of names) session.tables.set(CDS, name)
  return session
}

describe('wildcard subscriptions', () => {
  test('[M1] a first request without names gets all resources of the type', () => {
    const session = withClusters('a', 'b')
    session.send(CDS)
    expect(session.shown).toEqual(['CDS +a +b'])
  })

  test('[M2] "*" gets the same', () => {
    const session = withClusters('a', 'b')
    session.subscribe(CDS, '*')
    expect(session.shown).toEqual(['CDS +a +b'])
  })

  test.each([CDS, LDS])('[M3] an empty wildcard is answered at once with an empty response: %s', typeUrl => {
    const session = new Session()
    session.send(typeUrl)
    expect(session.pull()).toMatchObject([{ typeUrl, resources: [], removed: [] }])
  })

  test('[M3] so is an empty "*"', () => {
    const session = new Session()
    session.subscribe(CDS, '*')
    expect(session.shown).toEqual(['CDS'])
  })

  test('[S4] after its ACK there is silence until something changes', () => {
    const session = new Session()
    session.send(CDS)
    session.settle()
    expect(session.shown).toEqual([])
    session.publish(tables => tables.set(CDS, 'a'))
    expect(session.shown).toEqual(['CDS +a'])
  })

  test('[M5] an addition is sent alone', () => {
    const session = withClusters('a', 'b')
    session.send(CDS)
    session.settle()
    session.publish(tables => tables.set(CDS, 'c'))
    expect(session.shown).toEqual(['CDS +c'])
  })

  test('[M6] deletions are reported, all of them too, and a resource that comes again is sent again', () => {
    const session = withClusters('a', 'b')
    session.send(CDS)
    session.settle()
    session.publish(tables => tables.remove(CDS, 'a'))
    expect(session.settle()).toEqual(['CDS -a'])
    session.publish(tables => tables.remove(CDS, 'b'))
    expect(session.settle()).toEqual(['CDS -b'])
    session.publish(tables => tables.set(CDS, 'a').set(CDS, 'b'))
    expect(session.settle()).toEqual(['CDS +a +b'])
  })

  test('[M7] naming a resource beside a legacy wildcard leaves the wildcard on', () => {
    const session = withClusters('a', 'b')
    session.send(CDS)
    session.settle()
    session.subscribe(CDS, 'a')
    expect(session.settle()).toEqual(['CDS +a'])
    session.publish(tables => tables.set(CDS, 'c'))
    expect(session.settle()).toEqual(['CDS +c'])
  })

  test.each([
    ['legacy', []],
    ['explicit', ['*']],
  ])('[M8] unsubscribing "*" leaves a %s wildcard; names beside it stay', (_kind, first) => {
    const session = withClusters('a', 'b')
    session.subscribe(CDS, ...first)
    session.settle()
    session.subscribe(CDS, 'a')
    session.settle()
    session.send(CDS, { unsubscribe: ['*'] })
    session.publish(tables => tables.set(CDS, 'a', '2').set(CDS, 'b', '2').set(CDS, 'c'))
    expect(session.settle()).toEqual(['CDS +a'])
  })

  test('[M9] a type left without names is subscribed to nothing', () => {
    const session = withClusters('a', 'b')
    session.subscribe(CDS, 'a')
    session.settle()
    session.send(CDS, { unsubscribe: ['a'] })
    session.send(CDS)
    session.publish(tables => tables.set(CDS, 'a', '2').set(CDS, 'b', '2'))
    expect(session.shown).toEqual([])
  })

  test('[M10] unsubscribing a name inside a wildcard sends it again', () => {
    const session = withClusters('a', 'b')
    session.subscribe(CDS, '*', 'a')
    session.settle()
    session.send(CDS, { unsubscribe: ['a'] })
    expect(session.settle()).toEqual(['CDS +a'])
  })

  test('[M11] unsubscribing a name that the wildcard lacks reports it as removed', () => {
    const session = withClusters('b')
    session.subscribe(CDS, '*', 'a')
    session.settle()
    session.send(CDS, { unsubscribe: ['a'] })
    expect(session.settle()).toEqual(['CDS -a'])
  })

  test('[M12] a wildcard after names brings everything else', () => {
    const session = withClusters('a', 'b')
    session.subscribe(CDS, 'a')
    session.settle()
    session.subscribe(CDS, '*')
    expect(session.settle()).toEqual(['CDS +b'])
  })

  test('[M13] "*" and a missing name: the rest is sent, the name is reported', () => {
    const session = withClusters('b')
    session.subscribe(CDS, '*', 'a')
    expect(session.settle()).toEqual(['CDS +b -a'])
  })

  test('[S14] "*" inside a wildcard sends everything again', () => {
    const session = withClusters('a', 'b')
    session.send(CDS)
    session.settle()
    session.subscribe(CDS, '*')
    expect(session.settle()).toEqual(['CDS +a +b'])
  })

  test.each([EDS, RDS])('[M15] a first request without names is no wildcard for named types: %s', typeUrl => {
    const tables = new Tables().set(EDS, 'a').set(RDS, 'a')
    const session = new Session(tables)
    session.send(typeUrl)
    expect(session.shown).toEqual([])
    session.publish(() => tables.set(typeUrl, 'b'))
    expect(session.shown).toEqual([])
    session.subscribe(typeUrl, 'a')
    expect(session.pull()[0]?.resources.map(one => one.name)).toEqual(['a'])
  })
})
