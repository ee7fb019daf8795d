import { expect, test } from 'vitest'
import { routeKey, type World } from '../../src/translate/world.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { after, servedAt, stored, worldOf } from '../support/world.ts'

const world = worldOf({
  east: {
    topology: topology(service('web', []), service('shop', [])),
    routes: {
      gateways: [gateway('edge', 8080), gateway('inner', 8081)],
      routes: [
        route('web', [toService('/', 'web')], { gateways: ['edge', 'default/inner'] }),
        route('shop', [toService('/shop', 'shop')]),
      ],
    },
  },
})

const everything = () => ({ hashPolicy: undefined })

function routeAt(from: World, gatewayName: string, name: string) {
  return from.routesByGateway
    .get(`default/${gatewayName}`)
    ?.get(routeKey('east', { kind: 'HTTPRoute', namespace: 'default', name }))
}

function pushed(routes: readonly object[]) {
  return stored('east', { routes: { routes } }, world.revision + 1)
}

test('a route is one object for all its gateways, and for later worlds until its entry changes', () => {
  const next = after(world, pushed([route('shop', [toService('/other', 'shop')])])).world
  expect(routeAt(next, 'edge', 'web')).toBeDefined()
  expect(routeAt(next, 'edge', 'web')).toBe(routeAt(world, 'edge', 'web'))
  expect(routeAt(next, 'inner', 'web')).toBe(routeAt(world, 'edge', 'web'))
  expect(routeAt(next, 'edge', 'shop')).not.toBe(routeAt(world, 'edge', 'shop'))
})

test('a route that names other gateways than before leaves those that it had, and touches both', () => {
  const { world: next, touched } = after(
    world,
    pushed([route('shop', [toService('/', 'shop')], { gateways: ['inner'] })]),
  )
  expect(routeAt(next, 'edge', 'shop')).toBeUndefined()
  expect(routeAt(next, 'inner', 'shop')).toBeDefined()
  expect([...touched.gateways].sort()).toEqual(['default/edge', 'default/inner'])
})

test('a route that went leaves nothing at any gateway', () => {
  const { world: next, touched } = after(world, [], pushed([route('web', [toService('/', 'web')])]))
  expect([...next.routes.keys()]).toEqual(['east/HTTPRoute/default/shop'])
  expect([...next.routesByGateway.keys()]).toEqual(['default/edge'])
  expect([...touched.gateways].sort()).toEqual(['default/edge', 'default/inner'])
})

test('a translation is made once, and anew when a backend came or went', () => {
  const web = routeAt(world, 'edge', 'web')
  const made = web?.translation(80, everything)
  expect(made?.clusters).toEqual(['default/web/3000'])
  expect(web?.translation(80, everything)).toBe(made)
  expect(web?.translation(80, () => undefined).clusters).toEqual([])
  expect(web?.translation(80, everything)).toEqual(made)
})

test('a changed route leaves the bytes of the others to be used again', () => {
  const before = routeAt(world, 'edge', 'web')?.translation(80, everything)
  const next = after(world, pushed([route('shop', [toService('/other', 'shop')])])).world
  servedAt(next, 'default/edge')
  expect(routeAt(next, 'edge', 'web')?.translation(80, everything)).toBe(before)
})

test('a translation is made for each port only where the listener’s port is a part of it', () => {
  const toHttps = { type: 'RequestRedirect', requestRedirect: { hostname: 'x.example' } }
  const { world: next } = after(world, pushed([route('web', [{ filters: [toHttps] }])]))
  const redirect = routeAt(next, 'edge', 'web')
  const made = redirect?.translation(8080, everything)
  expect(redirect?.translation(8081, everything)).not.toEqual(made)
  expect(redirect?.translation(8080, everything)).toBe(made)
  const shop = routeAt(world, 'edge', 'shop')
  expect(shop?.translation(8081, everything)).toBe(shop?.translation(8080, everything))
})

test('a translation is made anew when a backend hashes requests in another way, and else is kept', () => {
  const web = routeAt(world, 'edge', 'web')
  const hashing = (headerName: string) => () => ({ hashPolicy: { header: { headerName } } })
  const made = web?.translation(80, hashing('x-user'))
  expect(web?.translation(80, hashing('x-user'))).toBe(made)
  expect(web?.translation(80, hashing('x-team'))).not.toEqual(made)
})
