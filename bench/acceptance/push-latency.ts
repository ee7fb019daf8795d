import { percentile, rounded } from '../../demo/latency.ts'
import { membershipChanges } from '../../demo/membership.ts'
import { topology } from '../../demo/scenario.ts'
import { endpoints, openStage } from '../../demo/stage.ts'
import { vicinityAsAsked } from './as-asked.ts'
import { measure } from './measure.ts'

/** From sending a PUT until Envoy's `membership_total` has changed, 100 times, the fsync of the commit included. */
const PUSHES = 100
const WARM_UP = 20

await measure('push-latency', async closing => {
  const stage = await openStage(closing, await vicinityAsAsked(closing))
  const spare = { pod: 'spare', port: 9, zone: 'zone-b' }
  const answers: number[] = []
  const push = async (index: number) => {
    const began = performance.now()
    const extra = index % 2 === 0 ? [spare] : []
    await stage.vicinity.api.put('/v1/sources/demo/topology', topology([...endpoints(stage), ...extra]))
    answers.push(performance.now() - began)
  }
  const times = (await membershipChanges(stage.envoys[0], WARM_UP + PUSHES, push)).slice(WARM_UP)
  const of = (values: readonly number[]) => ({
    p50: rounded(percentile(values, 0.5)),
    p90: rounded(percentile(values, 0.9)),
    p99: rounded(percentile(values, 0.99)),
    max: rounded(Math.max(...values)),
  })
  return {
    right: times.length === PUSHES,
    pushes: PUSHES,
    toEnvoyMs: of(times),
    answeredMs: of(answers.slice(WARM_UP)),
  }
})
