import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AilingBackend, startAilingBackend } from '../support/ailing-backend.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'
import { openZoneBed, type ZoneBed } from '../support/zone-bed.ts'

const CHECKED = {
  healthCheck: { active: { type: 'HTTP', interval: '100ms', http: { path: '/healthz' } } },
}

describe('two endpoints in the zone of a real Envoy, one of which is ill', () => {
  let zone: ZoneBed
  let second: AilingBackend

  beforeAll(async () => {
    zone = await openZoneBed()
    second = await startAilingBackend('second')
    second.answerChecks(503)
  }, SETUP_TIMEOUT)
  afterAll(async () => {
    await zone?.close()
    await second?.close()
  })

  const push = (locality: object) =>
    zone.push({ ...CHECKED, locality }, [...zone.endpoints(), { name: 'second', port: second.port }])

  test('keep all requests while one of them is well', async () => {
    await push({})
    await zone.healthy(2)
    expect((await zone.send(300)).byPod).toEqual({ local: 300 })
  })

  test('with spillover 70 keep five of seven parts, as 50 per cent are healthy', async () => {
    await push({ spillover: 70 })
    await zone.healthy(2)
    const { byPod, failures } = await zone.send(2000)
    expect(failures).toEqual([])
    expect((byPod.local ?? 0) / 2000, JSON.stringify(byPod)).toBeCloseTo(5 / 7, 1)
  })

  test('with spillover 50 keep all requests: there are not fewer', async () => {
    await push({ spillover: 50 })
    await zone.healthy(2)
    expect((await zone.send(300)).byPod).toEqual({ local: 300 })
  })

  test('with failover none are all that the Envoy has', async () => {
    await push({ failover: 'none' })
    expect(await zone.stat('membership_total')).toBe(2)
    expect((await zone.send(100)).byPod).toEqual({ local: 100 })
  })
})
