import { randomScenario } from '../../test/support/random-scenario.ts'
import { seededRandom } from '../../test/support/seeded-random.ts'
import { openSimulationBed } from '../../test/support/simulation-bed.ts'
import { measure } from './measure.ts'

/**
 * Random services, losses and drained zones through real Envoys, 2,000 requests each, against the simulation of the same: the worst
 * difference of a zone's share. `simulate.ts [SCENARIOS] [SEED]`; the same seed makes the same scenarios.
 */
const REQUESTS = 2_000
/** The most by which a share may differ. */
const ALLOWED = 0.03

const [count = '30', seed = '1'] = process.argv.slice(2)

await measure('simulate', async closing => {
  const bed = await openSimulationBed()
  closing.addWay(() => bed.close())
  const random = seededRandom(Number(seed))
  const differences: number[] = []
  for (let index = 0; index < Number(count); index += 1) {
    const scenario = randomScenario(random)
    const played = await bed.play(scenario, REQUESTS)
    differences.push(played.difference)
    console.error(JSON.stringify({ index, ...played, scenario }))
  }
  const worst = Math.max(...differences)
  const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length
  return { right: worst <= ALLOWED, scenarios: differences.length, seed, requests: REQUESTS, worst, mean }
})
