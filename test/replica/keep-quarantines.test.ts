import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { type Suspect, suspectKey, type Testimony } from '../../src/model/quarantine.ts'
import { RESOURCE_TYPES } from '../../src/model/resource-types.ts'
import { followStore } from '../../src/replica/follow-store.ts'
import { keepQuarantines, type QuarantineKeeper } from '../../src/replica/keep-quarantines.ts'
import { type Store, StoreUnavailable } from '../../src/store/store.ts'
import { openStore } from '../../src/store/thread/open-store.ts'

const SUSPECT: Suspect = {
  gateway: 'default/edge',
  typeUrl: RESOURCE_TYPES.lds,
  name: 'default/edge/http',
  version: '2',
}

/** What proxies say that all refuse it. */
const refused = (other: Partial<Testimony> = {}): Testimony => ({
  ...SUSPECT,
  refusedBy: ['a', 'b'].map(node => ({ node, host: '127.0.0.1' })),
  isTaken: false,
  isOpen: false,
  current: 2,
  other: 0,
  revision: 0,
  detail: 'no',
  hasLastGood: false,
  ...other,
})

/** A store, a replica that follows it, and proxies that say what a test says. */
async function openBed(over: (store: Store) => Pick<Store, 'control'> = store => store) {
  const log = pino({ level: 'silent' })
  const store = await openStore({ kind: 'sqlite', path: ':memory:' })
  let keeper: QuarantineKeeper | undefined
  const replica = await followStore(store, () => keeper?.onChange(), log)
  let said: Testimony[] = []
  let tell = () => {}
  const suspects = {
    testimonies: () => said,
    subscribe: (listener: () => void) => {
      tell = listener
      return () => {}
    },
  }
  const timing = { settle: 1, interval: 10 }
  keeper = keepQuarantines({ store: over(store), replica, suspects, others: () => [], log, timing })
  onTestFinished(async () => {
    await keeper?.close()
    await replica.close()
    await store.close()
  })
  return {
    store,
    say: (...testimonies: Testimony[]) => {
      said = testimonies
      tell()
    },
    standing: () => [...replica.world().quarantines.values()].map(suspectKey),
  }
}

test('what proxies refuse is a row of the feed, written once, until one of them takes it', async () => {
  const { store, say, standing } = await openBed()
  say(refused())
  await waitUntil('it to stand', () => standing().length === 1)
  expect(standing()).toEqual([suspectKey(SUSPECT)])
  say(refused({ isTaken: true }))
  await waitUntil('it to stand no more', () => standing().length === 0)
  const { items } = await store.revisions({ limit: 10, order: 'oldest' })
  expect(items.map(({ cause, part, author }) => `${cause} ${part} ${author}`)).toEqual([
    'quarantine control vicinity',
    'release control vicinity',
  ])
})

test('what is judged while the database is away is written when it is back', async () => {
  let attempts = 0
  const { say, standing } = await openBed(store => ({
    control: write => {
      attempts += 1
      if (attempts > 3) return store.control(write)
      return Promise.reject(new StoreUnavailable('away', { operation: 'control', hint: 'wait' }))
    },
  }))
  say(refused())
  await waitUntil('it to stand', () => standing().length === 1)
  expect(attempts).toBe(4)
})
