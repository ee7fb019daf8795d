import type { Envoy } from './envoy.ts'
import { CLUSTER } from './scenario.ts'

const GIVE_UP = 10_000

/**
 * Pushes `count` times and measures each time how long it takes from sending the push until Envoy's
 * `membership_total` of the scenario's cluster has changed, in milliseconds. Envoy is asked without a pause, so the
 * resolution is that of its admin interface (a fraction of a millisecond).
 */
export async function membershipChanges(
  envoy: Envoy,
  count: number,
  push: (index: number) => Promise<unknown>,
): Promise<number[]> {
  const name = `cluster.${CLUSTER}.membership_total`
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const before = await envoy.stat(name)
    const began = performance.now()
    let refused: Error | undefined
    const pushed = push(index).catch((error: Error) => {
      refused = error
    })
    while ((await envoy.stat(name)) === before) {
      if (refused) throw refused
      if (performance.now() - began > GIVE_UP)
        throw new Error(`Envoy's ${name} stays at ${before} after a push`)
    }
    times.push(performance.now() - began)
    await pushed
  }
  return times
}
