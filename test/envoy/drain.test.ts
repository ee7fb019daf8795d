import { afterEach, beforeEach, expect, test } from 'vitest'
import { startLoad } from '../../demo/load.ts'
import type { Convergence } from '../../src/model/proxies.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'
import { openZoneBed, type ZoneBed } from '../support/zone-bed.ts'

let zone: ZoneBed
beforeEach(async () => {
  zone = await openZoneBed()
  await zone.answeredBy('local')
}, SETUP_TIMEOUT)
afterEach(() => zone?.close())

/** Drains or undrains; where that changes something for the Envoy, it has it when it resolves. */
async function order(action: 'drain' | 'undrain', of = 'zone-a'): Promise<void> {
  const path = `/v1/zones/${of}/${action}`
  const { body } = await zone.bed.api.call<{ convergence: Convergence }>(
    'POST',
    path,
    {},
    { prefer: 'wait=10' },
  )
  expect(body.convergence).toMatchObject({ nacked: [], pending: [] })
}

test('requests leave a drained zone and come back after it, and none of them fails', async () => {
  const load = startLoad(zone.target, 200)
  await order('drain')
  await zone.answeredBy('other')
  expect((await zone.send(100)).byPod).toEqual({ other: 100 })
  await order('undrain')
  await zone.answeredBy('local')
  expect((await zone.send(100)).byPod).toEqual({ local: 100 })
  expect((await load.stop()).failures).toEqual([])
})

test('endpoints of a drained zone go on serving while there are no others', async () => {
  await zone.push({}, zone.endpoints().slice(0, 1))
  const load = startLoad(zone.target, 200)
  await order('drain')
  expect((await zone.send(100)).byPod).toEqual({ local: 100 })
  await zone.push({}, zone.endpoints())
  await zone.answeredBy('other')
  expect((await zone.send(100)).byPod).toEqual({ other: 100 })
  expect((await load.stop()).failures).toEqual([])
})

test('of two drained zones requests go to the nearest', async () => {
  await order('drain', 'zone-b')
  await order('drain')
  await zone.answeredBy('local')
  expect((await zone.send(100)).byPod).toEqual({ local: 100 })
})
