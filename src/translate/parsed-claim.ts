import type { StoredEntry } from '../model/change.ts'
import type { Endpoint, Endpoints, Service, ServicePort } from '../model/topology.ts'
import type { EndpointClaim } from './service-candidates.ts'

/** What one source says of a service. Bodies are text until somebody asks: most services of a push are never looked at. */
export interface ServiceClaim {
  readonly source: string
  readonly service?: StoredEntry | undefined
  readonly endpoints?: StoredEntry | undefined
}

/** What the bodies of a claim say. */
export class ParsedClaim implements EndpointClaim {
  readonly source: string
  /** Revision of the settings, for people. */
  readonly since: number
  readonly settings: Service | undefined
  readonly #body: string | undefined
  #endpoints: readonly Endpoint[] | undefined
  #impliedPorts: readonly ServicePort[] | undefined

  constructor({ source, service, endpoints }: ServiceClaim) {
    this.source = source
    this.since = service?.since ?? 0
    this.settings = service && (JSON.parse(service.body) as Service)
    this.#body = endpoints?.body
  }

  /** Parsed when they are asked for: most of what is asked of a claim are its settings. */
  get endpoints(): readonly Endpoint[] {
    this.#endpoints ??= this.#body === undefined ? [] : (JSON.parse(this.#body) as Endpoints).endpoints
    return this.#endpoints
  }

  get ports(): readonly ServicePort[] | undefined {
    const declared = this.settings?.ports
    if (declared !== undefined) return declared
    this.#impliedPorts ??= impliedPorts(this.endpoints)
    return this.#impliedPorts
  }

  /** They take several times what their text does, which stays. */
  forgetEndpoints(): void {
    this.#endpoints = undefined
  }
}

/** A service may leave its ports out when all its endpoints have one equal port: that is then the service's. */
function impliedPorts(endpoints: readonly Endpoint[]): ServicePort[] | undefined {
  const numbers = new Set(endpoints.map(one => one.port))
  const [port] = numbers
  return numbers.size === 1 && port !== undefined ? [{ port }] : undefined
}

/** Of all claims by number: the one that is claimed first stands. */
export function mergedPorts(claims: readonly ParsedClaim[]): ServicePort[] {
  const ports = new Map<number, ServicePort>()
  for (const claim of claims) {
    for (const port of claim.ports ?? []) if (!ports.has(port.port)) ports.set(port.port, port)
  }
  return [...ports.values()].sort((a, b) => a.port - b.port)
}

/** By zone: rules may name hundreds, of services with thousands of endpoints. */
export function regionsOfEndpoints(claims: readonly ParsedClaim[]): Map<string, Set<string>> {
  const regions = new Map<string, Set<string>>()
  for (const { zone, region } of claims.flatMap(claim => claim.endpoints)) {
    if (zone === undefined || region === undefined) continue
    regions.set(zone, (regions.get(zone) ?? new Set()).add(region))
  }
  return regions
}
