import { type Place, zoneKey } from '../../locality/place.ts'
import type { ProxyStatus } from '../../model/proxies.ts'
import type { MergedService } from '../../translate/merged-service.ts'
import { keeperOf } from '../../translate/realm.ts'
import type { World } from '../../translate/world.ts'
import { inTurns } from '../in-turns.ts'
import { type Columns, type ListRequest, listPage, type Page } from '../list.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { roundedShare } from '../rounded-share.ts'
import { findZone, type NamedZone } from './find-zone.ts'
import { type AskedPort, askedPorts } from './in-zone-share.ts'
import { connectedStandpoints, Standpoints } from './standpoints.ts'

/** A port of a service as a zone asks it. */
interface ZoneService extends AskedPort {
  /** `namespace/name`. */
  readonly service: string
  /** The source that keeps the service to itself. */
  readonly source?: string
  /** Those in the zone, whether ready or not. */
  readonly endpoints: number
}

export interface ZoneServiceList extends Page<ZoneService> {
  readonly revision: number
  readonly region: string
  readonly zone: string
}

const COLUMNS: Columns<ZoneService> = {
  id: ({ service, port, source = '' }) => `${service}/${port} ${source}`,
  fields: {
    service: ({ service }) => service,
    port: ({ port }) => port,
    mode: ({ mode }) => mode,
    endpoints: ({ endpoints }) => endpoints,
    inZoneShare: ({ inZoneShare }) => inZoneShare ?? -1,
  },
}

/** What becomes of a zone's requests, service by service. */
export async function listZoneServices(
  world: World,
  proxies: readonly ProxyStatus[],
  zone: NamedZone,
  request: ListRequest,
): Promise<ZoneServiceList | Refusal> {
  const place = await findZone(world, proxies, zone, 'malformed')
  if (isRefusal(place)) return place
  const standpoints = connectedStandpoints(world, proxies).get(zoneKey(place)) ?? new Standpoints(place)
  const services = await inTurns(world.allServices(), service =>
    (askedPorts(world, service, [standpoints])[0] ?? []).map(port => zoneService(service, place, port)),
  )
  const page = listPage(services.flat(), COLUMNS, request)
  return isRefusal(page) ? page : { revision: world.revision, ...place, ...page }
}

function zoneService(
  service: MergedService,
  place: Place,
  { port, mode, inZoneShare }: AskedPort,
): ZoneService {
  const { namespace, name, realm } = service
  const source = keeperOf(realm)
  const candidates = service.decision(port)?.candidates ?? []
  return {
    service: `${namespace}/${name}`,
    ...(source !== undefined && { source }),
    port,
    mode,
    endpoints: candidates.filter(one => zoneKey(one) === zoneKey(place)).length,
    inZoneShare: inZoneShare === null ? null : roundedShare(inZoneShare),
  }
}
