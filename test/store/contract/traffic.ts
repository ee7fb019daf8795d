import { beforeEach, describe, expect, test } from 'vitest'
import { OTHER_SERVICES, type TrafficCell } from '../../../src/model/traffic.ts'
import {
  CELLS_OF_A_SPAN,
  HOUR,
  MINUTE,
  type ServiceSum,
  type StepSum,
  type TrafficQuery,
} from '../../../src/store/traffic/traffic.ts'
import type { OpenStore } from './open-store.ts'

const NOON = Date.parse('2026-03-01T12:00:00Z')
const A = 'r1/zone-a'
const B = 'r1/zone-b'

type Pair = readonly [from: string, to: string, requests: number, errors?: number]

export function trafficContract(db: OpenStore): void {
  let batches = 0
  beforeEach(() => {
    batches = 0
  })

  const cell = (minute: number, service: string, [from, to, requests, errors = 0]: Pair): TrafficCell => ({
    minute,
    service,
    from,
    to,
    requests,
    errors,
  })
  const add = (cells: readonly TrafficCell[], writer = 'replica-1') => {
    batches += 1
    return db.store.traffic.add({ writer, number: batches, cells })
  }
  const read = async (query: Partial<TrafficQuery> = {}) => {
    const sums = await db.store.traffic.read({
      from: NOON - 10 * HOUR,
      to: NOON + HOUR,
      step: HOUR,
      ...query,
    })
    return { steps: lines(sums.steps), services: lines(sums.services) }
  }

  describe('traffic', () => {
    test('that was never counted is none', async () => {
      expect(await read()).toEqual({ steps: [], services: [] })
    })

    test('of one minute is added up, whoever counted it', async () => {
      expect(
        await add([cell(NOON, 'default/web', [A, A, 10, 1]), cell(NOON, 'default/web', [A, B, 5])]),
      ).toBe(true)
      expect(await add([cell(NOON, 'default/web', [A, A, 3, 2])], 'replica-2')).toBe(true)
      expect(await read()).toEqual({
        steps: [`12:00 ${A} ${A} 13 3`, `12:00 ${A} ${B} 5 0`],
        services: [`default/web ${A} ${A} 13 3`, `default/web ${A} ${B} 5 0`],
      })
    })

    test('of a batch that is sent again after a lost answer is added once, also after a restart', async () => {
      const batch = { writer: 'replica-1', number: 7, cells: [cell(NOON, 'default/web', [A, A, 10])] }
      expect(await db.store.traffic.add(batch)).toBe(true)
      expect(await db.store.traffic.add(batch)).toBe(false)
      await db.reopen()
      expect(await db.store.traffic.add(batch)).toBe(false)
      expect(await db.store.traffic.add({ ...batch, number: 8 })).toBe(true)
      expect((await read()).services).toEqual([`default/web ${A} ${A} 20 0`])
    })

    test('of two processes with batches of the same number is added of both', async () => {
      const batch = { number: 1, cells: [cell(NOON, 'default/web', [A, A, 10])] }
      await db.store.traffic.add({ ...batch, writer: 'replica-1' })
      await db.store.traffic.add({ ...batch, writer: 'replica-2' })
      expect((await read()).services).toEqual([`default/web ${A} ${A} 20 0`])
    })

    test('is read from one time to before another, in steps that begin at multiples of their length', async () => {
      const minutes = [-1, 0, 4, 5, 59, 60].map(minute =>
        cell(NOON + minute * MINUTE, 'default/web', [A, A, 1]),
      )
      await add(minutes)
      const query = { from: NOON, to: NOON + HOUR, step: 5 * MINUTE }
      expect((await read(query)).steps).toEqual([
        `12:00 ${A} ${A} 2 0`,
        `12:05 ${A} ${A} 1 0`,
        `12:55 ${A} ${A} 1 0`,
      ])
    })

    test('is read of some services alone', async () => {
      await add(['default/web', 'default/api', 'team/web'].map(service => cell(NOON, service, [A, B, 2])))
      const { services, steps } = await read({ services: ['default/api', 'team/web', 'default/none'] })
      expect(services).toEqual([`default/api ${A} ${B} 2 0`, `team/web ${A} ${B} 2 0`])
      expect(steps).toEqual([`12:00 ${A} ${B} 4 0`])
    })

    test('is rolled up to hours when an hour is over for two, and read as before in steps of hours', async () => {
      const hour = Math.floor(Date.now() / HOUR) * HOUR
      const time = { from: hour - 5 * HOUR, to: hour + HOUR, step: HOUR }
      const minutes = [-4 * 60, -3 * 60 - 1, -3 * 60, -60, -1].map(minute => hour + minute * MINUTE)
      await add(minutes.map((minute, index) => cell(minute, 'default/web', [A, B, index + 1, 1])))
      const before = await read(time)
      expect(before.steps).toHaveLength(3)
      expect(await db.store.traffic.tidy(Number.POSITIVE_INFINITY)).toBe(3)
      expect(await read(time)).toEqual(before)
      expect(await db.store.traffic.tidy(Number.POSITIVE_INFINITY)).toBe(0)
      const byMinute = await db.store.traffic.read({ ...time, to: hour - 3 * HOUR, step: MINUTE })
      expect(byMinute.steps).toEqual([{ at: hour - 4 * HOUR, from: A, to: B, requests: 3, errors: 2 }])
      // What comes late is added to the hour the next time.
      await add([cell(minutes[0] as number, 'default/web', [A, B, 10])])
      await db.store.traffic.tidy(Number.POSITIVE_INFINITY)
      expect((await read({ ...time, to: hour - 3 * HOUR })).services).toEqual([`default/web ${A} ${B} 13 2`])
    })

    test('that many count at once, while it is summed up, is all there', async () => {
      const old = Math.floor(Date.now() / HOUR) * HOUR - 5 * HOUR
      const cells = Array.from({ length: 50 }, (_, index) => cell(old, `default/s${index}`, [A, B, 1, 1]))
      const writers = Array.from({ length: 4 }, (_, index) => `replica-${index}`)
      await Promise.all(
        writers.map(async writer => {
          for (let number = 1; number <= 5; number += 1) {
            await db.store.traffic.add({ writer, number, cells })
            await db.store.traffic.tidy(Number.POSITIVE_INFINITY)
          }
        }),
      )
      const { steps } = await read({ from: old, to: old + HOUR })
      expect(steps.map(line => line.slice(6))).toEqual([`${A} ${B} 1000 1000`])
    })

    test('of hours is deleted when it is older than is kept', async () => {
      const hour = Math.floor(Date.now() / HOUR) * HOUR
      const time = { from: 0, to: hour + HOUR }
      await add([30, 20, 0].map(hours => cell(hour - hours * HOUR, 'default/web', [A, A, hours + 1])))
      await db.store.traffic.tidy(24 * HOUR)
      expect((await read(time)).services).toEqual([`default/web ${A} ${A} 22 0`])
    })

    test('of more services than a minute has room for keeps the large ones, and all requests', async () => {
      const many = (from: number, count: number, requests: number) =>
        Array.from({ length: count }, (_, index) => cell(NOON, `default/s${from + index}`, [A, B, requests]))
      await add(many(0, CELLS_OF_A_SPAN - 10, 5))
      // Ten of these have room; what is there already goes on.
      await add([
        ...many(CELLS_OF_A_SPAN, 10, 9),
        ...many(2 * CELLS_OF_A_SPAN, 20, 1),
        cell(NOON, 'default/s0', [A, B, 7]),
      ])
      await add(many(3 * CELLS_OF_A_SPAN, 1, 100))
      const { steps, services } = await read()
      expect(services).toHaveLength(CELLS_OF_A_SPAN + 1)
      expect(services).toContain(`${OTHER_SERVICES} ${A} ${B} 120 0`)
      expect(services).toContain(`default/s0 ${A} ${B} 12 0`)
      expect(services).toContain(`default/s${CELLS_OF_A_SPAN} ${A} ${B} 9 0`)
      const all = 5 * (CELLS_OF_A_SPAN - 10) + 90 + 20 + 7 + 100
      expect(steps).toEqual([`12:00 ${A} ${B} ${all} 0`])
    })
  })
}

function lines(sums: readonly (StepSum | ServiceSum)[]): string[] {
  return sums
    .map(sum => {
      const of = 'service' in sum ? sum.service : new Date(sum.at).toISOString().slice(11, 16)
      return `${of} ${sum.from} ${sum.to} ${sum.requests} ${sum.errors}`
    })
    .sort()
}
