import { isIP } from 'node:net'
import type { z } from 'zod'
import { isLabel, isSubdomain, isTopologyName } from './names.ts'
import type { endpoint } from './topology.ts'

type Parsed = z.output<typeof endpoint>

/** No address is longer, and a text of megabytes is nothing for an expression. */
const MAX_ADDRESS = 45

/**
 * Whether an endpoint as JSON has it is a valid one, as far as this can be seen at once. Almost all are, there are a
 * thousand times as many of them as of anything else, and the schema takes ten times as long to say so: it is asked for
 * the rest, and for the words.
 */
export function isPlainEndpoint(item: unknown): item is Parsed {
  if (typeof item !== 'object' || item === null || !Object.hasOwn(item, 'address')) return false
  for (const field in item) {
    if (!isPlain(field as keyof Parsed, (item as Record<string, unknown>)[field])) return false
  }
  return true
}

/** As with an endpoint: what says of which service a list of them is. */
export function isPlainName(given: {
  readonly namespace: unknown
  readonly name: unknown
}): given is { readonly namespace: string | undefined; readonly name: string } {
  const { namespace, name } = given
  if (typeof name !== 'string' || !isLabel(name)) return false
  return namespace === undefined || (typeof namespace === 'string' && isLabel(namespace))
}

function isPlain(field: keyof Parsed, value: unknown): boolean {
  switch (field) {
    case 'address':
      return isAddress(value)
    case 'port':
      return isWhole(value, 1, 65_535)
    case 'region':
    case 'zone':
    case 'subZone':
      return typeof value === 'string' && isTopologyName(value)
    case 'node':
      return typeof value === 'string' && isSubdomain(value)
    case 'name':
      return typeof value === 'string' && value.length <= 253 && PRINTABLE.test(value)
    case 'ready':
    case 'serving':
    case 'terminating':
      return typeof value === 'boolean'
    case 'weight':
      return isWhole(value, 0, 2 ** 31 - 1) && !Object.is(value, -0)
    default:
      return false
  }
}

/** Of plain text the part that most names are of. */
const PRINTABLE = /^[\x20-\x7e]+$/

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_ADDRESS && isIP(value) !== 0 && !value.includes('%')
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}
