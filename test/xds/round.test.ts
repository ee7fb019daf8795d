import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Round } from '../../src/xds/round.ts'
import { CDS, EDS, LDS, RDS, Session, Tables } from './session.ts'

/** A session as a round sees it. */
function member(session: Session, id: string) {
  const { stream } = session
  return {
    id,
    node: `node of ${id}`,
    get settled() {
      return stream.settled
    },
    get responses() {
      return stream.responses
    },
    get isStuck() {
      return stream.isStuck
    },
    rejectedAfter: (response: number) => stream.rejectedAfter(response),
  }
}

function connected(id: string) {
  const session = new Session(
    new Tables().set(CDS, 'x', '', ['x']).set(LDS, 'l', '', ['r']).set(RDS, 'r', '', ['x']),
  )
  session.send(CDS)
  session.send(LDS)
  session.subscribe(RDS, 'r')
  session.settle()
  return { session, proxy: member(session, id) }
}

const isDone = (round: Round) => Promise.race([round.done.then(() => true), nextTurn(false)])

test('a stream is pending until it has answered all that the revision brought', async () => {
  const { session, proxy } = connected('a')
  const round = new Round(2, [proxy])
  const isConcerned = session.publish(tables => tables.set(CDS, 'y').set(RDS, 'r', '2', ['y']))
  const [clusters] = session.pull()
  round.told(proxy, isConcerned)
  session.ack(clusters)
  const [routes] = session.pull()
  round.answered(proxy)
  expect(round.result).toMatchObject({ acked: 0, pending: [{ proxy: 'a', node: 'node of a' }] })
  session.ack(routes)
  session.pull()
  round.answered(proxy)
  expect(round.result).toEqual({ proxies: 1, acked: 1, nacked: [], pending: [] })
  expect(await isDone(round)).toBe(true)
})

test('a NACK that holds back the rest of the revision is an answer to all of it', async () => {
  const { session, proxy } = connected('a')
  const round = new Round(2, [proxy])
  const isConcerned = session.publish(tables => tables.set(CDS, 'y').set(RDS, 'r', '2', ['y']))
  const [clusters] = session.pull()
  round.told(proxy, isConcerned)
  session.nack(clusters, 'no')
  session.pull()
  round.answered(proxy)
  expect(round.result).toEqual({
    proxies: 1,
    acked: 0,
    nacked: [{ proxy: 'a', node: 'node of a', typeUrl: CDS, detail: 'no' }],
    pending: [],
  })
  expect(await isDone(round)).toBe(true)
})

test('a NACK from before the revision is none of its own', () => {
  const { session, proxy } = connected('a')
  session.subscribe(EDS, 'e')
  session.nack(session.pull()[0], 'old')
  session.pull()
  const round = new Round(2, [proxy])
  const isConcerned = session.publish(tables => tables.set(CDS, 'y'))
  session.settle()
  round.told(proxy, isConcerned)
  expect(round.result).toMatchObject({ acked: 1, nacked: [] })
})

test('streams that have not been told yet keep the round open, those that it does not concern do not count', async () => {
  const [one, two] = [connected('one'), connected('two')]
  const round = new Round(2, [one.proxy, two.proxy])
  round.told(one.proxy, false)
  expect(await isDone(round)).toBe(false)
  expect(round.result).toMatchObject({ proxies: 1, pending: [{ proxy: 'two' }] })
  round.left(two.proxy)
  expect(round.result).toEqual({ proxies: 0, acked: 0, nacked: [], pending: [] })
  expect(await isDone(round)).toBe(true)
})

test('a revision that meets nobody is done at once', async () => {
  expect(await isDone(new Round(1, []))).toBe(true)
})
