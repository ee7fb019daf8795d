import { describe, expect, test } from 'vitest'
import { CDS, EDS, LDS, RDS, Session, show, Tables } from './session.ts'

const subscribed = (tables = new Tables().set(CDS, 'default/a/80').set(CDS, 'default/b/80')) => {
  const session = new Session(tables)
  session.send(CDS)
  return session
}
const clusters = (session: Session) => session.stream.status.find(one => one.typeUrl === CDS)

describe('nonces and answers', () => {
  test('[M43] every response has a nonce of its own, over all types', () => {
    const session = new Session(new Tables().set(CDS, 'a').set(EDS, 'a').set(LDS, 'a').set(RDS, 'a'))
    session.send(CDS)
    session.send(LDS)
    session.subscribe(EDS, 'a')
    session.subscribe(RDS, 'a')
    const nonces = session.pull().map(one => one.nonce)
    expect(new Set(nonces).size).toBe(4)
  })

  test('[M44] an ACK is followed by silence, and counted', () => {
    const session = subscribed()
    const [response] = session.pull()
    expect(clusters(session)).toMatchObject({ sent: 2, acked: 0 })
    session.ack(response)
    expect(session.shown).toEqual([])
    expect(clusters(session)).toMatchObject({ sent: 2, acked: 2 })
    expect(session.stream.isSynced).toBe(true)
  })

  test('[M45, M46] a NACK is kept with its words, and nothing is sent again', () => {
    const session = subscribed()
    const [response] = session.pull()
    session.nack(response, 'Error adding/updating cluster(s) default/a/80: bad')
    expect(session.shown).toEqual([])
    expect(clusters(session)).toMatchObject({
      acked: 1,
      rejected: {
        detail: 'Error adding/updating cluster(s) default/a/80: bad',
        resources: ['default/a/80'],
        at: new Date(session.now).toISOString(),
      },
    })
  })

  test('[M47] the next version after a NACK is sent, and its ACK makes the NACK good', () => {
    const session = subscribed()
    session.nack(session.pull()[0], 'default/a/80 is bad')
    session.publish(tables => tables.set(CDS, 'default/a/80', '2'))
    const [repaired] = session.pull()
    expect(repaired?.resources.map(one => one.name)).toEqual(['default/a/80'])
    expect(clusters(session)?.rejected).toBeDefined()
    session.ack(repaired)
    expect(clusters(session)).not.toHaveProperty('rejected')
  })

  test('an ACK of something else does not make a NACK good; the removal of what was refused does', () => {
    const session = subscribed()
    session.nack(session.pull()[0], 'default/a/80 is bad')
    session.publish(tables => tables.set(CDS, 'default/b/80', '2'))
    session.settle()
    expect(clusters(session)?.rejected).toBeDefined()
    session.publish(tables => tables.remove(CDS, 'default/a/80'))
    session.settle()
    expect(clusters(session)).not.toHaveProperty('rejected')
  })

  test('a NACK that names nothing is about the whole response', () => {
    const session = subscribed()
    session.nack(session.pull()[0], 'no')
    session.publish(tables => tables.set(CDS, 'default/b/80', '2'))
    session.settle()
    expect(clusters(session)?.rejected).toMatchObject({ resources: [] })
    session.publish(tables => tables.set(CDS, 'default/a/80', '2'))
    session.settle()
    expect(clusters(session)).not.toHaveProperty('rejected')
  })

  test('a name that only begins like a refused one was not refused', () => {
    const tables = new Tables().set(CDS, 'default/a/80').set(CDS, 'default/a/8080').set(CDS, 'default/a')
    const session = subscribed(tables)
    session.nack(session.pull()[0], 'Bad cluster "default/a/8080".')
    expect(clusters(session)?.rejected?.resources).toEqual(['default/a/8080'])
  })

  test('the words of a NACK are kept up to 4 KiB', () => {
    const session = subscribed()
    session.nack(session.pull()[0], 'x'.repeat(1_000_000))
    expect(clusters(session)?.rejected?.detail).toHaveLength(4096)
  })

  test('[M47] a NACK of an empty first response is followed by the first resource', () => {
    const session = subscribed(new Tables())
    session.nack(session.pull()[0], 'no')
    expect(session.shown).toEqual([])
    session.publish(tables => tables.set(CDS, 'a'))
    expect(session.settle()).toEqual(['CDS +a'])
  })

  test('[M48] a NACK of one type does not stop another', () => {
    const session = subscribed()
    session.nack(session.pull()[0], 'no')
    session.subscribe(EDS, 'x')
    expect(session.shown).toEqual(['EDS -x'])
  })

  test.each(['', 'unknown'])(
    '[M49, S53] a request with the nonce "%s" still changes subscriptions',
    nonce => {
      const session = new Session(new Tables().set(EDS, 'a').set(EDS, 'b'))
      session.subscribe(EDS, 'a')
      session.settle()
      session.send(EDS, { nonce, subscribe: ['b'], unsubscribe: ['a'] })
      expect(session.settle()).toEqual(['EDS +b'])
    },
  )

  test.each([undefined, 'no'])('[M50] a late answer (error: %s) with a stale nonce has no effect', error => {
    const session = subscribed()
    const [first] = session.pull()
    session.publish(tables => tables.set(CDS, 'default/a/80', '2'))
    const [second] = session.pull()
    session.ack(second)
    const before = session.stream.status
    session.send(CDS, { nonce: first?.nonce ?? '', ...(error && { error }) })
    expect(session.stream.status).toEqual(before)
    expect(session.shown).toEqual([])
  })

  test('[M29] two responses in flight are answered each for itself', () => {
    const session = subscribed()
    const [first] = session.pull()
    session.publish(tables => tables.set(CDS, 'default/c/80'))
    const [second] = session.pull()
    session.ack(first)
    expect(clusters(session)).toMatchObject({ sent: 3, acked: 2 })
    expect(session.stream.isSynced).toBe(false)
    session.nack(second, 'no')
    expect(clusters(session)).toMatchObject({ acked: 2, rejected: { resources: ['default/c/80'] } })
  })

  test.each([undefined, 'no'])('[M51] names beside an answer (error: %s) are honoured', error => {
    const session = new Session(new Tables().set(EDS, 'a').set(EDS, 'b'))
    session.subscribe(EDS, 'a')
    const nonce = session.pull()[0]?.nonce ?? ''
    session.send(EDS, { nonce, ...(error && { error }), subscribe: ['b'] })
    expect(session.settle()).toEqual(['EDS +b'])
  })

  test('a client that never answers is remembered up to a limit, and is not settled', () => {
    const session = subscribed(new Tables())
    for (let i = 0; i < 1000; i++) {
      session.publish(tables => tables.set(CDS, 'a', String(i)))
      expect(session.shown).toHaveLength(1)
    }
    expect(session.stream.settled).toBe(0)
    session.publish(tables => tables.set(CDS, 'a', 'last'))
    session.ack(session.pull()[0])
    session.pull()
    expect(session.stream.settled).toBe(session.edition)
  })
})

describe('stream rules', () => {
  test('[M55] every response carries the type of the request, every resource a version', () => {
    const session = subscribed()
    for (const response of session.pull()) {
      expect(response.typeUrl).toBe(CDS)
      for (const one of response.resources) expect(one).toMatchObject({ typeUrl: CDS, version: /./ })
    }
  })

  test('[M56] an unanswered response of clusters does not block their endpoints', () => {
    const session = subscribed(new Tables().set(CDS, 'a', '', ['a']).set(EDS, 'a'))
    session.pull()
    session.subscribe(EDS, 'a')
    expect(session.shown).toEqual(['EDS +a'])
  })

  test('[M57] a request without type_url says what is wrong', () => {
    expect(new Session().send('')).toContain('type_url')
  })

  test('[S58, S100] an unknown type is passed over in silence, an unknown name is a missing one', () => {
    const session = subscribed()
    session.settle()
    expect(session.send('type.googleapis.com/envoy.service.runtime.v3.Runtime')).toBeUndefined()
    expect(session.shown).toEqual([])
    session.subscribe(CDS, 'xdstp://x/envoy.config.cluster.v3.Cluster/a')
    expect(session.shown).toEqual(['CDS -xdstp://x/envoy.config.cluster.v3.Cluster/a'])
  })

  test('[M59] two streams over the same tables do not know of each other', () => {
    const tables = new Tables().set(CDS, 'a')
    const [one, two] = [new Session(tables, { id: 'one' }), new Session(tables, { id: 'two' })]
    one.send(CDS)
    two.send(CDS)
    one.settle()
    expect(two.pull().map(show)).toEqual(['CDS +a'])
  })
})

describe('settled', () => {
  test('is the edition through which all was sent and answered', () => {
    const session = subscribed()
    const [first] = session.pull()
    expect(session.stream.settled).toBe(0)
    session.ack(first)
    session.pull()
    expect(session.stream.settled).toBe(1)
  })

  test('moves past what was answered, not past what was sent later', () => {
    const session = subscribed()
    const [first] = session.pull()
    session.publish(tables => tables.set(CDS, 'x'))
    const [second] = session.pull()
    session.ack(first)
    expect(session.stream.settled).toBe(1)
    session.nack(second, 'no')
    expect(session.stream.settled).toBe(2)
  })

  test('moves at once with an edition that changes nothing for the client', () => {
    const session = subscribed()
    session.settle()
    expect(session.publish(() => undefined)).toBe(false)
    session.pull()
    expect(session.stream.settled).toBe(2)
  })
})
