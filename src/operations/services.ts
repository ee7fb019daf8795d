import type { MergedService } from '../translate/merged-service.ts'
import { clusterName } from '../translate/names.ts'
import type { World } from '../translate/world.ts'
import { inTurns } from './in-turns.ts'
import { type Columns, type ListRequest, listPage, type Page } from './list.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'

/** A service as all sources together say it. */
export interface ServiceSummary {
  readonly namespace: string
  readonly name: string
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
  id: service => `${service.namespace}/${service.name}`,
  fields: {
    namespace: service => service.namespace,
    name: service => service.name,
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
    await inTurns(world.services.values(), service => service.conflicts)
  const page = listPage(world.services.values(), COLUMNS, request)
  return isRefusal(page) ? page : { ...page, items: await inTurns(page.items, summary) }
}

export function readService(world: World, namespace: string, name: string): ServiceSummary | Refusal {
  const service = world.service(namespace, name)
  return service ? summary(service) : refuse('unknown', `there is no service ${namespace}/${name}`)
}

function summary(service: MergedService): ServiceSummary {
  const { namespace, name } = service
  return {
    namespace,
    name,
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
