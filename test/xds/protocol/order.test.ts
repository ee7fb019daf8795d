import { describe, expect, test } from 'vitest'
import { FIRST_WAIT } from '../../../src/xds/protocol/batches.ts'
import { GIVE_UP } from '../../../src/xds/protocol/flight.ts'
import { CDS, EDS, LDS, RDS, resource, Session, show, Tables } from './session.ts'

/** A gateway with one listener, its routes, and the clusters that they name. */
const gateway = (...clusters: string[]) => {
  const tables = new Tables().set(LDS, 'l', '', ['r']).set(RDS, 'r', clusters.join(), clusters)
  for (const name of clusters) addCluster(tables, name)
  return tables
}
const addCluster = (tables: Tables, name: string) => tables.set(CDS, name, '', [name]).set(EDS, name)
const route = (tables: Tables, ...clusters: string[]) => tables.set(RDS, 'r', clusters.join(), clusters)

/** An Envoy that has all that there is. */
const served = (tables: Tables, ...assignments: string[]) => {
  const session = new Session(tables)
  session.send(CDS)
  session.subscribe(EDS, ...assignments)
  session.send(LDS)
  session.subscribe(RDS, 'r')
  session.settle()
  return session
}

test('[M56] routes wait for no answer of a client that has and has answered nothing, only then', () => {
  const ask = (session: Session) => {
    session.send(CDS)
    session.subscribe(EDS, 'x')
    session.send(LDS)
    session.subscribe(RDS, 'r')
  }
  const silent = new Session(gateway('x'))
  ask(silent)
  expect(silent.shown).toEqual(['CDS +x', 'EDS +x', 'LDS +l', 'RDS +r'])
  const answering = new Session(gateway('x'))
  answering.send(LDS)
  answering.ack(answering.pull()[0])
  ask(answering)
  expect(answering.shown).toEqual(['CDS +x', 'EDS +x'])
})

/** A listener at an address. */
const listen = (tables: Tables, name: string, place: string) =>
  tables.table(LDS).set({ ...resource(LDS, name, place), place })

describe('listeners that move', () => {
  const two = () => {
    const tables = new Tables()
    listen(tables, 'a', 'A')
    listen(tables, 'b', 'B')
    return served(tables)
  }

  test('go where nobody is without leaving first', () => {
    const session = two()
    session.publish(tables => listen(tables, 'a', 'C'))
    expect(session.settle()).toEqual(['LDS +a'])
  })

  test('leave both before they change places', () => {
    const session = two()
    session.publish(tables => {
      listen(tables, 'a', 'B')
      listen(tables, 'b', 'A')
    })
    expect(session.settle()).toEqual(['LDS -a -b', 'LDS +a +b'])
  })

  test('leave before one takes the place of another that moves on', () => {
    const session = two()
    session.publish(tables => {
      listen(tables, 'a', 'B')
      listen(tables, 'b', 'C')
    })
    expect(session.settle()).toEqual(['LDS -a -b', 'LDS +a +b'])
  })

  test('take the place of one that goes for good at once', () => {
    const session = two()
    session.publish(tables => {
      listen(tables, 'a', 'B')
      tables.remove(LDS, 'b')
    })
    expect(session.settle()).toEqual(['LDS +a -b'])
  })

  test('make room for one that comes', () => {
    const session = two()
    session.publish(tables => {
      listen(tables, 'c', 'A')
      listen(tables, 'a', 'C')
    })
    expect(session.settle()).toEqual(['LDS +c -a', 'LDS +a'])
  })
})

describe('make before break', () => {
  test('[M70, M73] a first sync goes clusters, endpoints, listeners, routes', () => {
    const session = new Session(gateway('x'))
    session.subscribe(RDS, 'r')
    session.send(LDS)
    session.subscribe(EDS, 'x')
    session.send(CDS)
    expect(session.settle()).toEqual(['CDS +x', 'EDS +x', 'LDS +l', 'RDS +r'])
  })

  test('[M70] a route to a new cluster waits until the cluster and its endpoints were ACKed', () => {
    const session = served(gateway('x'), 'x')
    session.publish(tables => route(addCluster(tables, 'y'), 'x', 'y'))
    const [clusters, ...early] = session.pull()
    expect(clusters && show(clusters)).toBe('CDS +y')
    expect(early).toEqual([])
    session.subscribe(EDS, 'y')
    const [endpoints] = session.pull()
    expect(endpoints && show(endpoints)).toBe('EDS +y')
    session.ack(clusters)
    expect(session.shown).toEqual([])
    session.ack(endpoints)
    expect(session.shown).toEqual(['RDS +r'])
  })

  test('[M70] what was sent and not answered for 5 s counts as there', () => {
    const session = served(gateway('x'), 'x')
    session.publish(tables => route(addCluster(tables, 'y'), 'y'))
    session.pull()
    const { now } = session
    expect(session.stream.wakeAt()).toBe(now + GIVE_UP)
    session.now = now + GIVE_UP - 1
    expect(session.shown).toEqual([])
    session.now = now + GIVE_UP
    expect(session.shown).toEqual(['RDS +r'])
  })

  /** An Envoy that has refused a cluster, and waits for the routes to it. */
  const withoutRoutes = (request = {}) => {
    const session = new Session(gateway('x', 'y'))
    session.send(CDS)
    session.nack(session.pull()[0], 'cluster y: no')
    session.subscribe(EDS, 'x', 'y')
    session.settle()
    session.send(LDS)
    session.send(RDS, { subscribe: ['r'], ...request })
    expect(session.settle()).toEqual(['LDS +l'])
    return session
  }

  test('a client waits for its first routes no longer than a while, and for what replaces them as long as it must', () => {
    const session = withoutRoutes()
    const { now } = session
    expect(session.stream.wakeAt()).toBe(now + FIRST_WAIT)
    session.now = now + FIRST_WAIT - 1
    expect(session.settle()).toEqual([])
    session.now = now + FIRST_WAIT
    expect(session.settle()).toEqual(['RDS +r'])
    session.publish(tables => route(tables, 'y'))
    session.now += 10 * FIRST_WAIT
    expect(session.settle()).toEqual([])
  })

  test('first routes wait each from when they were asked for last', () => {
    const session = withoutRoutes()
    session.publish(tables => tables.set(RDS, 's', '', ['y']))
    session.now += FIRST_WAIT - 1
    session.send(RDS, { unsubscribe: ['r'] })
    session.subscribe(RDS, 's')
    expect(session.settle()).toEqual([])
    session.now += 1
    session.subscribe(RDS, 'r')
    expect(session.settle()).toEqual([])
    session.now += FIRST_WAIT - 1
    expect(session.settle()).toEqual(['RDS +s'])
    session.now += 1
    expect(session.settle()).toEqual(['RDS +r'])
  })

  test('routes that a client may have from before wait as long as they must', () => {
    const session = withoutRoutes({ hasReturned: true })
    session.now += 10 * FIRST_WAIT
    expect(session.settle()).toEqual([])
  })

  test('[M71] a route and its cluster go in reverse: the route, after its ACK the cluster', () => {
    const session = served(gateway('x', 'y'), 'x', 'y')
    session.publish(tables => route(tables.remove(CDS, 'y'), 'x'))
    const [routes, ...early] = session.pull()
    expect(routes && show(routes)).toBe('RDS +r')
    expect(early).toEqual([])
    session.ack(routes)
    expect(session.shown).toEqual(['CDS -y'])
  })

  test('[M71] all of a gateway goes: listener, routes, cluster', () => {
    const session = served(gateway('x'), 'x')
    session.publish(tables => tables.remove(CDS, 'x').remove(EDS, 'x').remove(LDS, 'l').remove(RDS, 'r'))
    expect(session.settle()).toEqual(['LDS -l', 'RDS -r', 'CDS -x', 'EDS -x'])
  })

  test('[M71] a cluster goes when the client drops the routes that named it', () => {
    const session = served(gateway('x'), 'x')
    session.publish(tables => tables.remove(CDS, 'x').remove(LDS, 'l').remove(RDS, 'r'))
    session.ack(session.pull()[0])
    session.send(RDS, { unsubscribe: ['r'] })
    expect(session.shown).toEqual(['CDS -x'])
  })

  test('[M72] a switch in one change: the new cluster, the route, and after its ACK the removal', () => {
    const session = served(gateway('x'), 'x')
    session.publish(tables => route(addCluster(tables, 'y'), 'y').remove(CDS, 'x'))
    expect(session.settle()).toEqual(['CDS +y', 'RDS +r', 'CDS -x'])
  })

  test('[S74] the removal gives up waiting for the ACK of the route after 5 s', () => {
    const session = served(gateway('x', 'y'), 'x', 'y')
    session.publish(tables => route(tables.remove(CDS, 'y'), 'x'))
    expect(session.shown).toEqual(['RDS +r'])
    session.now = session.stream.wakeAt() ?? 0
    expect(session.shown).toEqual(['CDS -y'])
  })

  test('[M75] a refused cluster holds back the route to it and nothing else, until a better version', () => {
    const session = served(gateway('x'), 'x')
    session.publish(tables =>
      route(addCluster(tables, 'y'), 'y').set(RDS, 'other', '2', ['x']).set(CDS, 'x', '2', ['x']),
    )
    session.subscribe(RDS, 'other')
    const [clusters] = session.pull()
    session.nack(clusters, 'cluster y: no')
    session.now += 10 * GIVE_UP
    expect(session.shown).toEqual([])
    expect(session.stream.status.find(one => one.typeUrl === RDS)?.held).toBe(1)
    session.publish(tables => tables.set(CDS, 'y', '2', ['y']))
    expect(session.settle()).toEqual(['CDS +y', 'RDS +r'])
  })

  test('[M75] a refused route keeps its old clusters with the client', () => {
    const session = served(gateway('x'), 'x')
    session.publish(tables => route(addCluster(tables, 'y'), 'y').remove(CDS, 'x'))
    session.ack(session.pull()[0])
    session.nack(session.pull()[0], 'no')
    session.now += 10 * GIVE_UP
    expect(session.shown).toEqual([])
    expect(session.stream.isStuck).toBe(true)
    session.publish(tables => tables.set(RDS, 'r', 'repaired', ['y']))
    expect(session.settle()).toEqual(['RDS +r', 'CDS -x'])
  })

  test('[M75] a route that names a cluster which does not exist is held back', () => {
    const session = served(gateway('x'), 'x')
    session.publish(tables => route(tables, 'nowhere'))
    expect(session.shown).toEqual([])
    session.publish(tables => addCluster(tables, 'nowhere'))
    expect(session.settle()).toEqual(['CDS +nowhere', 'RDS +r'])
  })

  test('a client that asks for clusters by name is not made to wait for those that it does not name', () => {
    const session = new Session(gateway('x'))
    session.subscribe(RDS, 'r')
    expect(session.settle()).toEqual(['RDS +r'])
    session.subscribe(CDS, 'x')
    session.settle()
    session.publish(tables => route(addCluster(tables, 'y'), 'y'))
    expect(session.shown).toEqual(['RDS +r'])
  })

  test('a client without routes sees removals of clusters at once', () => {
    const session = new Session(gateway('x'))
    session.send(CDS)
    session.settle()
    session.publish(tables => tables.remove(CDS, 'x'))
    expect(session.shown).toEqual(['CDS -x'])
  })

  test('an assignment that goes while its cluster stays is reported at once', () => {
    const session = served(gateway('x'), 'x')
    session.publish(tables => tables.remove(EDS, 'x'))
    expect(session.shown).toEqual(['EDS -x'])
  })

  test('a cluster that was removed and comes again is sent before the route to it', () => {
    const session = served(gateway('x', 'y'), 'x', 'y')
    session.publish(tables => route(tables.remove(CDS, 'y'), 'x'))
    session.ack(session.pull()[0])
    const [removal] = session.pull()
    session.publish(tables => route(addCluster(tables, 'y'), 'x', 'y'))
    const [again] = session.pull()
    expect(again && show(again)).toBe('CDS +y')
    session.ack(removal)
    expect(session.shown).not.toContain('RDS +r')
    session.ack(again)
    expect(session.settle()).toContain('RDS +r')
  })
})

describe('warming', () => {
  test('[M76, S77] after an update of a cluster its assignment is sent again, of changed clusters only', () => {
    const session = served(gateway('x', 'y'), 'x', 'y')
    session.publish(tables => tables.set(CDS, 'x', '2', ['x']))
    expect(session.settle()).toEqual(['CDS +x', 'EDS +x'])
  })

  test('[S77] after an update of a listener its routes are sent again', () => {
    const session = served(gateway('x'), 'x')
    session.publish(tables => tables.set(LDS, 'l', '2', ['r']))
    expect(session.settle()).toEqual(['LDS +l', 'RDS +r'])
  })

  test('[M78] a cluster that comes again has its new subscription answered', () => {
    const session = served(gateway('x', 'y'), 'x', 'y')
    session.publish(tables => route(tables.remove(CDS, 'y'), 'x'))
    session.settle()
    session.send(EDS, { unsubscribe: ['y'] })
    session.publish(tables => addCluster(tables, 'y'))
    session.settle()
    session.subscribe(EDS, 'y')
    expect(session.settle()).toEqual(['EDS +y'])
  })
})
