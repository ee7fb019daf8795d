import type { StoredEntry } from '../model/change.ts'
import type { Entry, EntryKey } from '../model/entry.ts'
import { listenerResource } from './gateway-resources.ts'
import type { MergedService } from './merged-service.ts'
import { clusterName } from './names.ts'
import { clusterResource } from './resource.ts'
import { declaresPorts } from './service-claims.ts'
import type { SourceRoute } from './source-route.ts'
import { World } from './world.ts'
import { WorldDraft } from './world-draft.ts'

/** An entry that has no translation. The parser should have refused it: that it got this far is a bug to report. */
export interface Untranslatable {
  readonly key: EntryKey
  readonly detail: string
}

/**
 * Translates what a push brings as if it stood alone: what cannot be translated is not stored, so that nothing in the
 * database can keep a replica from serving the rest. Assignments are left out: they are made of addresses and numbers
 * that the schema has checked, and there are thousands. So endpoints matter only to a service that has its ports of them.
 */
export function tryTranslate(entries: readonly Entry[]): Untranslatable[] {
  const draft = new WorldDraft(World.EMPTY)
  const tried = withoutAssignments(oneOfEachSettings(entries))
  draft.add({ revision: 1, reset: false, upserted: tried.map(asStored), removed: [] })
  const { world } = draft.finish(1)
  const services = [...world.allServices()].flatMap(service =>
    attempt({ kind: 'Service', namespace: service.namespace, name: service.name }, () => tryService(service)),
  )
  const gateways = [...world.gateways.values()].flatMap(({ key, groups }) => {
    const [namespace = '', name = ''] = key.split('/')
    return attempt({ kind: 'Gateway', namespace, name }, () => groups.map(one => listenerResource(one)))
  })
  const routes = [...world.routes.values()].flatMap(one => {
    const { kind, namespace, name } = one.route
    return attempt({ kind, namespace, name }, () => tryRoute(one))
  })
  return [...services, ...gateways, ...routes]
}

function tryService(service: MergedService): void {
  for (const { port } of service.ports) {
    clusterResource(service, clusterName(service.namespace, service.name, port), port)
  }
}

/**
 * Its gateway may belong to another source, and its services too: as if it had all of them. What stands around its
 * matches, the virtual host and the route configuration, is made of names that the schema has checked.
 */
function tryRoute(route: SourceRoute): void {
  route.translation(80, () => ({ hashPolicy: undefined }))
}

/**
 * Thousands of services differ in their names alone, which the schema has checked: of those that say the same the first
 * is tried. One without ports is not like another: it has those of its endpoints.
 */
function oneOfEachSettings(entries: readonly Entry[]): readonly Entry[] {
  const seen = new Set<string>()
  return entries.filter(({ kind, namespace, name, body }) => {
    const named = JSON.stringify({ namespace, name }).slice(0, -1)
    if (kind !== 'Service' || !body.startsWith(named) || !body.includes('"ports":')) return true
    const settings = body.slice(named.length)
    const isFirst = !seen.has(settings)
    seen.add(settings)
    return isFirst
  })
}

function withoutAssignments(entries: readonly Entry[]): readonly Entry[] {
  const keys = entries.filter(isWithoutPorts).map(({ namespace, name }) => `${namespace}/${name}`)
  const portless = new Set(keys)
  return entries.filter(
    ({ kind, namespace, name }) => kind !== 'Endpoints' || portless.has(`${namespace}/${name}`),
  )
}

function isWithoutPorts(entry: Entry): boolean {
  return entry.kind === 'Service' && !declaresPorts({ source: 'trial', service: asStored(entry) })
}

function asStored(entry: Entry): StoredEntry {
  return { ...entry, source: 'trial', since: 1, created: 1 }
}

function attempt(key: EntryKey, translate: () => void): Untranslatable[] {
  try {
    translate()
    return []
  } catch (error) {
    return [
      { key, detail: `cannot be translated for Envoy: ${error instanceof Error ? error.message : error}` },
    ]
  }
}
