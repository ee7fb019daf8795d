import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ZoneAnswer } from '../../../src/xds/convergence/ack-times.ts'
import type { Round, RoundStream } from '../../../src/xds/convergence/round.ts'
import { Rounds } from '../../../src/xds/convergence/rounds.ts'
import { CDS, EDS, LDS, RDS, Session, Tables } from '../protocol/session.ts'

/** A session as a round sees it. */
function memberOf(session: Session, id: string, zone: string): RoundStream {
  const { stream } = session
  return {
    id,
    node: `node of ${id}`,
    zone,
    get settled() {
      return stream.settled
    },
    get responses() {
      return stream.responses
    },
    get newsAfter() {
      return stream.newsAfter
    },
    get isStuck() {
      return stream.isStuck
    },
    rejectedAfter: (response: number) => stream.rejectedAfter(response),
  }
}

/** Streams that are in sync, and the rounds of what is published to them. */
class Fleet {
  readonly observed: ZoneAnswer[] = []
  readonly rounds = new Rounds<RoundStream>(1, answer => this.observed.push(answer))
  readonly #all = new Map<string, { session: Session; proxy: RoundStream }>()
  #edition = 1

  /** One whose views change only where a test says so. */
  connect(id: string, zone = 'zone-a'): Session {
    const session = new Session(
      new Tables().set(CDS, 'x', '', ['x']).set(LDS, 'l', '', ['r']).set(RDS, 'r', '', ['x']),
      { edition: this.#edition },
    )
    session.send(CDS)
    session.send(LDS)
    session.subscribe(RDS, 'r')
    session.settle()
    const proxy = memberOf(session, id, zone)
    this.#all.set(id, { session, proxy })
    this.rounds.join(proxy, this.#edition)
    return session
  }

  /** The next edition, of which nobody was told. */
  arrive(at = 0): Round {
    this.#edition += 1
    return this.rounds.begin(this.#edition, [{ revision: this.#edition, part: 'routes', at }])
  }

  /** The stream is told of the newest edition. Returns what it is sent. */
  tell(id: string, change: (tables: Tables) => void = () => {}) {
    const { session, proxy } = this.#find(id)
    change(session.tables)
    session.edition = this.#edition
    const isConcerned = session.stream.onEdition(this.#edition)
    const responses = session.pull()
    this.rounds.told(proxy, this.#edition, isConcerned)
    return responses
  }

  answered(id: string): void {
    const { session, proxy } = this.#find(id)
    session.pull()
    this.rounds.answered(proxy)
  }

  leave(id: string): void {
    this.rounds.left(this.#find(id).proxy)
    this.#all.delete(id)
  }

  #find(id: string) {
    const found = this.#all.get(id)
    if (!found) throw new Error(`${id} is not connected`)
    return found
  }
}

const isDone = (round: Round) => Promise.race([round.done.then(() => true), nextTurn(false)])

test('a stream is pending until it has answered all that the revision brought', async () => {
  const fleet = new Fleet()
  const a = fleet.connect('a')
  const round = fleet.arrive()
  const [clusters] = fleet.tell('a', tables => tables.set(CDS, 'y').set(RDS, 'r', '2', ['y']))
  a.ack(clusters)
  const [routes] = a.pull()
  fleet.answered('a')
  expect(round.result).toMatchObject({ acked: 0, pending: [{ proxy: 'a', node: 'node of a' }] })
  a.ack(routes)
  fleet.answered('a')
  expect(round.result).toEqual({ proxies: 1, acked: 1, nacked: [], pending: [] })
  expect(await isDone(round)).toBe(true)
})

test('a NACK that holds back the rest of the revision is an answer to all of it', async () => {
  const fleet = new Fleet()
  const a = fleet.connect('a')
  const round = fleet.arrive()
  const [clusters] = fleet.tell('a', tables => tables.set(CDS, 'y').set(RDS, 'r', '2', ['y']))
  a.nack(clusters, 'no')
  fleet.answered('a')
  expect(round.result).toEqual({
    proxies: 1,
    acked: 0,
    nacked: [{ proxy: 'a', node: 'node of a', typeUrl: CDS, detail: 'no' }],
    pending: [],
  })
  expect(await isDone(round)).toBe(true)
  expect(fleet.observed).toMatchObject([{ zone: 'zone-a', acked: 0, nacked: 1, seconds: undefined }])
})

test('a NACK from before the revision is none of its own', () => {
  const fleet = new Fleet()
  const a = fleet.connect('a')
  a.subscribe(EDS, 'e')
  a.nack(a.pull()[0], 'old')
  a.pull()
  const round = fleet.arrive()
  const [clusters] = fleet.tell('a', tables => tables.set(CDS, 'y'))
  a.ack(clusters)
  fleet.answered('a')
  expect(round.result).toMatchObject({ acked: 1, nacked: [] })
})

test('what a stream was sent before it was told of the revision counts as brought by it', () => {
  const fleet = new Fleet()
  const a = fleet.connect('a')
  const round = fleet.arrive()
  // Its transport took more, and so it looked at its views before its turn came.
  a.tables.set(CDS, 'y')
  const [clusters] = a.pull()
  fleet.tell('a')
  expect(round.result).toMatchObject({ acked: 0, pending: [{ proxy: 'a' }] })
  a.nack(clusters, 'no')
  fleet.answered('a')
  expect(round.result).toMatchObject({ nacked: [{ proxy: 'a', detail: 'no' }], pending: [] })
})

test('streams that have not been told yet keep the round open, those that it does not concern do not count', async () => {
  const fleet = new Fleet()
  fleet.connect('one')
  fleet.connect('two')
  const round = fleet.arrive()
  fleet.tell('one')
  expect(await isDone(round)).toBe(false)
  expect(round.result).toMatchObject({ proxies: 1, pending: [{ proxy: 'two' }] })
  fleet.leave('two')
  expect(round.result).toEqual({ proxies: 0, acked: 0, nacked: [], pending: [] })
  expect(await isDone(round)).toBe(true)
})

test('a stream that comes after the revision does not count', () => {
  const fleet = new Fleet()
  fleet.connect('one')
  const round = fleet.arrive()
  fleet.connect('two')
  expect(round.result).toMatchObject({ proxies: 1, pending: [{ proxy: 'one' }] })
})

test('a revision that meets nobody is done at once', async () => {
  expect(await isDone(new Fleet().arrive())).toBe(true)
})

test('two revisions before a stream is told are answered by the same answers', () => {
  const fleet = new Fleet()
  const a = fleet.connect('a')
  const [first, second] = [fleet.arrive(), fleet.arrive()]
  const [clusters] = fleet.tell('a', tables => tables.set(CDS, 'y'))
  a.ack(clusters)
  fleet.answered('a')
  expect([first.counts, second.counts]).toEqual(Array(2).fill({ acked: 1, nacked: 0, pending: 0 }))
  expect(fleet.observed.map(one => one.revision)).toEqual([2, 3])
  expect(fleet.rounds.coalesced).toBe(1)
})

test('each zone is timed from the commit to the last of its ACKs, when all streams were told', () => {
  const fleet = new Fleet()
  const [a1, a2, b] = [fleet.connect('a1'), fleet.connect('a2'), fleet.connect('b', 'zone-b')]
  fleet.connect('c', 'zone-c')
  const changed = (tables: Tables) => tables.set(CDS, 'y')
  const now = process.hrtime()[0] * 1000
  fleet.arrive(now - 5_000)
  const sentA1 = fleet.tell('a1', changed)
  a1.ack(sentA1[0])
  fleet.answered('a1')
  const sentA2 = fleet.tell('a2', changed)
  const sentB = fleet.tell('b', changed)
  b.ack(sentB[0])
  fleet.answered('b')
  // Of zone-b another one may still be concerned.
  expect(fleet.observed).toEqual([])
  fleet.tell('c')
  expect(fleet.observed).toMatchObject([{ revision: 2, part: 'routes', zone: 'zone-b', acked: 1, nacked: 0 }])
  a2.ack(sentA2[0])
  fleet.answered('a2')
  expect(fleet.observed[1]).toMatchObject({ zone: 'zone-a', acked: 2, nacked: 0 })
  for (const { seconds } of fleet.observed) expect(Math.floor(seconds ?? 0)).toBeOneOf([5, 6])
})

test('an ACK counts where another proxy of the zone says NACK, and nothing where all of it go', () => {
  const fleet = new Fleet()
  const [a, b] = [fleet.connect('a'), fleet.connect('b')]
  fleet.connect('gone', 'zone-b')
  fleet.arrive()
  const sent = ['a', 'b', 'gone'].map(id => fleet.tell(id, tables => tables.set(CDS, 'y'))[0])
  a.ack(sent[0])
  fleet.answered('a')
  b.nack(sent[1], 'no')
  fleet.answered('b')
  fleet.leave('gone')
  expect(fleet.observed).toMatchObject([{ zone: 'zone-a', acked: 1, nacked: 1 }])
  expect(fleet.observed[0]?.seconds).toBeGreaterThan(0)
})

test('who does not answer is waited for, and after a minute is observed as late, once', () => {
  const fleet = new Fleet()
  const a = fleet.connect('a')
  const now = process.hrtime()[0] * 1000
  const change = (content: string) => (tables: Tables) => tables.set(CDS, 'y', content)
  fleet.arrive(now - 70_000)
  const [first] = fleet.tell('a', change('1'))
  fleet.arrive(now)
  const [second] = fleet.tell('a', change('2'))
  expect(fleet.rounds.waitingZones()).toEqual(new Map([['zone-a', now - 70_000]]))
  fleet.rounds.expire()
  fleet.rounds.expire()
  expect(fleet.observed).toMatchObject([{ revision: 2, acked: 0 }])
  expect(fleet.observed[0]?.seconds).toBeGreaterThanOrEqual(70)
  for (const one of [first, second]) a.ack(one)
  fleet.answered('a')
  expect(fleet.observed.map(one => one.revision)).toEqual([2, 3])
  expect(fleet.rounds.waitingZones().size).toBe(0)
})

test('what was refused before and holds a later revision back is not timed', () => {
  const fleet = new Fleet()
  const a = fleet.connect('a')
  fleet.arrive()
  const [clusters] = fleet.tell('a', tables => tables.set(CDS, 'y').set(RDS, 'r', '2', ['y']))
  a.nack(clusters, 'no')
  fleet.answered('a')
  const later = fleet.arrive()
  const [other] = fleet.tell('a', tables => tables.set(CDS, 'z'))
  a.ack(other)
  fleet.answered('a')
  expect(later.result).toMatchObject({ pending: [{ proxy: 'a' }] })
  expect(fleet.rounds.waitingZones().size).toBe(0)
  expect(fleet.observed.map(one => one.revision)).toEqual([2])
})

test('whoever asks for a revision that came before waits for those who have not answered it', async () => {
  const fleet = new Fleet()
  const a = fleet.connect('a')
  fleet.arrive()
  const [clusters] = fleet.tell('a', tables => tables.set(CDS, 'y'))
  const round = fleet.rounds.late(2)
  expect(await isDone(round)).toBe(false)
  a.ack(clusters)
  fleet.answered('a')
  expect(await isDone(round)).toBe(true)
  expect(round.result).toMatchObject({ acked: 1, pending: [] })
  expect(await isDone(fleet.rounds.late(2))).toBe(true)
})

test('a client that answers nothing at all does not fill the memory', () => {
  const fleet = new Fleet()
  fleet.connect('frozen')
  for (let count = 0; count < 1_500; count += 1) {
    fleet.arrive()
    fleet.tell('frozen', tables => tables.set(CDS, 'y', String(count)))
    fleet.rounds.dropTo(0)
  }
  expect(fleet.observed).toHaveLength(1_500 - 1_024)
  const gone = fleet.arrive()
  fleet.leave('frozen')
  expect(gone.isDone).toBe(true)
})
