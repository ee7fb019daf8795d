import { expect, test } from 'vitest'
import { CDS, EDS, RDS, Session, Tables } from './session.ts'

/** What a client has of a type: "a SYNCED 1" is name, status, the content that it has, and the one that it is offered. */
function held(session: Session, typeUrl: string): string[] {
  const type = session.stream.held.find(one => one.typeUrl === typeUrl)
  return (type?.resources ?? []).map(({ name, status, has, offered }) => {
    const contents = [has, offered].map(one => one && (contentOf(one.encoded) ?? '?'))
    return [name, status, contents[0] ?? '-', ...(contents[1] ? [contents[1]] : [])].join(' ')
  })
}

function contentOf(encoded: Uint8Array | undefined): string | undefined {
  return encoded && Buffer.from(encoded).toString().split(':')[1]
}

test('what was sent is STALE until it is answered, then SYNCED, in the version that was answered', () => {
  const session = new Session(new Tables().set(CDS, 'a', '1').set(CDS, 'b', '1'))
  session.send(CDS)
  expect(held(session, CDS)).toEqual(['a NOT_SENT - 1', 'b NOT_SENT - 1'])
  const [first] = session.pull()
  expect(held(session, CDS)).toEqual(['a STALE - 1', 'b STALE - 1'])
  session.ack(first)
  session.publish(tables => tables.set(CDS, 'a', '2'))
  expect(held(session, CDS)).toEqual(['a NOT_SENT 1 2', 'b SYNCED 1'])
  const [second] = session.pull()
  expect(held(session, CDS)).toEqual(['a STALE 1 2', 'b SYNCED 1'])
  session.ack(second)
  expect(held(session, CDS)).toEqual(['a SYNCED 2', 'b SYNCED 1'])
})

test('a client that refuses a version has the one before, or nothing', () => {
  const session = new Session(new Tables().set(CDS, 'a', '1'))
  session.send(CDS)
  session.ack(session.pull()[0])
  session.publish(tables => tables.set(CDS, 'a', 'bad').set(CDS, 'b', 'bad'))
  session.nack(session.pull()[0], 'Error adding/updating cluster(s) a: no, b: neither')
  expect(held(session, CDS)).toEqual(['a NACK 1 bad', 'b NACK - bad'])
  session.publish(tables => tables.set(CDS, 'b', 'good'))
  session.ack(session.pull()[0])
  expect(held(session, CDS)).toEqual(['a NACK 1 bad', 'b SYNCED good'])
})

test('what is to go is there until its removal was answered', () => {
  const session = new Session(new Tables().set(CDS, 'a', '1'))
  session.send(CDS)
  session.ack(session.pull()[0])
  session.publish(tables => tables.remove(CDS, 'a'))
  expect(held(session, CDS)).toEqual(['a NOT_SENT 1'])
  const [removal] = session.pull()
  expect(held(session, CDS)).toEqual(['a STALE 1'])
  session.ack(removal)
  expect(held(session, CDS)).toEqual([])
})

test('a name that there is not is MISSING when that was said', () => {
  const session = new Session()
  session.subscribe(EDS, 'a')
  expect(held(session, EDS)).toEqual(['a NOT_SENT -'])
  session.settle()
  expect(held(session, EDS)).toEqual(['a MISSING -'])
})

test('what waits for a gate is NOT_SENT', () => {
  const session = new Session(new Tables().set(CDS, 'a').set(RDS, 'r', '1', ['a']))
  session.send(CDS)
  session.settle()
  session.publish(tables => tables.set(CDS, 'b').set(RDS, 'r', '2', ['b']))
  session.subscribe(RDS, 'r')
  session.pull()
  expect(held(session, RDS)).toEqual(['r NOT_SENT - 2'])
})

test('of a version that a client brought from an earlier stream only the name of it is known', () => {
  const tables = new Tables().set(CDS, 'a', '2').set(CDS, 'b', '1')
  const session = new Session(tables)
  session.returnWith(CDS, { a: 'old', b: tables.version(CDS, 'b') })
  expect(held(session, CDS)).toEqual(['b SYNCED 1', 'a NOT_SENT ? 2'].sort())
})

test('a type is NACK, STALE, NOT_SENT or SYNCED, and STALE since its oldest response without an answer', () => {
  const session = new Session(new Tables().set(CDS, 'a'))
  const status = () => {
    const { status, unansweredSince } = session.stream.status[0] ?? {}
    return { status, unansweredSince }
  }
  session.send(CDS)
  expect(status()).toEqual({ status: 'NOT_SENT' })
  const sentAt = session.now
  const [first] = session.pull()
  session.now += 1_000
  session.publish(tables => tables.set(CDS, 'a', 'bad'))
  const [second] = session.pull()
  expect(status()).toEqual({ status: 'STALE', unansweredSince: sentAt })
  session.ack(first)
  expect(status()).toEqual({ status: 'STALE', unansweredSince: session.now })
  session.nack(second, 'a: no')
  expect(status()).toEqual({ status: 'NACK' })
  session.publish(tables => tables.set(CDS, 'a', 'good'))
  session.settle()
  expect(status()).toEqual({ status: 'SYNCED' })
})
