import { setTimeout as sleep } from 'node:timers/promises'
import { startBackend } from '../../demo/backend.ts'
import { sendRequests, startLoad } from '../../demo/load.ts'
import { target, topology } from '../../demo/scenario.ts'
import { endpoints, openStage } from '../../demo/stage.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { vicinityAsAsked } from './as-asked.ts'
import { measure } from './measure.ts'

/** 1,000 requests from each zone; the local backend killed under 200 requests a second; and back again. */
const REQUESTS = 1_000
const RATE = 200
const KILLS = 10
/** An answer takes 10 ms, so that each kill meets requests under way. */
const SLOW_PATH = '/zone-routing?delay=10'

await measure('scenario', async closing => {
  const stage = await openStage(closing, await vicinityAsAsked(closing))
  const { vicinity, edges, nonlocal } = stage
  const fromA = await sendRequests(target(edges[0]), REQUESTS)
  const fromB = await sendRequests(target(edges[1]), REQUESTS)

  const kills = []
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const load = startLoad(target(edges[0], SLOW_PATH), RATE)
    await sleep(500 + Math.random() * 20)
    const before = load.result().byPod[nonlocal.pod] ?? 0
    await stage.local.kill()
    await sleep(1_000)
    const { sent, failures, byPod } = await load.stop()
    const returned = closing.add(await startBackend(`zone-routing-backend-local-${kill + 1}`))
    stage.local = returned
    await vicinity.api.put('/v1/sources/demo/topology', topology(endpoints(stage)))
    await waitUntil('the returned backend to answer', async () => {
      return (await sendRequests(target(edges[0]), 1)).byPod[returned.pod] === 1
    })
    const after = await sendRequests(target(edges[0]), REQUESTS / 10)
    kills.push({
      sent,
      failed: failures.length,
      ...(failures.length > 0 && { reasons: failures.map(({ reason }) => reason) }),
      toOtherZone: (byPod[nonlocal.pod] ?? 0) - before,
      localAgain: after.byPod[returned.pod] === REQUESTS / 10,
    })
  }
  const onlyOwn =
    Object.keys(fromA.byPod).length === 1 &&
    (fromA.byPod['zone-routing-backend-local-1'] ?? 0) === REQUESTS &&
    (fromB.byPod[nonlocal.pod] ?? 0) === REQUESTS
  return {
    right: onlyOwn && kills.every(({ failed, localAgain }) => failed === 0 && localAgain),
    fromA: fromA.byPod,
    fromB: fromB.byPod,
    kills,
  }
})
