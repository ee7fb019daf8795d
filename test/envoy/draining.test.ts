import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { request } from '../../demo/http-request.ts'
import { startLoad } from '../../demo/load.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'
import { openZoneBed, type ZoneBed } from '../support/zone-bed.ts'

/** What Kubernetes writes of a Pod that ends. */
const ENDING = { ready: false, serving: true, terminating: true }
const CHECKED = {
  healthCheck: { active: { type: 'HTTP', interval: '100ms', http: { path: '/healthz' } }, passive: {} },
}

describe.each([
  ['without health checks', {}],
  ['with health checks, which it passes', CHECKED],
])('an endpoint of a real Envoy that terminates, %s', (_, settings) => {
  let zone: ZoneBed
  beforeEach(async () => {
    zone = await openZoneBed()
    await zone.push(settings)
    await zone.healthy(2)
    await zone.answeredBy('local')
  }, SETUP_TIMEOUT)
  afterEach(() => zone?.close())

  test('gets no new request, and those under way are answered', async () => {
    const before = zone.local.requests()
    const slow = request(zone.target.address, { method: 'POST', path: '/?delay=700', headers: { host: 'x' } })
    await waitUntil('the slow request to arrive', () => zone.local.requests() > before)
    await zone.push(settings, zone.endpoints(ENDING))
    expect(await zone.send(100)).toEqual({ sent: 100, byPod: { other: 100 }, failures: [] })
    const answer = await slow
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { pod: 'local' }])
  })

  test('serves on while it is the last of its service, and until another is ready', async () => {
    const [local = { port: 0 }, other = { port: 0 }] = zone.endpoints(ENDING)
    const load = startLoad(zone.target, 200)
    await zone.push(settings, [local])
    expect((await zone.send(50)).byPod).toEqual({ local: 50 })
    await zone.push(settings, [local, other])
    await zone.answeredBy('other')
    await zone.push(settings, [{ ...local, serving: false }, other])
    expect((await zone.send(50)).byPod).toEqual({ other: 50 })
    expect((await load.stop()).failures).toEqual([])
  })
})
