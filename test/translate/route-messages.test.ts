import { describe, expect, test } from 'vitest'
import type { Condition } from '../../src/translate/route-status.ts'
import { worldOf } from '../support/world.ts'
import { conditionOf, HTTP, statusOf } from './status-of-route.ts'

describe('what stands in the way of a route is said', () => {
  const message = (routes: object, type: Condition['type'] = 'Accepted') =>
    conditionOf(statusOf(worldOf({ east: { routes } }), routes as { namespace?: string }), type).message
  const route = (fields: object) => [
    { name: 'r', kind: 'HTTPRoute', gateways: ['edge'], rules: [{}], ...fields },
  ]
  const gateways = [{ name: 'edge', listeners: [HTTP] }]

  test('a gateway that nobody has', () => {
    expect(message({ routes: route({}) })).toBe(
      'gateway default/edge is not there: the route serves nobody there until it comes',
    )
  })

  test('a listener that the gateway does not have', () => {
    const reference = { name: 'edge', sectionName: 'https', port: 443 }
    expect(message({ gateways, routes: route({ gateways: [reference] }) })).toBe(
      'gateway default/edge has no listener "https" on port 443',
    )
  })

  test('hostnames that have nothing in common', () => {
    const listeners = [
      { ...HTTP, name: 'a', hostname: 'a.x' },
      { ...HTTP, name: 'b', hostname: 'b.x' },
    ]
    const routes = route({ hostnames: ['c.x', 'd.x'] })
    expect(message({ gateways: [{ name: 'edge', listeners }], routes })).toBe(
      'the hostname of listeners a, b of gateway default/edge has nothing in common with c.x, d.x',
    )
  })

  test('backends that are not there, or none', () => {
    const both = (rules: object[]) => message({ gateways, routes: route({ rules }) }, 'ResolvedRefs')
    expect(both([{}])).toBe('it names no backend')
    expect(both([{ backendRefs: [{ name: 'gone', port: 80 }] }])).toContain(
      'service default/gone is not there',
    )
  })

  test('all that was refused in it, and that nothing is known of its backends', () => {
    const refused = [
      { pointer: '/spec/rules/0/filters/0', detail: 'is not supported yet: "ExtensionRef"' },
      { pointer: '/spec/rules/1', detail: 'is too much' },
    ]
    const routes = route({ rules: undefined, refused })
    expect(message({ gateways, routes })).toBe(
      '/spec/rules/0/filters/0 is not supported yet: "ExtensionRef"; /spec/rules/1 is too much',
    )
    expect(message({ gateways, routes }, 'ResolvedRefs')).toBe('not looked at: the route is not accepted')
  })
})
