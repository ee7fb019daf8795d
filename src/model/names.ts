import { isIP } from 'node:net'
import { z } from 'zod'
import { durationMilliseconds } from './duration.ts'

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

/** RFC 1123 label: what Kubernetes allows for namespaces, services, ports, listeners, zones' fellow names. */
export const label = z
  .string()
  .max(63)
  .regex(LABEL, 'must be lower case letters, digits and -, as a Kubernetes name (RFC 1123 label)')

/** Whether a text could be a `label`. */
export function isLabel(text: string): boolean {
  return text.length <= 63 && LABEL.test(text)
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** RFC 1123 subdomain: dot-separated labels, as Kubernetes names nodes, gateways and routes. */
export const subdomain = z
  .string()
  .max(253)
  .regex(SUBDOMAIN, 'must be lower case labels joined by dots, as a Kubernetes name (RFC 1123 subdomain)')

/** Whether a text could be a `subdomain`. */
export function isSubdomain(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text)
}

/** A group of the Kubernetes API; '' is the core group. */
export const apiGroup = z.union([z.literal(''), subdomain], {
  error: 'must be a group of the Kubernetes API, or ""',
})

const TOPOLOGY_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/

/** A value of a Kubernetes topology label: region, zone. It must not contain "/", which joins region and zone. */
export const topologyName = z
  .string()
  .max(63)
  .regex(TOPOLOGY_NAME, 'must be a Kubernetes label value: letters, digits, - _ .')

/** Whether a text could be a `topologyName`. */
export function isTopologyName(text: string): boolean {
  return text.length <= 63 && TOPOLOGY_NAME.test(text)
}

/** A zone as a rule names it: "region/zone", or "zone" where one region alone has a zone of that name. */
export const zoneReference = z
  .string()
  .regex(
    /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    'must be "region/zone" or "zone", each of at most 63 letters, digits, - _ .',
  )

/** As `topologyName`, or '' where the label is not set. */
export const optionalTopologyName = z
  .string()
  .max(63)
  .regex(
    new RegExp(`^$|${TOPOLOGY_NAME.source}`),
    'must be a Kubernetes label value (letters, digits, - _ .) or "" for none',
  )

/** Zone ids (`fe80::1%eth0`) mean something on one machine only. */
export const ipAddress = z
  .string()
  .refine(
    text => isIP(text) !== 0 && !text.includes('%'),
    'must be an IPv4 or IPv6 address; a hostname is not supported (resolve it and send the addresses)',
  )

/** What an address is stored as: one text for each address, so that equal content has an equal digest. */
export function canonicalAddress(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address
}

export const portNumber = z.int().min(1).max(65535)

/** Envoy and gRPC sum weights in 32 bits unsigned; Kubernetes and the Gateway API allow int32. */
export const weight = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .refine(number => !Object.is(number, -0), 'must be 0, not -0')

/** A whole percentage, written as Kubernetes writes one (`maxUnavailable: "25%"`). */
export const percentage = z
  .string()
  .regex(/^(?:[1-9]?[0-9]|100)%$/, 'must be a whole percentage from "0%" to "100%"')

/** Gateway API duration (GEP-2257): up to four integers with units h, m, s, ms. */
export const duration = z
  .string()
  .regex(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/, 'must be a Gateway API duration such as "250ms", "15s" or "1m30s"')

export const positiveDuration = duration.refine(
  text => durationMilliseconds(text) > 0,
  'must be more than no time',
)

/** A hostname, with one leading wildcard label allowed: `*.example.com`. */
export const hostname = z
  .string()
  .max(253)
  .regex(
    /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    'must be a lower case hostname; a wildcard is only allowed as the whole first label ("*.example.com")',
  )
  .refine(text => isIP(text) === 0, 'must be a hostname, not an IP address')

/** Of a path, or of what stands for a part of one: RFC 3986, section 3.3, as a CEL rule of HTTPPathMatch has it. */
export const PATH_CHARACTERS = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*$/
export const NO_PATH_CHARACTERS =
  "must have only letters, digits, -/._~!$&'()*+,;=:@ and percent-encoded bytes"

/**
 * Free text without control characters or halves of surrogate pairs: it is shown on terminals, and has to survive
 * UTF-8 as it is.
 */
export const plainText = z
  .string()
  .min(1)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters or unpaired surrogates')
