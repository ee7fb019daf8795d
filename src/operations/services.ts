import { DEFAULT_GROUP } from '../model/control.ts'
import { withoutDefaults } from '../model/without-defaults.ts'
import type { MergedService } from '../translate/merged-service.ts'
import { clusterName } from '../translate/names.ts'
import { FLEET, groupOf } from '../translate/realm.ts'
import type { World } from '../translate/world.ts'
import { findService } from './find-service.ts'
import { inTurns } from './in-turns.ts'
import { type Columns, type ListRequest, listPage, type Page } from './list.ts'
import { isRefusal, type Refusal } from './refusal.ts'

/** A service as all sources of a group together say it, or the one source that keeps it to itself. */
export interface ServiceSummary {
  readonly namespace: string
  readonly name: string
  /** Left out of a service of a fleet. */
  readonly scope?: 'source'
  /** Whose fleet has it; left out of the default group, and of a service with a scope. */
  readonly group?: string | undefined
  readonly mode: string
  readonly ports: readonly ServicePortSummary[]
  /** Those that have it, the one whose word counts first. */
  readonly sources: readonly string[]
  readonly conflicts: readonly { readonly field: string; readonly source: string; readonly detail: string }[]
}

interface ServicePortSummary {
  readonly port: number
  readonly name?: string
  readonly appProtocol?: string
  /** Name of its cluster and of its assignment in Envoy. */
  readonly cluster: string
  /** Of all sources, whether ready or not. */
  readonly endpoints: number
}

const COLUMNS: Columns<MergedService> = {
  id: ({ namespace, name, realm }) => `${namespace}/${name}${realm === FLEET ? '' : ` ${realm}`}`,
  fields: {
    namespace: service => service.namespace,
    name: service => service.name,
    scope: service => scopeOf(service),
    group: ({ realm }) => groupOf(realm) ?? '',
    mode: service => service.mode,
    source: service => service.sources,
    conflicts: service => service.conflicts.length,
  },
}

export async function listServices(
  world: World,
  request: ListRequest,
): Promise<Page<ServiceSummary> | Refusal> {
  const asked = [request.sort?.replace('-', ''), ...request.filters.map(filter => filter.field)]
  // These two parse every service that there is; what is parsed once stays so.
  if (asked.includes('mode') || asked.includes('conflicts'))
    await inTurns(world.allServices(), service => service.conflicts)
  const page = listPage(world.allServices(), COLUMNS, request)
  return isRefusal(page) ? page : { ...page, items: await inTurns(page.items, summary) }
}

/** As `source` sees it; '' is nobody's. */
export function readService(
  world: World,
  namespace: string,
  name: string,
  source: string,
): ServiceSummary | Refusal {
  const service = findService(world, namespace, name, source)
  return isRefusal(service) ? service : summary(service)
}

function scopeOf({ realm }: MergedService): 'fleet' | 'source' {
  return groupOf(realm) === undefined ? 'source' : 'fleet'
}

function summary(service: MergedService): ServiceSummary {
  const { namespace, name } = service
  const scope = scopeOf(service)
  return {
    namespace,
    name,
    ...(scope === 'source' && { scope }),
    ...withoutDefaults({ group: groupOf(service.realm) }, { group: DEFAULT_GROUP }),
    mode: service.mode,
    ports: service.ports.map(port => ({
      ...port,
      cluster: clusterName(namespace, name, port.port),
      endpoints: service.decision(port.port)?.candidates.length ?? 0,
    })) as ServicePortSummary[],
    sources: service.sources,
    conflicts: service.conflicts,
  }
}
