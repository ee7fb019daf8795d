import { type Logger, pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TrafficCell } from '../../src/model/traffic.ts'
import { keepTraffic, type TrafficKeeper } from '../../src/replica/keep-traffic.ts'
import { parseLocation } from '../../src/store/location.ts'
import type { Store } from '../../src/store/store.ts'
import { openStore } from '../../src/store/thread/open-store.ts'
import { HOUR, type TrafficBatch } from '../../src/store/traffic/traffic.ts'

const log: Logger = pino({ level: 'silent' })
const LONG = 3_600_000

const cell = (name: string, requests: number): TrafficCell => ({
  minute: 0,
  service: `default/${name}`,
  from: 'a',
  to: 'b',
  requests,
  errors: 0,
})

/** The simplest thing that counts. */
class Counted {
  #cells: TrafficCell[] = []

  count(...cells: TrafficCell[]): void {
    this.#cells.push(...cells)
  }

  take(): TrafficCell[] {
    return this.#cells.splice(0)
  }

  giveBack(cells: readonly TrafficCell[]): void {
    this.count(...cells)
  }

  get waiting(): number {
    return this.#cells.length
  }
}

describe('what is counted', () => {
  let store: Store
  let tally: Counted
  let keeper: TrafficKeeper
  /** What the way to the database does to a batch. */
  let fault: (add: () => Promise<boolean>, batch: TrafficBatch) => Promise<boolean>

  const keep = (interval: number, writer = 'replica') =>
    keepTraffic({
      tally,
      traffic: { add: batch => fault(() => store.traffic.add(batch), batch) },
      writer,
      log,
      interval,
    })
  const stored = async () => {
    const { services } = await store.traffic.read({ from: 0, to: HOUR, step: HOUR })
    return Object.fromEntries(services.map(({ service, requests }) => [service.slice(8), requests]))
  }

  beforeEach(async () => {
    const location = parseLocation('sqlite::memory:')
    if (typeof location === 'string') throw new Error(location)
    store = await openStore(location)
    tally = new Counted()
    fault = add => add()
    keeper = keep(LONG)
  })
  afterEach(async () => {
    await keeper.close()
    await store.close()
  })

  test('is stored when somebody asks for it', async () => {
    tally.count(cell('web', 1), cell('api', 2))
    await keeper.flush()
    tally.count(cell('web', 3))
    await keeper.flush()
    expect(await stored()).toEqual({ web: 4, api: 2 })
  })

  test('is stored by itself after a while', async () => {
    const added = new Promise<void>(resolve => {
      fault = async add => {
        const result = await add()
        resolve()
        return result
      }
    })
    await keeper.close()
    keeper = keep(1)
    tally.count(cell('web', 1))
    await added
    expect(await stored()).toEqual({ web: 1 })
  })

  test('is stored at the end', async () => {
    tally.count(cell('web', 1))
    await keeper.close()
    expect(await stored()).toEqual({ web: 1 })
  })

  test('while something is being stored is stored by whoever asks meanwhile', async () => {
    let letGo = () => {}
    const held = new Promise<void>(resolve => {
      letGo = resolve
    })
    fault = async add => {
      await held
      return add()
    }
    tally.count(cell('web', 1))
    const first = keeper.flush()
    tally.count(cell('web', 2))
    const second = keeper.flush()
    letGo()
    await second
    expect(await stored()).toEqual({ web: 3 })
    await first
  })

  test('and was stored, though the answer got lost, is stored once', async () => {
    fault = async add => {
      await add()
      throw new Error('the answer got lost')
    }
    tally.count(cell('web', 1))
    await keeper.flush()
    await keeper.flush()
    fault = add => add()
    tally.count(cell('web', 10))
    await keeper.flush()
    expect(await stored()).toEqual({ web: 11 })
  })

  test('while the database is away goes back to the tally, but for what may have been stored', async () => {
    const cells = Array.from({ length: 5_000 }, (_, index) => cell(`s${index}`, 1))
    const sent = new Set<number>()
    fault = async (_, { number }) => {
      sent.add(number)
      throw new Error('the database is away')
    }
    tally.count(...cells)
    for (let attempt = 0; attempt < 3; attempt += 1) await keeper.flush()
    expect([...sent]).toEqual([1])
    expect(tally.waiting).toBe(3_000)
    fault = add => add()
    await keeper.flush()
    expect(Object.keys(await stored())).toHaveLength(5_000)
  })
})
