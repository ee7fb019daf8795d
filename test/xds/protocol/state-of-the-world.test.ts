import { describe, expect, test } from 'vitest'
import { CDS, EDS, LDS, RDS, Tables } from './session.ts'
import { StateSession } from './state-session.ts'

describe('a root type', () => {
  test.each([[[]], [['*']]])('[M84] asked for with names %j is sent whole', names => {
    const session = new StateSession(new Tables().set(CDS, 'a').set(CDS, 'b'))
    session.state(CDS, names)
    expect(session.settle()).toEqual(['CDS: a b'])
  })

  test('[M84] is sent whole with every change, and what is gone is not there', () => {
    const session = new StateSession(new Tables().set(CDS, 'a').set(CDS, 'b'))
    session.state(CDS, [])
    session.settle()
    session.publish(tables => tables.set(CDS, 'b', 'new'))
    expect(session.settle()).toEqual(['CDS: a b'])
    session.publish(tables => tables.remove(CDS, 'a'))
    expect(session.settle()).toEqual(['CDS: b'])
    session.publish(tables => tables.remove(CDS, 'b'))
    expect(session.settle()).toEqual(['CDS:'])
  })

  test.each([[[]], [['*']]])(
    '[M85] of which there is nothing is answered with nothing, at once: names %j',
    names => {
      const session = new StateSession()
      session.state(LDS, names)
      expect(session.settle()).toEqual(['LDS:'])
      expect(session.settle()).toEqual([])
    },
  )

  test('[M85] asked for by a name that is missing is answered without it, and with it when it comes to be', () => {
    const session = new StateSession(new Tables().set(CDS, 'a').set(CDS, 'b'))
    session.state(CDS, ['a', 'missing'])
    expect(session.settle()).toEqual(['CDS: a'])
    session.publish(tables => tables.set(CDS, 'missing').set(CDS, 'b', 'new'))
    expect(session.settle()).toEqual(['CDS: a missing'])
    session.state(CDS, ['a', 'missing', 'another'])
    expect(session.settle()).toEqual(['CDS: a missing'])
  })

  test('[S81] is never sent in parts, however large', () => {
    const session = new StateSession(new Tables().set(CDS, 'a').set(CDS, 'b').set(CDS, 'c'), {
      responseLimit: 1,
    })
    session.state(CDS, [])
    expect(session.settle()).toEqual(['CDS: a b c'])
  })

  test('[M90] of which a name was asked is nothing without names, not everything', () => {
    const session = new StateSession(new Tables().set(CDS, 'a').set(CDS, 'b'))
    session.state(CDS, ['a'])
    session.settle()
    session.state(CDS, [])
    session.publish(tables => tables.set(CDS, 'a', 'new').set(CDS, 'c'))
    expect(session.settle()).toEqual([])
  })

  test('[M90] follows the example of the protocol: nothing named, "*" and a name, the name alone', () => {
    const session = new StateSession(new Tables().set(CDS, 'a').set(CDS, 'b'))
    session.state(CDS, [])
    expect(session.settle()).toEqual(['CDS: a b'])
    session.state(CDS, ['*', 'a'])
    session.settle()
    session.publish(tables => tables.set(CDS, 'c'))
    expect(session.settle()).toEqual(['CDS: a b c'])
    session.state(CDS, ['a'])
    expect(session.settle()).toEqual([])
    session.publish(tables => tables.set(CDS, 'b', 'new'))
    expect(session.settle()).toEqual([])
    session.publish(tables => tables.set(CDS, 'a', 'new'))
    expect(session.settle()).toEqual(['CDS: a'])
  })

  test('[M87] is not sent again to who asks for less of it', () => {
    const session = new StateSession(new Tables().set(CDS, 'a').set(CDS, 'b'))
    session.state(CDS, ['*', 'a'])
    session.settle()
    session.state(CDS, ['*'])
    expect(session.settle()).toEqual([])
  })
})

describe('a named type', () => {
  test('[M87] is what was asked for; more names get what is new, fewer get nothing', () => {
    const session = new StateSession(new Tables().set(EDS, 'a').set(EDS, 'b').set(EDS, 'c'))
    session.state(EDS, ['a'])
    expect(session.settle()).toEqual(['EDS: a'])
    session.state(EDS, ['a', 'b'])
    expect(session.settle()).toEqual(['EDS: b'])
    session.state(EDS, ['b'])
    session.publish(tables => tables.set(EDS, 'a', 'new').set(EDS, 'c', 'new'))
    expect(session.settle()).toEqual([])
    session.publish(tables => tables.set(EDS, 'b', 'new'))
    expect(session.settle()).toEqual(['EDS: b'])
  })

  test('[M88] without a missing name is sent all the same, and the name when it comes to be', () => {
    const session = new StateSession(new Tables().set(EDS, 'a'))
    session.state(EDS, ['missing', 'a'])
    expect(session.settle()).toEqual(['EDS: a'])
    session.publish(tables => tables.set(EDS, 'missing'))
    expect(session.settle()).toEqual(['EDS: missing'])
  })

  test('[M89] is sent to who asks for a part of what there is', () => {
    const tables = new Tables().set(EDS, 'a').set(EDS, 'b').set(RDS, 'r').set(RDS, 'q')
    const session = new StateSession(tables)
    session.state(EDS, ['b'])
    session.state(RDS, ['q'])
    expect(session.settle()).toEqual(['EDS: b', 'RDS: q'])
  })

  test('[M90] names that went and come again are sent again', () => {
    const session = new StateSession(new Tables().set(EDS, 'a'))
    session.state(EDS, ['a'])
    session.settle()
    session.state(EDS, [])
    expect(session.settle()).toEqual([])
    session.state(EDS, ['a'])
    expect(session.settle()).toEqual(['EDS: a'])
  })

  test('that went says nothing: there are no words for it', () => {
    const session = new StateSession(new Tables().set(EDS, 'a').set(EDS, 'b'))
    session.state(EDS, ['a', 'b'])
    session.settle()
    session.publish(tables => tables.remove(EDS, 'a'))
    expect(session.settle()).toEqual([])
    expect(session.states.stream.isSynced).toBe(true)
    session.publish(tables => tables.set(EDS, 'a'))
    expect(session.settle()).toEqual(['EDS: a'])
  })

  test('[S81] is sent in parts where it is large', () => {
    const session = new StateSession(new Tables().set(EDS, 'a').set(EDS, 'b'), { responseLimit: 1 })
    session.state(EDS, ['a', 'b'])
    expect(session.settle()).toEqual(['EDS: a', 'EDS: b'])
  })
})

describe('the version', () => {
  test('[M86] is the same for the same state on every stream, and another for another, for each type', () => {
    const tables = new Tables().set(CDS, 'a').set(LDS, 'l')
    const versions = [new StateSession(tables), new StateSession(tables)].map(session => {
      session.state(CDS, [])
      session.state(LDS, [])
      return session.pull().map(one => one.versionInfo)
    })
    expect(versions[0]).toEqual(versions[1])
    const [cds, lds] = versions[0] ?? []
    const later = new StateSession(tables.set(CDS, 'a', 'new'))
    later.state(CDS, [])
    later.state(LDS, [])
    const [newCds, newLds] = later.pull().map(one => one.versionInfo)
    expect(newCds).not.toBe(cds)
    expect(newLds).toBe(lds)
  })

  test('[M93] that a client brings changes nothing: it is sent the state, and what it names', () => {
    const tables = new Tables().set(CDS, 'a').set(EDS, 'a')
    const before = new StateSession(tables)
    before.state(EDS, ['a'])
    const [old] = before.pull()
    const session = new StateSession(tables)
    session.state(CDS, [], { versionInfo: 'old' })
    session.state(EDS, ['a'], { versionInfo: old?.versionInfo ?? '' })
    expect(session.settle()).toEqual(['CDS: a', 'EDS: a'])
  })
})

describe('an answer', () => {
  test('[M92] that is an ACK is followed by silence', () => {
    const session = new StateSession(new Tables().set(CDS, 'a'))
    session.state(CDS, [])
    expect(session.settle()).toEqual(['CDS: a'])
    expect(session.shown).toEqual([])
    expect(session.states.stream.isSynced).toBe(true)
  })

  test('[M92] that is a NACK is followed by silence, and by the next version', () => {
    const session = new StateSession(new Tables().set(CDS, 'a'))
    session.state(CDS, [])
    const [first] = session.pull()
    session.nack(first, 'cluster a: no')
    expect(session.shown).toEqual([])
    expect(session.states.stream.status[0]?.rejected).toMatchObject({
      detail: 'cluster a: no',
      resources: ['a'],
    })
    session.publish(tables => tables.set(CDS, 'a', 'new'))
    expect(session.settle()).toEqual(['CDS: a'])
    expect(session.states.stream.status[0]?.rejected).toBeUndefined()
  })

  test('[S52] that refuses what was there before, again, is no word against what is new', () => {
    const session = new StateSession(new Tables().set(CDS, 'bad').set(RDS, 'r', '', []))
    session.state(CDS, [])
    session.state(RDS, ['r'])
    for (const response of session.pull()) {
      if (response.typeUrl === CDS) session.nack(response, 'cluster bad: no')
      else session.ack(response)
    }
    session.publish(tables => tables.set(CDS, 'good').set(RDS, 'r', 'new', ['good']))
    const [clusters] = session.pull()
    expect(clusters?.resources.map(one => one.name)).toEqual(['bad', 'good'])
    session.nack(clusters, 'cluster bad: no')
    expect(session.settle()).toEqual(['RDS: r'])
    expect(session.states.stream.status[0]?.rejected?.resources).toEqual(['bad'])
  })

  test('[M92] that is an ACK of the whole state ends a NACK of it, whatever its words were about', () => {
    const session = new StateSession(new Tables().set(CDS, 'a').set(CDS, 'b'))
    session.state(CDS, [])
    session.nack(session.pull()[0], 'something is broken')
    expect(session.states.stream.status[0]?.status).toBe('NACK')
    session.publish(tables => tables.set(CDS, 'c'))
    expect(session.settle()).toEqual(['CDS: a b c'])
    expect(session.states.stream.status[0]?.status).toBe('SYNCED')
  })

  test('[M91] with an old nonce and nothing new gets no response; new names do at once', () => {
    const session = new StateSession(new Tables().set(EDS, 'a').set(EDS, 'b'))
    session.state(EDS, ['a'])
    const [first] = session.pull()
    session.ack(first)
    session.publish(tables => tables.set(EDS, 'a', 'new'))
    const [second] = session.pull()
    session.state(EDS, ['a'], { nonce: first?.nonce ?? '' })
    expect(session.shown).toEqual([])
    session.state(EDS, ['a', 'b'], { nonce: first?.nonce ?? '' })
    expect(session.shown).toEqual(['EDS: b'])
    session.ack(second)
    expect(session.shown).toEqual([])
  })

  test('[S80] that says the same a second time asks for it again; one that is a NACK does not', () => {
    const session = new StateSession(new Tables().set(EDS, 'a').set(EDS, 'b'))
    session.state(EDS, ['a', 'b'])
    expect(session.settle()).toEqual(['EDS: a b'])
    session.state(EDS, ['a', 'b'])
    expect(session.settle()).toEqual(['EDS: a b'])
    session.state(EDS, ['a', 'b'], { error: 'no' })
    expect(session.settle()).toEqual([])
  })

  test('[M41] of another stream makes a first request no less a first one', () => {
    const session = new StateSession()
    session.state(CDS, [], { nonce: 'of another stream', versionInfo: 'old' })
    expect(session.settle()).toEqual(['CDS:'])
  })
})

describe('make before break', () => {
  const switched = () => {
    const tables = new Tables().set(CDS, 'x').set(EDS, 'x').set(LDS, 'l', '', ['r']).set(RDS, 'r', '', ['x'])
    const session = new StateSession(tables)
    session.state(CDS, [])
    session.settle()
    session.state(EDS, ['x'])
    session.state(LDS, [])
    session.state(RDS, ['r'])
    session.settle()
    session.publish(all =>
      all.set(CDS, 'y').set(EDS, 'y').remove(CDS, 'x').remove(EDS, 'x').set(RDS, 'r', 'new', ['y']),
    )
    return session
  }

  test('[M94] a cluster that takes the place of another comes first, then the route moves, then the other goes', () => {
    const session = switched()
    const [union] = session.pull()
    expect(union?.resources.map(one => one.name)).toEqual(['x', 'y'])
    session.state(EDS, ['x', 'y'])
    session.ack(union)
    expect(session.settle()).toEqual(['EDS: y', 'RDS: r', 'CDS: y'])
  })

  test('[M94] the cluster stays as long as the route that names it was not answered', () => {
    const session = switched()
    session.state(EDS, ['x', 'y'])
    const [clusters, endpoints, ...none] = session.pull()
    expect(none).toEqual([])
    session.ack(clusters)
    session.ack(endpoints)
    const [routes] = session.pull()
    expect(session.pull()).toEqual([])
    session.ack(routes)
    expect(session.settle()).toEqual(['CDS: y'])
  })

  test('[S77] endpoints of a changed cluster are sent with it', () => {
    const session = new StateSession(
      new Tables().set(CDS, 'a', '', ['a']).set(CDS, 'b', '', ['b']).set(EDS, 'a').set(EDS, 'b'),
    )
    session.state(CDS, [])
    session.state(EDS, ['a', 'b'])
    session.settle()
    session.publish(tables => tables.set(CDS, 'a', 'new', ['a']))
    expect(session.settle()).toEqual(['CDS: a b', 'EDS: a'])
  })

  test('a stream of one type waits for no other', () => {
    const session = new StateSession(new Tables().set(RDS, 'r', '', ['x']), { isOfOneType: true })
    session.state(RDS, ['r'], { versionInfo: 'old' })
    expect(session.settle()).toEqual(['RDS: r'])
  })
})

test('[M63] a client that returns to a database without any revision is held until the first', () => {
  const session = new StateSession(new Tables(), { edition: 0 })
  session.edition = 0
  session.state(CDS, [], { versionInfo: 'old' })
  expect(session.shown).toEqual([])
  session.publish(tables => tables.set(CDS, 'a'))
  expect(session.settle()).toEqual(['CDS: a'])
})
