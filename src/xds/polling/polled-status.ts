import type { HeldResource, HeldType, HeldVersion, ResourceStatus } from '../../model/held-resources.ts'
import type { ResourceVersion } from '../../model/nacks.ts'
import type { ProxyTypeStatus, TypeStatus } from '../../model/proxies.ts'
import type { Resource } from '../../translate/resource.ts'
import { answerTo, type VersionAnswer } from '../protocol/holdings.ts'
import { ShownResources } from '../protocol/shown-resources.ts'
import type { NamedView } from '../tables/named-view.ts'
import type { Question } from './question.ts'
import type { State } from './state-json.ts'

/** How the questions of one type stand; `isDue`: another answer than the client has. `dateOf`: of a time that it was answered at. */
export function typeStatus(
  typeUrl: string,
  questions: readonly Question[],
  isDue: (question: Question) => boolean,
  dateOf: (time: number) => Date,
): ProxyTypeStatus {
  const sizes = (state: (question: Question) => State | undefined) =>
    questions.reduce((sum, one) => sum + (state(one)?.resources.length ?? 0), 0)
  const rejection = questions.find(one => one.rejection !== undefined)?.rejection
  const since = questions.flatMap(one => one.unansweredSince ?? [])
  const status: TypeStatus =
    rejection !== undefined
      ? 'NACK'
      : since.length > 0
        ? 'STALE'
        : questions.some(isDue)
          ? 'NOT_SENT'
          : 'SYNCED'
  return {
    typeUrl,
    status,
    ...(since.length > 0 && {
      unansweredSince: dateOf(since.reduce((a, b) => Math.min(a, b))).toISOString(),
    }),
    wildcard: questions.some(one => one.isWildcard),
    names: new Set(questions.flatMap(one => one.names)).size,
    sent: sizes(one => one.latest),
    acked: sizes(one => one.taken),
    held: questions.filter(one => one.heldSince !== undefined).length,
    ...(rejection && {
      rejected: { detail: rejection.detail, resources: rejection.resources, at: rejection.at },
    }),
  }
}

/** What the client has of one type. */
export function heldType(typeUrl: string, questions: readonly Question[], view: NamedView): HeldType {
  return {
    typeUrl,
    wildcard: questions.some(one => one.isWildcard),
    resources: questions.flatMap(one => heldResources(one, view)),
  }
}

function heldResources(question: Question, view: NamedView): HeldResource[] {
  const taken = byName(question.taken)
  const latest = byName(question.latest)
  const isRefused = question.isRefused(question.latest?.version ?? '')
  const shown = new ShownResources(view, question, true)
  return [...new Set([...question.names, ...taken.keys(), ...latest.keys()])].map(name => {
    const has = taken.get(name)
    const sent = latest.get(name)
    const now = shown.get(name)
    const held = (status: ResourceStatus, offered?: HeldVersion): HeldResource => ({
      name,
      status,
      ...(has && { has }),
      ...(offered && { offered }),
    })
    if (now?.version !== sent?.version) return held('NOT_SENT', now)
    if (has?.version !== sent?.version) return held(isRefused ? 'NACK' : 'STALE', sent)
    return held(has === undefined ? 'MISSING' : 'SYNCED')
  })
}

/** What the client said to a version of a resource. */
export function answerOf(
  questions: readonly Question[],
  { name, version }: ResourceVersion,
): VersionAnswer | undefined {
  for (const question of questions) {
    const answer = answerTo(version, question.of(name))
    if (answer !== undefined) return answer
  }
  return undefined
}

function byName(state: State | undefined): ReadonlyMap<string, Resource> {
  return new Map(state?.resources.map(one => [one.name, one]))
}
