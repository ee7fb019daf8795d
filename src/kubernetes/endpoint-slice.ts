import { isIP } from 'node:net'
import { canonicalAddress } from '../model/names.ts'
import { compare } from '../model/order.ts'
import type { Fields } from './fields.ts'
import type { KubernetesObject } from './object-list.ts'
import type { Family } from './service.ts'

/** An endpoint as one slice has it. */
export interface SliceEndpoint {
  readonly slice: KubernetesObject
  readonly family: Family
  readonly fields: Fields
  /** In its one form, where it is an address at all. */
  readonly address: string
  /** Where it listens, for those ports of the service that the slice has. */
  readonly ports: readonly SlicePort[]
  readonly isTerminating: boolean
}

export interface SlicePort {
  /** '' for the one that has no name. */
  readonly name: string
  readonly number: number
  readonly fields: Fields
}

/** discovery/v1, well_known_labels.go, LabelServiceName. */
const SERVICE_NAME = 'kubernetes.io/service-name'

export function serviceKey(namespace: string, name: string): string {
  return `${namespace}/${name}`
}

/**
 * Slices by the Service that they belong to, each list sorted by name: what comes of them must not hang on the order
 * of the document. A slice of no Service of the document (`services` has their keys) is left out.
 */
export function slicesByService(
  objects: readonly KubernetesObject[],
  services: ReadonlySet<string>,
): ReadonlyMap<string, readonly KubernetesObject[]> {
  const slices = new Map<string, KubernetesObject[]>()
  for (const object of objects) {
    const service = object.fields.object('metadata')?.object('labels')?.text(SERVICE_NAME)
    if (!service) {
      object.fields.warnOfObject(`left out: has no label ${SERVICE_NAME}`)
      continue
    }
    const key = serviceKey(object.namespace, service)
    if (!services.has(key)) {
      object.fields.warnOfObject(`left out: its Service ${key} is not in the document`)
      continue
    }
    const list = slices.get(key)
    if (list === undefined) slices.set(key, [object])
    else list.push(object)
  }
  for (const list of slices.values()) list.sort((a, b) => compare(a.name, b.name))
  return slices
}

/** The endpoints of a slice that listen on some of the service's ports. */
export function readSlice(slice: KubernetesObject, portNames: readonly string[]): SliceEndpoint[] {
  const family = familyOf(slice.fields)
  if (family === undefined) return []
  const endpoints = slice.fields.objects('endpoints')
  const ports = portsOf(slice.fields, portNames, endpoints.length > 0)
  const read: SliceEndpoint[] = []
  for (const fields of endpoints) {
    const address = addressOf(fields, family)
    if (address === undefined) continue
    const isTerminating = fields.object('conditions')?.flag('terminating') === true
    read.push({ slice, family, fields, address, ports, isTerminating })
  }
  return read
}

function familyOf(slice: Fields): Family | undefined {
  const type = slice.text('addressType')
  if (type === 'IPv4' || type === 'IPv6') return type
  if (type !== undefined) slice.warn('addressType', `left out: endpoints need addresses, not ${type}`)
  else if (!slice.has('addressType')) slice.refuse('addressType', 'is required: "IPv4" or "IPv6"')
  return undefined
}

/** Of a slice's ports those that the service names, one of each name. Without a protocol a port is TCP. */
function portsOf(slice: Fields, portNames: readonly string[], hasEndpoints: boolean): SlicePort[] {
  const ports: SlicePort[] = []
  let isExplained = false
  for (const fields of slice.objects('ports')) {
    if ((fields.text('protocol') ?? 'TCP') !== 'TCP') {
      isExplained = true
      continue
    }
    const name = fields.text('name') ?? ''
    const number = fields.number('port')
    if (number === undefined) {
      // discovery/v1: "EndpointSlices used for other purposes may have a nil port"; kube-proxy ignores it as well
      // (endpointslicecache.go).
      if (!fields.has('port')) fields.warnOfObject('left out: a port without a number means all ports')
      isExplained = true
    } else if (portNames.includes(name) && !ports.some(other => other.name === name)) {
      ports.push({ name, number, fields })
    }
  }
  if (ports.length === 0 && hasEndpoints && !isExplained) {
    const wanted = portNames.map(name => name || 'without a name').join(', ')
    slice.warn('ports', `has no TCP port of the Service (${wanted}): the slice's endpoints are left out`)
  }
  return ports
}

/** discovery/v1: consumers use the first address only. One of the other family is ignored (endpointslicecache.go). */
function addressOf(endpoint: Fields, family: Family): string | undefined {
  const addresses = endpoint.get('addresses')
  const address = Array.isArray(addresses) ? addresses[0] : undefined
  if (typeof address !== 'string') {
    endpoint.refuse('addresses', 'must be a list of at least one address')
    return undefined
  }
  const version = isIP(address)
  if (version === (family === 'IPv4' ? 6 : 4)) {
    endpoint.warn('addresses', `left out: ${address} is no address of ${family}, which the slice is for`)
    return undefined
  }
  // What is no address stays as it is: the model refuses it. So it does a zone id.
  return version === 6 && !address.includes('%') ? canonicalAddress(address) : address
}

/** What an endpoint stands for, equal in slices of both families: a Pod; undefined where it does not say. */
export function targetOf({ fields: endpoint }: SliceEndpoint): string | undefined {
  const target = endpoint.object('targetRef')
  if (target === undefined) return undefined
  const uid = target.text('uid')
  if (uid) return uid
  const name = target.text('name')
  return name && `${target.text('kind') ?? ''}/${target.text('namespace') ?? ''}/${name}`
}
