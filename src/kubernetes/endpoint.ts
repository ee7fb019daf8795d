import type { SliceEndpoint, SlicePort } from './endpoint-slice.ts'
import type { MergedEndpoint } from './merged-endpoints.ts'
import type { NodePlace } from './node.ts'
import { type Origin, originAt } from './origin.ts'
import { regionOn, type ZoneRegions } from './zone.ts'

/** Where the cluster's nodes and zones are. */
export interface Places {
  readonly nodes: ReadonlyMap<string, NodePlace>
  readonly regions: ZoneRegions
}

/** A native endpoint, and what it was made of. */
export interface ConvertedEndpoint {
  readonly item: object
  readonly isReady: boolean
  readonly hasHints: boolean
  readonly origin: Origin
}

/**
 * The native endpoints of a service. A target that slices bring port by port is one endpoint with several ports,
 * where all else is equal.
 */
export function convertEndpoints(
  merged: readonly MergedEndpoint[],
  hasOnePort: boolean,
  places: Places,
): ConvertedEndpoint[] {
  const alone = merged.map(one => new EndpointDraft(one, places))
  const drafts = hasOnePort ? alone : joinPorts(alone)
  const taken = new Map<string, number>()
  for (const { name } of drafts) taken.set(name, (taken.get(name) ?? 0) + 1)
  return drafts.map(draft => draft.finish(taken.get(draft.name) === 1, hasOnePort))
}

function joinPorts(drafts: readonly EndpointDraft[]): EndpointDraft[] {
  const last = new Map<string, EndpointDraft>()
  return drafts.filter(draft => {
    const key = draft.textWithoutPorts()
    if (last.get(key)?.join(draft) === true) return false
    last.set(key, draft)
    return true
  })
}

/** plainText of the model: what a name may have. */
const MAX_NAME = 253

class EndpointDraft {
  readonly merged: MergedEndpoint
  readonly name: string
  /** All but name, address and ports. */
  readonly body: ReturnType<typeof bodyOf>
  readonly #ports: SlicePort[]

  constructor(merged: MergedEndpoint, places: Places) {
    this.merged = merged
    this.#ports = [...merged.ports]
    this.body = bodyOf(merged, places)
    this.name = nameOf(merged.endpoint)
  }

  textWithoutPorts(): string {
    return JSON.stringify([this.name, this.merged.endpoint.address, this.body])
  }

  /** Takes the ports of the other; false where both have one of a name. */
  join(other: EndpointDraft): boolean {
    const names = new Set(this.#ports.map(({ name }) => name))
    if (other.#ports.some(({ name }) => names.has(name))) return false
    this.#ports.push(...other.#ports)
    return true
  }

  finish(hasOwnName: boolean, hasOnePort: boolean): ConvertedEndpoint {
    const { merged, body } = this
    const { address } = merged.endpoint
    const [first] = this.#ports
    const item = {
      name: hasOwnName ? this.name : this.#qualifiedName(hasOnePort),
      address,
      ...(hasOnePort
        ? { port: first?.number }
        : { ports: Object.fromEntries(this.#ports.map(({ name, number }) => [name, number])) }),
      ...body,
    }
    return {
      item,
      isReady: body.ready !== false,
      hasHints: body.hints !== undefined,
      origin: this.#origin(hasOnePort),
    }
  }

  /** Of one port of the service each place is there once, so it tells those of one name apart. */
  #qualifiedName(hasOnePort: boolean): string {
    const { address, family } = this.merged.endpoint
    const [first] = this.#ports
    const host = family === 'IPv6' ? `[${address}]` : address
    const place = `${host}:${hasOnePort ? '' : `${first?.name}=`}${first?.number}`
    const name = this.name === address ? place : `${this.name}@${place}`
    return name.length > MAX_NAME ? place : name
  }

  #origin(hasOnePort: boolean): Origin {
    return pointer => {
      const { fields } = this.merged.endpoint
      const [, list, index = '', rest = ''] =
        /^\/(ports?|additionalAddresses)(?:\/([^/]*))?(.*)$/.exec(pointer) ?? []
      if (list === 'port' && hasOnePort) return this.#ports[0]?.fields.at('port') ?? fields.pointer
      if (list === 'ports') return this.#portPlace(index)
      if (list === 'additionalAddresses') {
        const other = this.merged.others[Number(index)] ?? this.merged.endpoint
        return other.fields.at('addresses', 0) + rest
      }
      return originAt(fields.pointer, FIELDS)(pointer)
    }
  }

  #portPlace(name: string): string {
    const port = this.#ports.find(one => one.name === name)
    return port?.fields.at('port') ?? this.merged.endpoint.slice.fields.at('ports')
  }
}

const FIELDS = {
  '/name': '/targetRef/name',
  '/address': '/addresses/0',
  '/zone': '/zone',
  '/region': '/nodeName',
  '/node': '/nodeName',
  '/ready': '/conditions/ready',
  '/serving': '/conditions/serving',
  '/terminating': '/conditions/terminating',
  '/hints': '/hints',
  '/hints/zones': '/hints/forZones',
  '/hints/nodes': '/hints/forNodes',
}

function nameOf({ fields, address }: SliceEndpoint): string {
  const target = fields.object('targetRef')
  return (target?.text('kind') === 'Pod' && target.text('name')) || address
}

/** Conditions as kube-proxy takes them: unset, serving is true and terminating false; an unset ready is kept. */
function bodyOf({ endpoint: { fields }, others }: MergedEndpoint, { nodes, regions }: Places) {
  const zone = fields.text('zone') || undefined
  const node = fields.text('nodeName') || undefined
  const region = regionOn(node === undefined ? undefined : nodes.get(node), zone, regions)
  const conditions = fields.object('conditions')
  const ready = conditions?.flag('ready') ?? null
  const serving = conditions?.flag('serving') ?? true
  const terminating = conditions?.flag('terminating') ?? false
  const hints = hintsOf(fields)
  return {
    ...(others.length > 0 && { additionalAddresses: others.map(({ address }) => address) }),
    ...(region !== undefined && { region }),
    ...(zone !== undefined && { zone }),
    ...(node !== undefined && { node }),
    ...(ready !== true && { ready }),
    ...(!serving && { serving }),
    ...(terminating && { terminating }),
    ...(hints !== undefined && { hints }),
  }
}

function hintsOf(endpoint: SliceEndpoint['fields']): { zones?: string[]; nodes?: string[] } | undefined {
  const hints = endpoint.object('hints')
  if (hints === undefined) return undefined
  const [zones, nodes] = ['forZones', 'forNodes'].map(list =>
    hints.objects(list).flatMap(one => one.text('name') ?? []),
  ) as [string[], string[]]
  if (zones.length === 0 && nodes.length === 0) return undefined
  return { ...(zones.length > 0 && { zones }), ...(nodes.length > 0 && { nodes }) }
}
