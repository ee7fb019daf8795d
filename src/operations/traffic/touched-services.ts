import { kindsOf } from '../../model/entry.ts'
import type { Store } from '../../store/store.ts'
import { isGone, type Refusal, refuseGone } from '../refusal.ts'

/** What a revision has to do with services. */
export interface Touched {
  /** The revision wrote something of it. */
  isNamed(service: string): boolean
  /** It wrote something that the service may read. */
  may(service: string): boolean
  /** The only one that it may have to do with. */
  readonly only: string | undefined
}

export async function touchedServices(store: Store, revision: number): Promise<Touched | Refusal> {
  const diff = await store.diff(revision - 1, revision)
  if (isGone(diff)) return refuseGone(revision - 1, diff)
  const named = new Set<string>()
  let isOfMore = false
  for (const { kind, namespace, name } of diff) {
    if (kind === 'Service' || kind === 'Endpoints') named.add(`${namespace}/${name}`)
    else if (!OF_ROUTES.has(kind)) isOfMore = true
  }
  const [first] = named
  return {
    isNamed: name => named.has(name),
    may: name => isOfMore || named.has(name),
    only: named.size === 1 && !isOfMore ? first : undefined,
  }
}

/** What no assignment reads. */
const OF_ROUTES: ReadonlySet<string> = new Set(kindsOf('routes'))
