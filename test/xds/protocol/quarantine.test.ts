import { describe, expect, test } from 'vitest'
import type { Quarantined } from '../../../src/translate/quarantined.ts'
import type { Resource } from '../../../src/translate/resource.ts'
import { GIVE_UP } from '../../../src/xds/protocol/flight.ts'
import { CDS, EDS, LDS, RDS, resource, Session, Tables } from './session.ts'
import { StateSession } from './state-session.ts'

/** A version that is kept back, and what stands in for it. */
function row(refused: Resource, lastGood?: Resource): Quarantined {
  const { typeUrl, name, version } = refused
  return { gateway: 'default/edge', typeUrl, name, version, revision: 1, detail: 'no', lastGood }
}

const good = resource(CDS, 'a', 'good')
const bad = resource(CDS, 'a', 'bad')

/** Cluster `a` is bad, and under quarantine; `b` is well. */
const quarantined = (lastGood: Resource | undefined = good) => {
  const tables = new Tables().set(CDS, 'a', 'bad').set(CDS, 'b', '1')
  tables.table(CDS).quarantine(row(bad, lastGood))
  return tables
}
const without = () => {
  const tables = new Tables().set(CDS, 'a', 'bad').set(CDS, 'b', '1')
  tables.table(CDS).quarantine(row(bad))
  return tables
}

/** What of `a` came with all that may be sent now. */
const versions = (session: Session, type = CDS) =>
  session
    .pull()
    .filter(one => one.typeUrl === type)
    .flatMap(one => [
      ...one.resources.map(({ name, version }) => `${name} ${contentOf(version)}`),
      ...one.removed,
    ])
const contentOf = (version: string) =>
  ['good', 'bad', 'better', '1'].find(content =>
    ['a', 'b'].some(name => resource(CDS, name, content).version === version),
  )

describe('a new stream', () => {
  test('is sent the last good version of what is under quarantine, and the newest of the rest', () => {
    const session = new Session(quarantined())
    session.send(CDS)
    expect(versions(session)).toEqual(['a good', 'b 1'])
  })

  test('is sent it by name, too', () => {
    const session = new Session(quarantined())
    session.subscribe(CDS, 'a')
    expect(versions(session)).toEqual(['a good'])
  })

  test('is sent nothing where no version was ever good, and told so where it asks by name', () => {
    const session = new Session(without())
    session.send(CDS)
    expect(versions(session)).toEqual(['b 1'])
    expect(session.stream.isSynced).toBe(false)
    const named = new Session(without())
    named.subscribe(CDS, 'a')
    expect(named.shown).toEqual(['CDS -a'])
  })

  test('that has the last good version is sent nothing of it', () => {
    const session = new Session(quarantined())
    session.returnWith(CDS, { a: good.version })
    expect(versions(session)).toEqual(['b 1'])
  })

  test('that has the refused version, which it must have taken once, keeps it', () => {
    const session = new Session(quarantined())
    session.returnWith(CDS, { a: bad.version, b: resource(CDS, 'b', '1').version })
    expect(versions(session)).toEqual([])
    expect(session.stream.stance(CDS, bad)).toEqual({ isCurrent: true, answer: 'taken' })
  })

  test('that has something of which nobody knows the bytes is not told that it is gone', () => {
    const session = new Session(without())
    session.returnWith(CDS, { a: 'an old version', b: resource(CDS, 'b', '1').version })
    expect(versions(session)).toEqual(['a bad'])
  })

  test('says what is kept from it', () => {
    const session = new Session(quarantined())
    session.send(CDS)
    session.settle()
    expect(session.stream.status[0]).toMatchObject({ quarantined: ['a'], status: 'SYNCED' })
    session.publish(tables => tables.table(CDS).quarantine())
    session.settle()
    expect(session.stream.status[0]).not.toHaveProperty('quarantined')
  })
})

describe('a stream that was there before', () => {
  const served = () => {
    const tables = new Tables().set(CDS, 'a', 'good').set(CDS, 'b', '1')
    const session = new Session(tables)
    session.send(CDS)
    session.settle()
    return session
  }
  const refusing = () => {
    const session = served()
    session.publish(tables => tables.set(CDS, 'a', 'bad'))
    session.nack(session.pull()[0], 'a: no')
    return session
  }

  test('and refused the version notices nothing', () => {
    const session = refusing()
    session.publish(tables => tables.table(CDS).quarantine(row(bad, good)))
    expect(session.shown).toEqual([])
    expect(session.stream.status[0]).toMatchObject({ status: 'NACK' })
    expect(session.stream.status[0]).not.toHaveProperty('quarantined')
  })

  test('and has not answered yet may still take it', () => {
    const session = served()
    session.publish(tables => tables.set(CDS, 'a', 'bad'))
    const [response] = session.pull()
    session.publish(tables => tables.table(CDS).quarantine(row(bad, good)))
    expect(session.shown).toEqual([])
    session.ack(response)
    expect(session.shown).toEqual([])
    expect(session.stream.stance(CDS, bad)).toEqual({ isCurrent: true, answer: 'taken' })
  })

  test('and was not sent the version yet is not sent it', () => {
    const session = served()
    session.publish(tables => {
      tables.set(CDS, 'a', 'bad')
      tables.table(CDS).quarantine(row(bad, good))
    })
    expect(session.shown).toEqual([])
  })

  test('and has nothing because it refused the version is sent the last good one', () => {
    const session = new Session(new Tables().set(CDS, 'a', 'bad'))
    session.send(CDS)
    session.nack(session.pull()[0], 'a: no')
    expect(versions(session)).toEqual([])
    session.publish(tables => tables.table(CDS).quarantine(row(bad, good)))
    expect(versions(session)).toEqual(['a good'])
  })

  test('and refuses the version while it is under quarantine already is sent the last good one then', () => {
    const session = new Session(new Tables().set(CDS, 'a', 'bad'))
    session.send(CDS)
    const [response] = session.pull()
    session.publish(tables => tables.table(CDS).quarantine(row(bad, good)))
    expect(versions(session)).toEqual([])
    session.nack(response, 'a: no')
    expect(versions(session)).toEqual(['a good'])
  })
})

describe('the end of a quarantine', () => {
  test('by the next version is an update', () => {
    const session = new Session(quarantined())
    session.send(CDS)
    session.settle()
    session.publish(tables => tables.set(CDS, 'a', 'better'))
    expect(versions(session)).toEqual(['a better'])
    session.publish(tables => tables.table(CDS).quarantine())
    expect(versions(session)).toEqual([])
  })

  test('because somebody took the version is an update too', () => {
    const session = new Session(quarantined())
    session.send(CDS)
    session.settle()
    session.publish(tables => tables.table(CDS).quarantine())
    expect(versions(session)).toEqual(['a bad'])
  })

  test('by the removal of the resource is its removal', () => {
    const session = new Session(quarantined())
    session.send(CDS)
    session.settle()
    session.publish(tables => tables.remove(CDS, 'a'))
    expect(session.shown).toEqual(['CDS -a'])
  })

  test('brings what nobody had before', () => {
    const session = new Session(without())
    session.send(CDS)
    session.settle()
    session.publish(tables => tables.set(CDS, 'a', 'better'))
    expect(versions(session)).toEqual(['a better'])
  })
})

describe('gates', () => {
  /** Routes to `a` and `b`. */
  const routed = (tables: Tables) =>
    tables.set(EDS, 'a').set(EDS, 'b').set(LDS, 'l', '', ['r']).set(RDS, 'r', '', ['a', 'b'])
  /** Of a client that has answered something: until then no route waits for anything. */
  const begin = (session: Session) => {
    session.send(LDS)
    session.settle()
    session.send(CDS)
    session.subscribe(RDS, 'r')
    return session
  }

  test('wait for the last good cluster, and let routes go when that was taken', () => {
    const session = begin(new Session(routed(quarantined())))
    const [clusters, ...rest] = session.pull()
    expect(rest).toEqual([])
    session.ack(clusters)
    expect(session.shown).toEqual(['RDS +r'])
  })

  test('do not wait for a cluster that nobody is sent', () => {
    const session = begin(new Session(routed(without())))
    expect(session.settle()).toEqual(['CDS +b', 'RDS +r'])
    expect(session.stream.isSynced).toBe(true)
  })

  test('open for streams that refused it as well: only it stays behind', () => {
    const session = begin(new Session(routed(new Tables().set(CDS, 'a', 'bad').set(CDS, 'b', '1'))))
    session.nack(session.pull()[0], 'a: no')
    session.now += GIVE_UP
    expect(session.shown).toEqual([])
    session.publish(tables => tables.table(CDS).quarantine(row(bad)))
    expect(session.settle()).toEqual(['RDS +r'])
    session.publish(tables => tables.set(RDS, 'r', 'newer', ['a', 'b']))
    expect(session.settle()).toEqual(['RDS +r'])
    session.publish(tables => tables.set(CDS, 'a', 'better'))
    expect(session.settle()).toEqual(['CDS +a'])
  })

  test('know the place of a last good listener: what takes it makes it leave first', () => {
    const placed = (name: string, place: string) => ({ ...resource(LDS, name, place), place })
    const tables = new Tables()
    tables.table(LDS).set(placed('l', 'taken'))
    tables.table(LDS).quarantine(row(placed('l', 'taken'), placed('l', 'A')))
    const session = new Session(tables)
    session.send(LDS)
    session.settle()
    session.publish(now => {
      now.table(LDS).set(placed('l', 'B'))
      now.table(LDS).set(placed('m', 'A'))
    })
    expect(session.settle()).toEqual(['LDS +m -l', 'LDS +l'])
  })
})

describe('states of the world', () => {
  test('of a new client have the last good version', () => {
    const session = new StateSession(quarantined())
    session.state(CDS, [])
    expect(session.shown).toEqual(['CDS: a b'])
  })

  test('of a client that comes back never lack what it may have', () => {
    const session = new StateSession(without())
    session.state(CDS, [], { versionInfo: 'of an earlier stream' })
    expect(session.shown).toEqual(['CDS: a b'])
    const fresh = new StateSession(without())
    fresh.state(CDS, [])
    expect(fresh.shown).toEqual(['CDS: b'])
  })
})
