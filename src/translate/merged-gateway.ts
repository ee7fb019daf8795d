import type { Gateway, Listener } from '../model/gateway.ts'
import { listenerAddress, overlap, sameSocket } from '../model/listener-address.ts'
import { compare } from '../model/order.ts'
import { ANY_HOSTNAME, bySpecificity } from './hostname-intersection.ts'
import { listenerName } from './names.ts'

/** What one source says of a gateway. */
export interface GatewayClaim {
  readonly source: string
  readonly created: number
  readonly gateway: Gateway
}

/** Listeners on one address and port: one Envoy listener, whose requests they divide among them by hostname. */
export interface ListenerGroup {
  /** Name of the Envoy listener and of its route configuration: the first listener's. */
  readonly name: string
  /** At least one, no two of one hostname. */
  readonly listeners: readonly [Listener, ...Listener[]]
}

/** A listener of a source that another source's older claim leaves no place for. */
export interface ListenerConflict {
  readonly source: string
  /** For people. */
  readonly detail: string
}

interface Merged {
  readonly listeners: readonly Listener[]
  readonly conflicts: readonly ListenerConflict[]
}

/** A gateway as all sources together say it: immutable, made anew when one of its claims changes. */
export class MergedGateway {
  /** `namespace/name`. */
  readonly key: string
  readonly namespace: string
  /** Oldest first. */
  readonly claims: readonly GatewayClaim[]
  #merged: Merged | undefined
  #groups: readonly ListenerGroup[] | undefined

  constructor(namespace: string, name: string, claims: readonly GatewayClaim[]) {
    this.key = `${namespace}/${name}`
    this.namespace = namespace
    this.claims = [...claims].sort((a, b) => a.created - b.created || compare(a.source, b.source))
  }

  /**
   * Those of the oldest claim first, of each claim the widest hostname, then by name. The first of a group gives it its
   * name, and this one is the least likely to come or go beside others. Connections of an Envoy listener that goes
   * keep its last routes until Envoy has drained them, 10 minutes by default.
   */
  get listeners(): readonly Listener[] {
    return this.#all.listeners
  }

  /** What claims of several sources disagree on. */
  get conflicts(): readonly ListenerConflict[] {
    return this.#all.conflicts
  }

  get groups(): readonly ListenerGroup[] {
    this.#groups ??= groupBySocket(this.key, this.listeners)
    return this.#groups
  }

  /** Whether its Envoys get every service's cluster, not only those that routes name. */
  get hasAllServices(): boolean {
    return this.claims[0]?.gateway.services === 'all'
  }

  /** Whether labels of namespaces decide which routes it takes. */
  get selectsNamespaces(): boolean {
    return this.listeners.some(one => one.allowedRoutes?.namespaces?.from === 'Selector')
  }

  get #all(): Merged {
    this.#merged ??= mergeListeners(this.claims)
    return this.#merged
  }
}

/** A name, an address, or a hostname on an address goes to the older claim. */
function mergeListeners(claims: readonly GatewayClaim[]): Merged {
  const listeners: Listener[] = []
  const conflicts: ListenerConflict[] = []
  for (const { source, gateway } of claims) {
    for (const listener of [...gateway.listeners].sort(widestFirst)) {
      const other = listeners.find(one => inConflict(one, listener))
      if (other === undefined) listeners.push(listener)
      else if (!sameListener(other, listener)) {
        const place = `${other.name} on port ${other.port}${hostnameConflict(other, listener)}`
        const detail = `listener ${listener.name} of source ${source} is left out: an older source has ${place}`
        conflicts.push({ source, detail })
      }
    }
  }
  return { listeners, conflicts }
}

function widestFirst(a: Listener, b: Listener): number {
  return bySpecificity(b.hostname ?? ANY_HOSTNAME, a.hostname ?? ANY_HOSTNAME) || compare(a.name, b.name)
}

/** Gateway API, GatewaySpec.listeners: listeners on one port are distinct when their hostnames differ. */
function inConflict(a: Listener, b: Listener): boolean {
  if (a.name === b.name) return true
  return overlap(a, b) && !(sameSocket(a, b) && a.hostname !== b.hostname)
}

/** What the Gateway API calls a HostnameConflict. */
function hostnameConflict(a: Listener, b: Listener): string {
  const isOne = a.hostname !== undefined && a.hostname === b.hostname && sameSocket(a, b)
  return isOne ? ` for the same hostname "${a.hostname}"` : ''
}

function sameListener(a: Listener, b: Listener): boolean {
  return (
    a.name === b.name &&
    sameSocket(a, b) &&
    a.hostname === b.hostname &&
    JSON.stringify(a.allowedRoutes) === JSON.stringify(b.allowedRoutes)
  )
}

function groupBySocket(gateway: string, listeners: readonly Listener[]): ListenerGroup[] {
  const groups = new Map<string, [Listener, ...Listener[]]>()
  for (const listener of listeners) {
    const socket = `${listenerAddress(listener)} ${listener.port}`
    const group = groups.get(socket)
    if (group === undefined) groups.set(socket, [listener])
    else group.push(listener)
  }
  return [...groups.values()].map(group => ({ name: listenerName(gateway, group[0].name), listeners: group }))
}
