import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode } from '../../src/proto/message.ts'
import type { World } from '../../src/translate/world.ts'
import { servedAt, worldOf } from '../support/world.ts'

/**
 * The Gateway API's words, followed for one request: the most specific listener is chosen first, then the most specific
 * of its routes' hostnames. What is served must come to the same through Envoy's choice among virtual hosts.
 */

const PATTERNS = ['a.x', 'b.a.x', 'x', '*.x', '*.a.x', '*.b.a.x', 'a.y', '*.y']
const HOSTS = ['x', 'a.x', 'c.x', 'b.a.x', 'c.a.x', 'd.b.a.x', 'c.c.x', 'a.y', 'b.y', 'z']
const hostname = fc.constantFrom('*', ...PATTERNS)

const listeners = fc.uniqueArray(hostname, { minLength: 1, maxLength: 5 })
const routes = fc.array(
  fc.record({
    hostnames: fc.uniqueArray(fc.constantFrom(...PATTERNS), { maxLength: 3 }),
    /** Of one listener, or of all. */
    section: fc.option(fc.nat(4)),
  }),
  { maxLength: 5 },
)

interface Route {
  readonly hostnames: readonly string[]
  readonly section: number | null
}

test('a request gets what its most specific listener has for it, and never what another listener has', () => {
  fc.assert(
    fc.property(listeners, routes, (hostnames, attached) => {
      const hosts = virtualHostsOf(worldWith(hostnames, attached))
      for (const host of HOSTS) {
        expect({ host, routes: served(hosts, host) }).toEqual({
          host,
          routes: expected(host, hostnames, attached),
        })
      }
    }),
    { numRuns: 150 },
  )
})

function matches(pattern: string, host: string): boolean {
  if (pattern === '*') return true
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}

/** "Exact matches before wildcard matches, wildcard before empty; the more dots right of the wildcard, the higher." */
function mostSpecific(patterns: readonly string[]): string | undefined {
  const place = (pattern: string) => (pattern.startsWith('*') ? pattern.split('.').length : 100)
  return [...patterns].sort((a, b) => place(b) - place(a))[0]
}

function expected(host: string, hostnames: readonly string[], attached: readonly Route[]): string[] {
  const listener = mostSpecific(hostnames.filter(one => matches(one, host)))
  if (listener === undefined) return []
  const candidates = attached.flatMap(({ hostnames: own, section }, index) => {
    if (section !== null && section !== hostnames.indexOf(listener)) return []
    const best = mostSpecific((own.length === 0 ? ['*'] : own).filter(one => matches(one, host)))
    return best === undefined ? [] : [{ name: `default/route-${index}`, hostname: best }]
  })
  const narrowest = mostSpecific([listener, ...candidates.map(one => one.hostname)]) as string
  // The hostname that a route and its listener have in common is the narrower of theirs.
  return candidates
    .filter(one => mostSpecific([listener, one.hostname]) === narrowest)
    .map(one => one.name)
    .sort()
}

function worldWith(hostnames: readonly string[], attached: readonly Route[]): World {
  const gateway = {
    name: 'edge',
    listeners: hostnames.map((one, index) => ({
      name: `l${index}`,
      port: 80,
      protocol: 'HTTP',
      ...(one !== '*' && { hostname: one }),
    })),
  }
  const pushed = attached.map(({ hostnames: own, section }, index) => ({
    name: `route-${index}`,
    kind: 'HTTPRoute',
    gateways: [{ name: 'edge', ...(section !== null && { sectionName: `l${section}` }) }],
    hostnames: own,
    rules: [{}],
  }))
  return worldOf({ east: { routes: { gateways: [gateway], routes: pushed } } })
}

interface VirtualHost {
  readonly domains: readonly string[]
  readonly routes?: readonly { readonly name: string }[]
}

function virtualHostsOf(world: World): readonly VirtualHost[] {
  const [resource, ...others] = servedAt(world, 'default/edge').routeConfigurations
  if (resource === undefined || others.length > 0) throw new Error('one port is one route configuration')
  const decoded = decode('envoy.service.discovery.v3.Resource', resource.encoded).resource
  const { virtualHosts = [] } = decoded as { virtualHosts?: VirtualHost[] }
  const domains = virtualHosts.flatMap(one => one.domains)
  expect(new Set(domains).size).toBe(domains.length)
  return virtualHosts
}

/** The routes of the virtual host that Envoy takes: the exact domain, the longest suffix, "*". */
function served(hosts: readonly VirtualHost[], host: string): string[] {
  const chosen = hosts
    .flatMap(one => one.domains)
    .filter(domain => matches(domain, host))
    .sort((a, b) => Number(b === host) - Number(a === host) || b.length - a.length)[0]
  const found = hosts.find(one => one.domains.some(domain => domain === chosen))
  return [...new Set(found?.routes?.map(one => one.name))].sort()
}
