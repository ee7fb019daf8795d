import { describe, expect, test } from 'vitest'
import { decode } from '../../src/proto/message.ts'
import type { MergedService } from '../../src/translate/merged-service.ts'
import { clusterResource, type Resource } from '../../src/translate/resource.ts'
import { servedAt, worldOf } from '../support/world.ts'

test('listeners of both families on one port are served beside each other', () => {
  const world = gatewayOf({ east: [http('four'), http('six', '::')] })
  expect(names(world)).toEqual(['default/edge/four', 'default/edge/six'])
})

test('of two sources whose listeners cannot be bound together the older one is served, and that is said', () => {
  const world = gatewayOf({ east: [http('one')], west: [http('other', '10.0.0.1')] })
  expect(names(world)).toEqual(['default/edge/one'])
  expect(servedAt(world, 'default/edge').conflicts).toEqual([
    'listener other of source west is left out: an older source has one on port 80',
  ])
})

test('listeners on one address and port are one Envoy listener, named after the widest of the oldest source', () => {
  const listeners = [onPort('a', 80, 'b.x'), onPort('b', 80, '*.x'), onPort('c', 81)]
  const world = gatewayOf({ east: listeners, west: [onPort('any', 80)] })
  expect(names(world).sort()).toEqual(['default/edge/b', 'default/edge/c'])
  const { routeConfigurations, conflicts } = servedAt(world, 'default/edge')
  expect(routeConfigurations.map(one => one.name)).toEqual(names(world))
  expect(conflicts).toEqual([])
})

test('a hostname on a port goes to the older source, and that is said', () => {
  const world = gatewayOf({ east: [onPort('a', 80, 'a.x')], west: [onPort('b', 80, 'a.x')] })
  expect(names(world)).toEqual(['default/edge/a'])
  expect(servedAt(world, 'default/edge').conflicts).toEqual([
    'listener b of source west is left out: an older source has a on port 80 for the same hostname "a.x"',
  ])
})

test.each<[string, object, number]>([
  ['the same', {}, 0],
  ['another hostname', { hostname: 'b.x' }, 1],
  ['other routes', { allowedRoutes: { namespaces: { from: 'Same' } } }, 1],
])('what a younger source says of a listener, %s, %o, is a conflict or not: %i', (_, fields, count) => {
  const listener = { name: 'a', port: 80, protocol: 'HTTP', hostname: 'a.x' }
  const world = gatewayOf({ east: [listener], west: [{ ...listener, ...fields }] })
  expect(servedAt(world, 'default/edge').conflicts).toHaveLength(count)
})

test('a redirect to the port of its listener is not the same on another port', () => {
  const redirect = { type: 'RequestRedirect', requestRedirect: { hostname: 'x.example' } }
  const gateways = [{ name: 'edge', listeners: [onPort('a', 8080), onPort('b', 8081)] }]
  const route = { name: 'r', kind: 'HTTPRoute', gateways: ['edge'], rules: [{ filters: [redirect] }] }
  const world = worldOf({ east: { routes: { gateways, routes: [route] } } })
  const [first, second] = servedAt(world, 'default/edge').routeConfigurations
  expect(decoded(first)).toContain('"portRedirect":8080')
  expect(decoded(second)).toContain('"portRedirect":8081')
})

function decoded(resource: Resource | undefined): string {
  if (resource === undefined) throw new Error('there is no such resource')
  return JSON.stringify(decode('envoy.service.discovery.v3.Resource', resource.encoded))
}

describe('ports that want TLS', () => {
  const ports = [
    { name: 'http', port: 80 },
    { name: 'tls', port: 443, appProtocol: 'https' },
  ]
  const routes = {
    gateways: [{ name: 'edge', services: 'all', listeners: [onPort('a', 80)] }],
    routes: [
      {
        name: 'r',
        kind: 'HTTPRoute',
        gateways: ['edge'],
        rules: [{ backendRefs: ports.map(({ port }) => ({ name: 'web', port })) }],
      },
    ],
  }
  const world = worldOf({ east: { topology: { services: [{ name: 'web', ports }] }, routes } })

  test('have no cluster, whoever asks', () => {
    expect(world.service('default', 'web')?.clusterNames).toEqual(['default/web/80'])
    expect([...servedAt(world, 'default/edge').clusters]).toEqual(['default/web/80'])
    const web = world.service('default', 'web') as MergedService
    expect(clusterResource(web, 'default/web/443', 443)).toBeUndefined()
  })
})

test('the order in which routes of one name and of both kinds came changes no byte', () => {
  const backendRefs = [{ name: 'web', port: 80 }]
  const path = { type: 'PathPrefix', value: '/demo.Echo/' }
  const routes = [
    {
      name: 'r',
      kind: 'GRPCRoute',
      gateways: ['edge'],
      rules: [{ matches: [{ method: { service: 'demo.Echo' } }], backendRefs }],
    },
    {
      name: 'r',
      kind: 'HTTPRoute',
      gateways: ['edge'],
      rules: [{ matches: [{ path, method: 'POST' }], backendRefs }],
    },
  ]
  const versions = [routes, routes.toReversed()].map(list => {
    const world = worldOf({
      east: { routes: { gateways: [{ name: 'edge', listeners: [onPort('a', 80)] }], routes: list } },
    })
    return servedAt(world, 'default/edge').routeConfigurations.map(one => one.version)
  })
  expect(versions[0]).toEqual(versions[1])
})

function onPort(name: string, port: number, hostname?: string): object {
  return { name, port, protocol: 'HTTP', ...(hostname && { hostname }) }
}

function http(name: string, address?: string): object {
  return { name, port: 80, protocol: 'HTTP', ...(address && { address }) }
}

function gatewayOf(listeners: Readonly<Record<string, readonly object[]>>) {
  const pushed = Object.entries(listeners).map(([source, list]) => [
    source,
    { routes: { gateways: [{ name: 'edge', listeners: list }] } },
  ])
  return worldOf(Object.fromEntries(pushed))
}

function names(world: ReturnType<typeof worldOf>): string[] {
  return servedAt(world, 'default/edge').listeners.map(listener => listener.name)
}
