import { assign } from '../locality/assign.ts'
import type { AssignedEndpoint } from '../locality/assignment.ts'
import type { LocalityPolicy } from '../locality/locality-policy.ts'
import { placeName } from '../locality/place.ts'
import type { Viewpoint } from '../model/viewpoint.ts'
import type { Store } from '../store/store.ts'
import type { MergedService } from '../translate/merged-service.ts'
import { keeperOf } from '../translate/realm.ts'
import type { World } from '../translate/world.ts'
import { findService } from './find-service.ts'
import { pastWorld } from './past-world.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'

export interface AssignmentQuestion {
  readonly namespace: string
  readonly name: string
  /** Needed where the service has several. */
  readonly port?: number | undefined
  readonly viewpoint: Viewpoint
}

/** Who gets which endpoints of a service, and why: the very decision that Envoys are served. */
export interface Explanation {
  readonly service: string
  readonly port: number
  readonly revision: number
  readonly viewpoint: Partial<Viewpoint>
  readonly mode: string
  readonly rule: string
  readonly notes: readonly string[]
  /** The `locality` settings that somebody has set, and who; left out where nobody has. */
  readonly settings?: Readonly<Record<string, ExplainedSetting>>
  readonly endpoints: readonly ExplainedEndpoint[]
}

interface ExplainedSetting {
  readonly value: unknown
  readonly origin: string
}

interface ExplainedEndpoint {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly region: string
  readonly zone: string
  readonly subZone?: string
  readonly node: string
  readonly source: string
  /** Of another network: what is sent in its place. */
  readonly via?: {
    readonly network: string
    readonly gateways: readonly { readonly address: string; readonly port: number }[]
  }
  readonly chosen: boolean
  readonly priority: number | null
  readonly weight: number
  readonly share: number
  readonly reason: string
  /** The revision that wrote its source's endpoints of the service as they stand. */
  readonly revision: number
}

/** The same question about an old revision. */
export async function explainAt(
  store: Store,
  revision: number,
  question: AssignmentQuestion,
): Promise<Explanation | Refusal> {
  const world = await pastWorld(store, revision, question)
  return isRefusal(world) ? world : explain(world, question)
}

export function explain(world: World, question: AssignmentQuestion): Explanation | Refusal {
  const { namespace, name } = question
  const service = findService(world, namespace, name, question.viewpoint.source)
  if (isRefusal(service)) return service

  const numbers = service.ports.map(port => port.port)
  const port = question.port ?? (numbers.length === 1 ? numbers[0] : undefined)
  const decision = port === undefined ? undefined : service.decision(port)
  if (port === undefined || decision === undefined) return refusePort(`${namespace}/${name}`, numbers, port)

  const viewpoint = world.locate(viewpointOn(service, question.viewpoint))
  const { mode, rule, notes, endpoints } = assign(decision, viewpoint)
  const settings = explainedSettings(decision.policy)
  // Looked up here, not carried by the candidates: no assignment may differ because its endpoints were written anew.
  const revisions = new Map(service.claims.map(claim => [claim.source, claim.endpoints?.since ?? 0]))
  return {
    service: `${namespace}/${name}`,
    port,
    revision: world.revision,
    viewpoint: Object.fromEntries(Object.entries(viewpoint).filter(([, value]) => value !== '')),
    mode,
    rule,
    notes,
    ...(Object.keys(settings).length > 0 && { settings }),
    endpoints: endpoints.map(one => explained(one, revisions)),
  }
}

/** Only proxies of its source see a service that this keeps to itself. */
function viewpointOn({ realm }: MergedService, viewpoint: Viewpoint): Viewpoint {
  const source = keeperOf(realm)
  return source === undefined ? viewpoint : { ...viewpoint, source }
}

function explainedSettings({
  notes: _notes,
  distribute,
  ...policy
}: LocalityPolicy): Record<string, ExplainedSetting> {
  const distributions = [...distribute.value.values()].map(({ from, to }) => ({
    from: placeName(from),
    to: Object.fromEntries(to.map(one => [placeName(one), one.weight])),
  }))
  const all = { ...policy, distribute: { value: distributions, origin: distribute.origin } }
  return Object.fromEntries(
    Object.entries(all).flatMap(([field, { value, origin }]) =>
      origin === undefined ? [] : [[field, { value, origin }]],
    ),
  )
}

function refusePort(service: string, numbers: readonly number[], port: number | undefined): Refusal {
  if (numbers.length === 0)
    return refuse('unknown', `service ${service} has no ports: none are declared, and no endpoints have any`)
  const known = `service ${service} has the ports ${numbers.join(', ')}`
  if (port !== undefined) return refuse('unknown', `${known}, and no port ${port}`)
  const problem = { pointer: '/port', detail: `is needed: one of ${numbers.join(', ')}` }
  return refuse('malformed', known, [problem])
}

function explained(
  { candidate, chosen, priority, share, via, reason }: AssignedEndpoint,
  revisions: ReadonlyMap<string, number>,
): ExplainedEndpoint {
  const { name, address, port, region, zone, subZone, node, source, weight } = candidate
  const place = { region, zone, ...(subZone === '' ? {} : { subZone }), node, source }
  const revision = revisions.get(source) ?? 0
  const through = via && {
    network: via.name,
    gateways: via.gateways.map(one => ({ address: one.address, port: one.port })),
  }
  const where = { name, address, port, ...place, ...(through && { via: through }) }
  return { ...where, chosen, priority, weight, share, reason, revision }
}
