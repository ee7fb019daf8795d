import type { StateRequest } from '../../proto/state-request.ts'
import { TYPE_URLS } from '../../proto/type-urls.ts'
import type { Resource } from '../../translate/resource.ts'
import type { NamedView } from '../tables/named-view.ts'
import type { Question } from './question.ts'
import type { Questions } from './questions.ts'
import type { State } from './state-json.ts'

/**
 * Make before break without a stream: each type is asked for by itself, so what a client has of one is known from its
 * requests for others. It may ask other replicas in between: what was heard long ago counts for nothing.
 */

/** Running time in milliseconds, and how long the client waits between two requests of the same, at least. */
interface Clock {
  readonly now: number
  readonly refreshDelay: number
}

/**
 * How long things wait for one another, in milliseconds, and in refreshes more: within two of these clusters are asked
 * for, and within two more their endpoints a second time.
 */
const PATIENCE = 5_000
const PATIENT_REFRESHES = 4

/** A client asks again within two refreshes. */
const LATELY_REFRESHES = 3

/** Clusters that are gone, but that routes of this client may still lead to: they stay until it has others. */
export function keptClusters(
  question: Question,
  questions: Questions,
  view: NamedView,
  clock: Clock,
): ReadonlyMap<string, Resource> {
  const kept = new Map<string, Resource>()
  if (question.typeUrl !== TYPE_URLS.cluster || !question.isWildcard) return kept
  // Nothing was kept of what is shown still.
  if (question.known?.position === view.position && question.known.kept.length === 0) return kept
  const gone = question.possible.filter(({ name }) => view.get(name) === undefined)
  question.goneSince = gone.length === 0 ? undefined : (question.goneSince ?? clock.now)
  if (question.goneSince === undefined) return kept
  const routes = questions.ofType(TYPE_URLS.routes)
  const isKnown = routes.length > 0 && routes.every(one => one.newestAt >= question.changedAt)
  const mayLead = !isKnown && isPatient(question.goneSince, clock)
  const named = new Set(routes.flatMap(one => one.possible).flatMap(one => one.references))
  // What was never taken is of no use to a route, unless one names it.
  const used = new Set(mayLead ? question.taken?.resources : [])
  for (const one of gone) if (used.has(one) || named.has(one.name)) kept.set(one.name, one)
  return kept
}

/** Whether routes wait for their clusters. Who has none yet has no requests to lose: he gets them at once. */
export function mustWait(
  question: Question,
  { resources }: State,
  { versionInfo }: StateRequest,
  questions: Questions,
  clock: Clock,
): boolean {
  const isPremature =
    question.typeUrl === TYPE_URLS.routes &&
    versionInfo !== '' &&
    resources.some(({ references }) => references.some(name => !hasCluster(name, questions, clock)))
  question.heldSince = isPremature ? (question.heldSince ?? clock.now) : undefined
  return question.heldSince !== undefined && isPatient(question.heldSince, clock)
}

/** Envoy asks for the endpoints of a cluster while it has it, and sends nothing there before it has these. */
function hasCluster(name: string, questions: Questions, { now, refreshDelay }: Clock): boolean {
  const question = questions.about(TYPE_URLS.endpoints, name)
  return question?.taken !== undefined && now - question.heardAt <= LATELY_REFRESHES * refreshDelay
}

function isPatient(since: number, { now, refreshDelay }: Clock): boolean {
  return now - since < PATIENCE + PATIENT_REFRESHES * refreshDelay
}
