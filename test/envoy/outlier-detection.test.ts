import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { request } from '../../demo/http-request.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'
import { openZoneBed, type ZoneBed } from '../support/zone-bed.ts'

describe('an endpoint of a real Envoy whose answers are bad', () => {
  let zone: ZoneBed
  beforeEach(async () => {
    zone = await openZoneBed()
  }, SETUP_TIMEOUT)
  afterEach(() => zone?.close())

  const passive = (fields: object = {}) => ({ healthCheck: { passive: fields } })
  /** How many of `count` requests, one after the other, were not answered 200. */
  const failed = async (count: number) => (await zone.send(count, 1)).failures.length
  /** So many are counted; one or the other may be on its way before the workers of a busy Envoy know. */
  const expectFailed = async (count: number) => {
    const failures = await failed(50)
    expect(failures).toBeGreaterThanOrEqual(count)
    expect(failures).toBeLessThan(count + 10)
  }

  test('is left alone after five of them though it is the only one of the zone', async () => {
    await zone.push(passive())
    zone.local.answerRequests(500)
    await expectFailed(5)
    expect(zone.other.requests()).toBeGreaterThan(30)
  })

  test('is used again when its time is over and it answers well', async () => {
    await zone.push(passive({ interval: '100ms', baseEjectionTime: '200ms', consecutive5XxErrors: 2 }))
    zone.local.answerRequests(500)
    await expectFailed(2)
    zone.local.answerRequests(200)
    await zone.answeredBy('local')
    expect((await zone.send(50)).byPod).toEqual({ local: 50 })
  })

  test('is counted by what only gateways answer, where the service says so', async () => {
    await zone.push(passive({ consecutive5XxErrors: 0, consecutiveGatewayErrors: 3 }))
    zone.local.answerRequests(500)
    expect(await failed(20)).toBe(20)
    zone.local.answerRequests(503)
    await expectFailed(3)
  })

  test('is left alone for its time, though it passes the checks of its health', async () => {
    const active = { type: 'HTTP', interval: '50ms', http: { path: '/healthz' } }
    await zone.push({ healthCheck: { active, passive: { consecutive5XxErrors: 2 } } })
    await zone.answeredBy('local')
    zone.local.answerRequests(500)
    await expectFailed(2)
    const { length } = zone.local.checks
    await waitUntil('more checks', () => zone.local.checks.length > length + 3)
    expect(await failed(20)).toBe(0)
  })

  test('is used on where nothing may be left alone', async () => {
    await zone.push(passive({ maxEjectionPercent: 0, alwaysEjectOneEndpoint: false }))
    zone.local.answerRequests(500)
    expect(await failed(30)).toBe(30)
  })

  test('is told from one that gives no answer', async () => {
    const local = { splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 2 }
    await zone.push(passive({ ...local, consecutive5XxErrors: 0 }))
    await zone.local.close()
    // What found no connection is asked for elsewhere, and is counted all the same.
    const answers = await Promise.all(
      Array.from({ length: 2 }, () =>
        request(zone.target.address, { method: 'POST', headers: { host: 'x' } }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const ejected = () => zone.stat('outlier_detection.ejections_active')
    await waitUntil('the dead endpoint to be left alone', async () => (await ejected()) === 1)
  })

  test('and all others too are used all the same when none is left', async () => {
    await zone.push(passive({ consecutive5XxErrors: 1 }))
    for (const one of [zone.local, zone.other]) one.answerRequests(500)
    await failed(10)
    for (const one of [zone.local, zone.other]) one.answerRequests(200)
    expect(await failed(20)).toBe(0)
  })
})
