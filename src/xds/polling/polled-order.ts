import type { StateRequest } from '../../proto/state-request.ts'
import { TYPE_URLS } from '../../proto/type-urls.ts'
import type { Resource } from '../../translate/resource.ts'
import type { View } from '../view.ts'
import type { Question } from './question.ts'
import type { Questions } from './questions.ts'
import type { State } from './state-json.ts'

/**
 * Make before break without a stream: each type is asked for by itself, so what the client has of one is known from its
 * requests for others.
 */

/** How long routes wait for their clusters, in milliseconds, and in refreshes more: a poll of each type comes within two. */
const PATIENCE = 5_000
const PATIENT_REFRESHES = 4

/** How long after it was decided an assignment may be on its way, in milliseconds. */
const ON_ITS_WAY = 250

/** Clusters that are gone, but that routes of this client may still lead to: they stay until it has others. */
export function keptClusters(
  question: Question,
  questions: Questions,
  view: View,
): ReadonlyMap<string, Resource> {
  const kept = new Map<string, Resource>()
  if (question.typeUrl !== TYPE_URLS.cluster || !question.isWildcard) return kept
  const named = new Set<string>()
  for (const { possible } of questions.ofType(TYPE_URLS.routes)) {
    for (const { references } of possible) {
      for (const name of references) if (view.get(name) === undefined) named.add(name)
    }
  }
  if (named.size === 0) return kept
  for (const one of question.possible) if (named.has(one.name)) kept.set(one.name, one)
  return kept
}

/**
 * Whether routes wait for their clusters. Who has none yet has no requests to lose: he gets them at once.
 * `refreshDelay`: of the client, in milliseconds.
 */
export function mustWait(
  question: Question,
  { resources }: State,
  { versionInfo }: StateRequest,
  questions: Questions,
  { now, refreshDelay }: { readonly now: number; readonly refreshDelay: number },
): boolean {
  const isPremature =
    question.typeUrl === TYPE_URLS.routes &&
    versionInfo !== '' &&
    resources.some(({ references }) => references.some(name => !hasCluster(name, questions, now)))
  question.heldSince = isPremature ? (question.heldSince ?? now) : undefined
  return (
    question.heldSince !== undefined && now - question.heldSince < PATIENCE + PATIENT_REFRESHES * refreshDelay
  )
}

/** Envoy asks for the endpoints of a cluster as soon as it has it, and uses it when it has these. */
function hasCluster(name: string, questions: Questions, now: number): boolean {
  const question = questions.about(TYPE_URLS.endpoints, name)
  return question !== undefined && now - question.decidedAt >= ON_ITS_WAY
}
