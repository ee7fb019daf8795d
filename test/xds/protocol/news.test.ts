import { expect, test } from 'vitest'
import { CDS, LDS, resource, Session, show, Tables } from './session.ts'

/** Clients of the same tables, which have all that there is. */
function settled(count: number, tables = new Tables().set(CDS, 'a', '1').set(CDS, 'b', '1')): Session[] {
  return Array.from({ length: count }, () => {
    const session = new Session(tables)
    session.send(CDS)
    session.settle()
    return session
  })
}

/** One change of their tables; returns which of them it is news to. */
function publish(sessions: readonly Session[], change: (tables: Tables) => void): boolean[] {
  return sessions.map((session, index) => session.publish(index === 0 ? change : () => {}))
}

const has = (session: Session) =>
  session.stream.held.flatMap(type => type.resources.map(({ name, status }) => `${name} ${status}`))

test('what changed is one list for all who had the same', () => {
  const sessions = settled(3)
  publish(sessions, tables => tables.set(CDS, 'a', '2').set(CDS, 'b', '2'))
  const [first, ...others] = sessions.map(session => session.pull()[0])
  expect(first?.ids).toHaveLength(2)
  for (const other of others) expect(other?.resources).toBe(first?.resources)
})

test('what has changed back before it was sent is not sent', () => {
  const sessions = settled(2)
  expect(publish(sessions, tables => tables.set(CDS, 'a', '2'))).toEqual([true, true])
  expect(publish(sessions, tables => tables.set(CDS, 'a', '1').set(CDS, 'b', '2'))).toEqual([true, true])
  expect(sessions.map(session => session.shown)).toEqual([['CDS +b'], ['CDS +b']])
})

test('what is named as changed and is as it was is no reason to look at each client by itself', () => {
  const sessions = settled(2)
  publish(sessions, tables => tables.set(CDS, 'a', '2').set(CDS, 'a', '1').set(CDS, 'b', '2'))
  const [first, other] = sessions.map(session => session.pull()[0])
  expect(first && show(first)).toBe('CDS +b')
  expect(other?.resources).toBe(first?.resources)
})

test('a client that did not take the change before is sent both, the others the last one', () => {
  const [late, ready] = settled(2) as [Session, Session]
  publish([late, ready], tables => tables.set(CDS, 'a', '2'))
  ready.settle()
  publish([late, ready], tables => tables.set(CDS, 'b', '2'))
  expect(late.shown).toEqual(['CDS +a +b'])
  expect(ready.shown).toEqual(['CDS +b'])
})

test('what one client refuses of it the others have taken', () => {
  const [refusing, taking] = settled(2) as [Session, Session]
  publish([refusing, taking], tables => tables.set(CDS, 'a', '2').set(CDS, 'b', '2'))
  refusing.nack(refusing.pull()[0], 'cluster a: no')
  taking.settle()
  expect(has(refusing)).toEqual(['a NACK', 'b SYNCED'])
  expect(has(taking)).toEqual(['a SYNCED', 'b SYNCED'])
  publish([refusing, taking], tables => tables.set(CDS, 'a', '3'))
  expect([...refusing.settle(), ...taking.settle()]).toEqual(['CDS +a', 'CDS +a'])
})

test('what is sent once more before it is answered is awaited of that client alone', () => {
  const [waiting, ready] = settled(2) as [Session, Session]
  publish([waiting, ready], tables => tables.set(CDS, 'a', '2').set(CDS, 'b', '2'))
  const [first] = waiting.pull()
  ready.settle()
  publish([waiting, ready], tables => tables.set(CDS, 'a', '3'))
  const [second] = waiting.pull()
  ready.settle()
  waiting.ack(first)
  expect(has(waiting)).toEqual(['a STALE', 'b SYNCED'])
  expect(has(ready)).toEqual(['a SYNCED', 'b SYNCED'])
  waiting.ack(second)
  expect(has(waiting)).toEqual(['a SYNCED', 'b SYNCED'])
})

test('a client that wants less, or more, of what changed is sent what it wants', () => {
  const tables = new Tables().set(CDS, 'a', '1').set(CDS, 'b', '1')
  const sessions = [['a'], ['a', 'b'], ['b'], ['a']].map(names => {
    const session = new Session(tables)
    session.subscribe(CDS, ...names)
    session.settle()
    return session
  })
  publish(sessions, all => all.set(CDS, 'a', '2').set(CDS, 'b', '2'))
  expect(sessions.map(session => session.shown)).toEqual([['CDS +a'], ['CDS +a +b'], ['CDS +b'], ['CDS +a']])
})

test('a version that comes out of quarantine is sent to whoever was not sent it', () => {
  const tables = new Tables().set(CDS, 'a', 'good')
  const sessions = settled(2, tables) as [Session, Session]
  const [had] = sessions
  tables.set(CDS, 'a', 'doubtful')
  had.publish(() => {})
  had.settle()
  const doubtful = resource(CDS, 'a', 'doubtful')
  const { typeUrl, name, version } = doubtful
  const row = { gateway: 'default/edge', typeUrl, name, version, revision: 1, detail: 'no' }
  publish(sessions, all => all.table(CDS).quarantine({ ...row, lastGood: resource(CDS, 'a', 'good') }))
  expect(sessions.map(session => session.settle())).toEqual([[], []])
  publish(sessions, all => all.table(CDS).quarantine())
  expect(sessions.map(session => session.settle())).toEqual([[], ['CDS +a']])
})

test('a listener that moves to the place of another still leaves its own first', () => {
  const at = (name: string, place: string) => ({ ...resource(LDS, name, place), place })
  const tables = new Tables()
  tables.table(LDS).replaceAll([at('a', '80'), at('b', '81')])
  const sessions = settled(2, tables)
  for (const session of sessions) session.send(LDS)
  for (const session of sessions) session.settle()
  publish(sessions, all => all.table(LDS).replaceAll([at('a', '81'), at('b', '80')]))
  for (const session of sessions) expect(session.settle()).toEqual(['LDS -a -b', 'LDS +a +b'])
})
