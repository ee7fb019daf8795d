import type { Closing } from '../../demo/closing.ts'
import { serveEcho } from '../../demo/echo-server.ts'
import { type Envoy, startEnvoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { parseAddress } from '../../src/address.ts'
import { envoyBootstrap } from '../../src/cli/envoy-bootstrap.ts'
import { type Edge, type LiveBackend, REGION, ZONE_NAMES } from './documents.ts'

const BACKENDS = 4

/** Backends that stay up until all is over. */
export async function startBackends(closing: Closing): Promise<LiveBackend[]> {
  const backends: LiveBackend[] = []
  for (let index = 0; index < BACKENDS; index += 1) {
    const { pod, port, close } = await serveEcho(`backend-${index + 1}`)
    closing.addWay(close)
    backends.push({ pod, port, zone: ZONE_NAMES[index % 2] as string })
  }
  return backends
}

/** A gateway for each Envoy: two of one gateway on one machine would share its port. */
export async function planEdges(count: number): Promise<Edge[]> {
  const edges: Edge[] = []
  for (let index = 0; index < count; index += 1) {
    edges.push({ name: `edge-${index + 1}`, zone: ZONE_NAMES[index % 2] as string, port: await freePort() })
  }
  return edges
}

/** Resolves when it is LIVE. */
export async function startEdgeEnvoy({ name, zone }: Edge, id: string, xds: string): Promise<Envoy> {
  const admin = `127.0.0.1:${await freePort()}`
  const place = { id, zone, region: REGION, gateway: name, xds: addressOf(xds), admin: addressOf(admin) }
  return startEnvoy(JSON.stringify(envoyBootstrap(place)), admin)
}

/** All that an Envoy was given, one line each, in one order and without the times at which it came. */
export async function configurationOf(envoy: Envoy): Promise<string[]> {
  const dump = JSON.parse(await envoy.page('/config_dump?include_eds')) as { configs: Section[] }
  const lines: string[] = []
  for (const section of dump.configs) {
    for (const field of DYNAMIC) {
      for (const item of section[field] ?? []) lines.push(`${field} ${JSON.stringify(ordered(item))}`)
    }
  }
  return lines.sort()
}

type Section = Readonly<Record<string, readonly object[] | undefined>>

const DYNAMIC = [
  'dynamic_active_clusters',
  'dynamic_warming_clusters',
  'dynamic_listeners',
  'dynamic_route_configs',
  'dynamic_endpoint_configs',
]

/** Hosts are listed as they came, and times are of this Envoy alone. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(ordered)
    const isOfHosts = items.every(item => typeof item === 'object' && item !== null && 'endpoint' in item)
    return isOfHosts ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items
  }
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([name]) => name !== 'last_updated')
  return Object.fromEntries(fields.map(([name, item]) => [name, ordered(item)]))
}

function addressOf(text: string) {
  const address = parseAddress(text)
  if (typeof address === 'string') throw new Error(address)
  return address
}
