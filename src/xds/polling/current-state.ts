import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Resource } from '../../translate/resource.ts'
import { StateVersion } from '../protocol/state-version.ts'
import type { State } from './state-json.ts'

/** Resources that are made and hashed between two looks at the clock: about a millisecond. */
const BATCH = 32
/** How long it may go on before others have their turn, in milliseconds. */
const SLICE = 5

/**
 * What there is of these names. Ten thousand clusters take a second to make: it is done in slices, and what changes
 * meanwhile is there or not, and the version says which.
 */
export async function currentState(
  get: (name: string) => Resource | undefined,
  names: Iterable<string>,
): Promise<State> {
  const resources: Resource[] = []
  const version = new StateVersion()
  let until = performance.now() + SLICE
  let counted = 0
  for (const name of names) {
    const resource = get(name)
    if (resource !== undefined) resources.push(resource)
    if (resources.length - counted < BATCH) continue
    version.change(resources.slice(counted), [])
    counted = resources.length
    if (performance.now() < until) continue
    await nextTurn()
    until = performance.now() + SLICE
  }
  version.change(resources.slice(counted), [])
  return { version: version.text, resources }
}
