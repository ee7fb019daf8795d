import type { SliceEndpoint, SlicePort } from './endpoint-slice.ts'
import type { Fields } from './fields.ts'
import type { MergedEndpoint } from './merged-endpoints.ts'
import type { NodeLocality } from './node.ts'
import { originAt } from './origin.ts'
import { regionOn, type ZoneRegions } from './zone.ts'

/** Where the cluster's nodes and zones are. */
export interface Localities {
  readonly nodes: ReadonlyMap<string, NodeLocality>
  readonly regions: ZoneRegions
}

/**
 * The native endpoints of a service. A target that slices bring port by port is one endpoint with several ports,
 * where all else is equal.
 */
export function convertEndpoints(
  merged: readonly MergedEndpoint[],
  hasOnePort: boolean,
  localities: Localities,
): readonly ConvertedEndpoint[] {
  const each = merged.map(one => new ConvertedEndpoint(one, hasOnePort, localities))
  const endpoints = hasOnePort ? each : joinPorts(each)
  const taken = new Map<string, number>()
  for (const { item } of endpoints) taken.set(item.name, (taken.get(item.name) ?? 0) + 1)
  for (const one of endpoints) if (taken.get(one.item.name) !== 1) one.qualifyName()
  return endpoints
}

function joinPorts(endpoints: readonly ConvertedEndpoint[]): readonly ConvertedEndpoint[] {
  const addresses = new Set(endpoints.map(({ item }) => item.address))
  if (addresses.size === endpoints.length) return endpoints
  const last = new Map<string, ConvertedEndpoint>()
  return endpoints.filter(one => {
    const key = JSON.stringify({ ...one.item, ports: undefined })
    if (last.get(key)?.join(one) === true) return false
    last.set(key, one)
    return true
  })
}

/** plainText of the model: what a name may have. */
const MAX_NAME = 253

/** A native endpoint, and where it comes from. There are many, so that it is written field by field. */
export class ConvertedEndpoint {
  readonly item: NativeEndpoint
  readonly #merged: MergedEndpoint
  #ports: readonly SlicePort[]

  constructor(merged: MergedEndpoint, hasOnePort: boolean, localities: Localities) {
    this.#merged = merged
    this.#ports = merged.ports
    this.item = nativeEndpoint(merged, hasOnePort, localities)
  }

  /** Takes the ports of the other; false where both have one of a name. */
  join(other: ConvertedEndpoint): boolean {
    const names = new Set(this.#ports.map(({ name }) => name))
    if (other.#ports.some(({ name }) => names.has(name))) return false
    this.#ports = [...this.#ports, ...other.#ports]
    Object.assign(this.item.ports ?? {}, other.item.ports)
    return true
  }

  /** Of one port of the service each socket is there once, so it tells those of one name apart. */
  qualifyName(): void {
    const { address, family } = this.#merged.endpoint
    const [first] = this.#ports
    const host = family === 'IPv6' ? `[${address}]` : address
    const socket = `${host}:${this.item.ports === undefined ? '' : `${first?.name}=`}${first?.number}`
    const name = this.item.name === address ? socket : `${this.item.name}@${socket}`
    this.item.name = name.length > MAX_NAME ? socket : name
  }

  /** From a pointer inside of the item to the place in the document. */
  locate(pointer: string): string {
    const { endpoint, others } = this.#merged
    const [, list, index = ''] = /^\/(port|ports|additionalAddresses)(?:\/([^/]*))?$/.exec(pointer) ?? []
    if (list === 'port') return this.#ports[0]?.fields.at('port') ?? endpoint.fields.pointer
    if (list === 'ports') {
      const port = this.#ports.find(({ name }) => name === index)
      return port?.fields.at('port') ?? endpoint.slice.fields.at('ports')
    }
    if (list === 'additionalAddresses') return (others[Number(index)] ?? endpoint).fields.at('addresses', 0)
    return originAt(endpoint.fields.pointer, FIELDS)(pointer)
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

interface NativeEndpoint {
  name: string
  address: string
  additionalAddresses?: string[]
  port?: number
  ports?: Record<string, number>
  region?: string
  zone?: string
  node?: string
  ready?: boolean | null
  serving?: false
  terminating?: true
  hints?: { zones?: string[]; nodes?: string[] }
}

/** Conditions as kube-proxy takes them: unset, serving is true and terminating false; an unset ready is kept. */
function nativeEndpoint(
  { endpoint, ports, others }: MergedEndpoint,
  hasOnePort: boolean,
  { nodes, regions }: Localities,
): NativeEndpoint {
  const { fields, address } = endpoint
  const item: NativeEndpoint = { name: nameOf(endpoint), address }
  if (others.length > 0) item.additionalAddresses = others.map(other => other.address)
  if (!hasOnePort) item.ports = Object.fromEntries(ports.map(({ name, number }) => [name, number]))
  else if (ports[0] !== undefined) item.port = ports[0].number
  const zone = fields.text('zone')
  const node = fields.text('nodeName')
  const region = node && zone ? regionOn(nodes.get(node), zone, regions) : undefined
  if (region !== undefined) item.region = region
  if (zone) item.zone = zone
  if (node) item.node = node
  const conditions = fields.object('conditions')
  const ready = conditions?.flag('ready') ?? null
  // Of one that is terminating true is said, too: publishNotReadyAddresses means it.
  if (ready !== true || endpoint.isTerminating) item.ready = ready
  if (conditions?.flag('serving') === false) item.serving = false
  if (endpoint.isTerminating) item.terminating = true
  const hints = fields.object('hints')
  if (hints !== undefined) addHints(item, hints)
  return item
}

function addHints(item: NativeEndpoint, hints: Fields): void {
  const zones = namesIn(hints, 'forZones')
  const nodes = namesIn(hints, 'forNodes')
  if (zones.length === 0 && nodes.length === 0) return
  item.hints = { ...(zones.length > 0 && { zones }), ...(nodes.length > 0 && { nodes }) }
}

function namesIn(hints: Fields, list: string): string[] {
  const names: string[] = []
  for (const one of hints.objects(list)) {
    const name = one.text('name')
    if (name !== undefined) names.push(name)
  }
  return names
}
