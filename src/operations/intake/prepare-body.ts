import { objectName } from '../../kubernetes/object-name.ts'
import type { Content, ServicePlace } from '../../model/content.ts'
import { endpointCount } from '../../model/endpoint-count.ts'
import { type Entry, type EntryKey, keyText, PARTS, type Part, packEntries } from '../../model/entry.ts'
import { parseJson } from '../../model/json.ts'
import { parsePatch } from '../../model/parse-patch.ts'
import { parseRoutes } from '../../model/parse-routes.ts'
import { parseSnapshot } from '../../model/parse-snapshot.ts'
import { parseTopology } from '../../model/parse-topology.ts'
import type { Parsed, Problem } from '../../model/problem.ts'
import { tryTranslate } from '../../translate/trial.ts'
import { parseKubernetes } from './parse-kubernetes.ts'
import type { KubernetesRequest, Prepared, PreparedPart, PrepareRequest } from './prepared.ts'

/** Judges well-formed entries together; what it says of one is refused where that one stands in the body. */
export type EntryCheck = (
  entries: readonly Entry[],
) => readonly { readonly key: EntryKey; readonly detail: string }[]

/** What every body passes, in whichever thread. */
const CHECKS: readonly EntryCheck[] = [tryTranslate]

interface ParsedPart {
  readonly part: Part
  readonly content: Content
  readonly remove: readonly EntryKey[]
}

/** From the bytes of a body to what the store takes, or all that is wrong with it. Pure, and slow for large bodies. */
export function prepareBody(
  request: PrepareRequest,
  checks: readonly EntryCheck[] = CHECKS,
): Parsed<Prepared> {
  const parsed = parseBody(request)
  if (!parsed.ok) return parsed
  const parts = parsed.value
  const problems = checkProblems(parts, checks, request.kind === 'kubernetes')
  if (problems.length > 0) return { ok: false, problems }
  const value = {
    parts: parts.map(preparedPart),
    services: parts.flatMap(({ content }) => servicePlaces(content, request.kind === 'kubernetes')),
    routes: parts.flatMap(({ content }) => content.routes),
    gateways: parts.flatMap(({ content }) => content.gateways),
  }
  return { ok: true, value, warnings: parsed.warnings }
}

function parseBody(request: PrepareRequest): Parsed<ParsedPart[]> {
  if (request.kind === 'kubernetes') return then(parseKubernetes(request), replacedParts)
  const json = parseJson(request.bytes)
  return json.ok ? parseParts(request, json.value) : json
}

function parseParts(
  request: Exclude<PrepareRequest, KubernetesRequest>,
  value: unknown,
): Parsed<ParsedPart[]> {
  switch (request.kind) {
    case 'topology':
      return then(parseTopology(value), content => [{ part: 'topology', content, remove: [] }])
    case 'routes':
      return then(parseRoutes(value), content => [{ part: 'routes', content, remove: [] }])
    case 'snapshot':
      return then(parseSnapshot(value), replacedParts)
    case 'patch': {
      const { part } = request
      return then(parsePatch(part, value), content => [{ part, content, remove: content.remove }])
    }
  }
}

function replacedParts(contents: Partial<Record<Part, Content>>): ParsedPart[] {
  return PARTS.flatMap(part => {
    const content = contents[part]
    return content === undefined ? [] : [{ part, content, remove: [] }]
  })
}

function then<T, U>(parsed: Parsed<T>, make: (value: T) => U): Parsed<U> {
  return parsed.ok ? { ...parsed, value: make(parsed.value) } : parsed
}

function checkProblems(
  parts: readonly ParsedPart[],
  checks: readonly EntryCheck[],
  isKubernetes: boolean,
): Problem[] {
  const entries = parts.flatMap(({ content }) => content.entries)
  const found = checks.flatMap(check => check(entries))
  if (found.length === 0) return []
  const pointers = new Map(
    parts.flatMap(({ content }) =>
      content.entries.map((entry, index) => [keyText(entry), content.pointers[index] ?? '']),
    ),
  )
  return found.map(({ key, detail }) => ({
    pointer: pointers.get(keyText(key)) ?? '',
    detail: isKubernetes ? `${objectName(key)}: ${detail}` : detail,
  }))
}

function servicePlaces({ entries, pointers }: Content, isKubernetes: boolean): ServicePlace[] {
  const places = new Map<string, ServicePlace>()
  entries.forEach((entry, index) => {
    if (entry.kind !== 'Service' && entry.kind !== 'Endpoints') return
    const service = `${entry.namespace}/${entry.name}`
    const hasSettings = entry.kind === 'Service'
    if (!hasSettings && places.has(service)) return
    const object = isKubernetes ? { object: objectName({ ...entry, kind: 'Service' }) } : {}
    places.set(service, { service, hasSettings, pointer: pointers[index] ?? '', ...object })
  })
  return [...places.values()]
}

function preparedPart({ part, content, remove }: ParsedPart): PreparedPart {
  const lists = content.entries.filter(({ kind }) => kind === 'Endpoints')
  const endpoints = lists.reduce((sum, { body }) => sum + endpointCount(body), 0)
  return { part, entries: packEntries(content.entries), endpoints, remove }
}
