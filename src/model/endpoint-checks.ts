import type { ContentDraft } from './content-draft.ts'
import { defaultName } from './normal-topology.ts'
import type { Path } from './problem.ts'
import type { Endpoint, ServicePort } from './topology.ts'

/**
 * What is known of the ports of the service that endpoints belong to: its own list; `implied` where it has none, so
 * that all endpoints must have one equal port; `unknown` in a patch of endpoints alone.
 */
export type DeclaredPorts = readonly ServicePort[] | 'implied' | 'unknown'

/** Checks endpoints of one service against each other and its ports; those that did not even parse are undefined. */
export function checkEndpoints(
  draft: ContentDraft,
  declared: DeclaredPorts,
  endpoints: readonly (Endpoint | undefined)[],
  path: Path,
): void {
  const style = portStyle(declared, endpoints)
  const names = new Set<string>()
  const places = new Set<string>()
  for (let index = 0; index < endpoints.length && !draft.isFull; index++) {
    const one = endpoints[index]
    if (one === undefined) continue
    const problem = portProblem(one, style)
    if (problem !== undefined) draft.refuse([...path, index, ...problem.path], problem.detail)
    checkUnique(draft, one, { names, places }, [...path, index])
  }
}

type PortStyle =
  | { readonly kind: 'single'; readonly why: string; readonly equal?: number | undefined }
  | { readonly kind: 'several'; readonly why: string; readonly known?: ReadonlySet<string> }

function portStyle(declared: DeclaredPorts, endpoints: readonly (Endpoint | undefined)[]): PortStyle {
  if (declared === 'implied') {
    const equal = endpoints.find(one => one?.port !== undefined)?.port
    return { kind: 'single', why: 'the service has no "ports"', equal }
  }
  if (declared === 'unknown') {
    const first = endpoints.find(one => one !== undefined)
    return first?.ports === undefined
      ? { kind: 'single', why: 'other endpoints of the service have "port"' }
      : { kind: 'several', why: 'other endpoints of the service have "ports"' }
  }
  if (declared.length === 1) return { kind: 'single', why: 'the service has one port' }
  const known = new Set(declared.flatMap(({ name }) => name ?? []))
  return { kind: 'several', why: 'the service has several ports', known }
}

function portProblem(one: Endpoint, style: PortStyle): { path: Path; detail: string } | undefined {
  const { port, ports } = one
  if (port !== undefined && ports !== undefined) {
    return { path: ['ports'], detail: 'must not stand beside "port"' }
  }
  if (style.kind === 'single') {
    if (ports !== undefined) return { path: ['ports'], detail: `must be "port" instead: ${style.why}` }
    if (port === undefined) return { path: ['port'], detail: 'is required: the port that it listens on' }
    if (style.equal === undefined || style.equal === port) return undefined
    const detail = `must be ${style.equal} as in the endpoints before it, or the service must have "ports"`
    return { path: ['port'], detail }
  }
  if (port !== undefined) return { path: ['port'], detail: `must be "ports" instead: ${style.why}` }
  const names = Object.keys(ports ?? {})
  if (names.length === 0) {
    return { path: ['ports'], detail: 'is required: the port that it listens on, by the name of the port' }
  }
  const unknown = style.known && names.find(name => !style.known?.has(name))
  if (unknown === undefined) return undefined
  return { path: ['ports', unknown], detail: 'is not the name of a port of the service' }
}

function checkUnique(
  draft: ContentDraft,
  one: Endpoint,
  seen: { names: Set<string>; places: Set<string> },
  path: Path,
): void {
  const places = placesOf(one)
  const repeated = places.find(place => seen.places.has(place))
  if (repeated !== undefined) draft.refuse([...path, 'address'], `is given twice: ${repeated}`)
  for (const place of places) seen.places.add(place)

  const isDefault = one.name === defaultName(one.address, one.port)
  if (seen.names.has(one.name) && !(isDefault && repeated !== undefined)) {
    draft.refuse([...path, 'name'], `is given twice: "${one.name}"`)
  }
  seen.names.add(one.name)
}

/** Where it listens, once for each of the service's ports. */
function placesOf({ address, port, ports }: Endpoint): string[] {
  if (ports === undefined) return [`${address} port ${port}`]
  return Object.entries(ports).map(([name, number]) => `${address} port ${number} for "${name}"`)
}
