import { describe, expect, test } from 'vitest'
import { worldOf } from '../support/world.ts'
import { conditionOf, HTTP, RULES, statusOf, WEB } from './status-of-route.ts'

describe('a route is attached to the listeners of its gateway', () => {
  const team = { labels: { team: 'a' } }
  const selector = (fields: object) => ({ namespaces: { from: 'Selector', selector: fields } })
  const kinds = (...list: string[]) => ({ kinds: list.map(kind => ({ kind })) })
  interface Case {
    readonly it: string
    readonly listeners?: readonly object[]
    readonly route?: object
    /** The names of the listeners, or why none. */
    readonly expected: string
  }
  const listener = (name: string, fields: object, port = 80) => ({ ...HTTP, name, port, ...fields })
  const cases: Case[] = [
    { it: 'to one without restrictions', expected: 'http' },
    {
      it: 'to all of them where it names none',
      listeners: [listener('a', {}), listener('b', {}, 81)],
      expected: 'a b',
    },
    { it: 'not to a gateway that is not there', route: { gateways: ['gone'] }, expected: 'NoMatchingParent' },
    {
      it: 'to the one that sectionName names',
      listeners: [listener('a', {}), listener('b', {}, 81)],
      route: { gateways: [{ name: 'edge', sectionName: 'b' }] },
      expected: 'b',
    },
    {
      it: 'to those of the port that it names',
      listeners: [listener('a', {}), listener('b', {}, 81), listener('c', { hostname: 'c.x' }, 81)],
      route: { gateways: [{ name: 'edge', port: 81 }] },
      expected: 'b c',
    },
    {
      it: 'to none where sectionName and port do not go together',
      listeners: [listener('a', {}), listener('b', {}, 81)],
      route: { gateways: [{ name: 'edge', sectionName: 'a', port: 81 }] },
      expected: 'NoMatchingParent',
    },
    {
      it: 'to none by a sectionName that no listener has',
      route: { gateways: [{ name: 'edge', sectionName: 'gone' }] },
      expected: 'NoMatchingParent',
    },
    {
      it: 'where its kind is one of those allowed',
      listeners: [listener('a', { allowedRoutes: kinds('GRPCRoute', 'HTTPRoute') })],
      expected: 'a',
    },
    {
      it: 'not where only another kind is allowed',
      listeners: [listener('a', { allowedRoutes: kinds('GRPCRoute') })],
      expected: 'NotAllowedByListeners',
    },
    {
      it: 'not where its kind is allowed of another group',
      listeners: [listener('a', { allowedRoutes: { kinds: [{ group: 'x.io', kind: 'HTTPRoute' }] } })],
      expected: 'NotAllowedByListeners',
    },
    {
      it: 'from any namespace where All is said',
      listeners: [listener('a', { allowedRoutes: { namespaces: { from: 'All' } } })],
      route: { namespace: 'team-a' },
      expected: 'a',
    },
    {
      it: 'from the namespace of the gateway where Same is said',
      listeners: [listener('a', { allowedRoutes: { namespaces: { from: 'Same' } } })],
      expected: 'a',
    },
    {
      it: 'from no other namespace where Same is said',
      listeners: [listener('a', { allowedRoutes: { namespaces: { from: 'Same' } } })],
      route: { namespace: 'team-a' },
      expected: 'NotAllowedByListeners',
    },
    {
      it: 'from a namespace whose labels are selected',
      listeners: [listener('a', { allowedRoutes: selector({ matchLabels: team.labels }) })],
      route: { namespace: 'team-a' },
      expected: 'a',
    },
    {
      it: 'from a namespace that is selected by its name, which Kubernetes makes a label of it',
      listeners: [
        listener('a', {
          allowedRoutes: selector({ matchLabels: { 'kubernetes.io/metadata.name': 'unlisted' } }),
        }),
      ],
      route: { namespace: 'unlisted' },
      expected: 'a',
    },
    {
      it: 'not from a namespace whose labels are not selected',
      listeners: [listener('a', { allowedRoutes: selector({ matchLabels: { team: 'b' } }) })],
      route: { namespace: 'team-a' },
      expected: 'NotAllowedByListeners',
    },
    {
      it: 'where a hostname of it meets that of the listener',
      listeners: [listener('a', { hostname: '*.x' })],
      route: { hostnames: ['a.x', 'a.y'] },
      expected: 'a',
    },
    {
      it: 'not where no hostname of it meets that of the listener',
      listeners: [listener('a', { hostname: '*.x' })],
      route: { hostnames: ['x', 'a.y'] },
      expected: 'NoMatchingListenerHostname',
    },
    {
      it: 'to those that take it, whatever the others say',
      listeners: [
        listener('a', { hostname: '*.x' }),
        listener('b', { hostname: '*.y' }),
        listener('c', { allowedRoutes: kinds('GRPCRoute') }),
      ],
      route: { hostnames: ['a.y'] },
      expected: 'b',
    },
    {
      it: 'or is told the reason of the one where it got furthest',
      listeners: [
        listener('a', { allowedRoutes: kinds('GRPCRoute') }),
        listener('b', { hostname: '*.y' }),
        listener('c', { hostname: '*.z', allowedRoutes: { namespaces: { from: 'Same' } } }),
      ],
      route: { namespace: 'team-a', hostnames: ['a.x'] },
      expected: 'NoMatchingListenerHostname',
    },
    {
      it: 'never where a part of it was refused',
      route: { rules: undefined, refused: [{ pointer: '/spec/rules/0', detail: 'is not supported yet' }] },
      expected: 'UnsupportedValue',
    },
  ]

  test.each(cases)('$it', ({ listeners = [HTTP], route = {}, expected }) => {
    const world = worldOf({
      east: {
        ...WEB,
        routes: {
          gateways: [{ name: 'edge', listeners }],
          namespaces: [{ name: 'team-a', ...team }],
          routes: [{ name: 'r', kind: 'HTTPRoute', gateways: ['edge'], rules: RULES, ...route }],
        },
      },
    })
    const { namespace = 'default' } = route as { namespace?: string }
    const status = statusOf(world, { namespace })
    const { reason, status: accepted } = conditionOf(status, 'Accepted')
    const names = status.parents[0]?.listeners.join(' ')
    expect(accepted === 'True' ? names : reason).toBe(expected)
    expect(names === '').toBe(accepted === 'False')
  })

  test('by each reference for itself', () => {
    const gateways = [
      { name: 'edge', sectionName: 'http' },
      { name: 'edge', sectionName: 'gone' },
    ]
    const world = worldOf({
      east: {
        routes: {
          gateways: [{ name: 'edge', listeners: [HTTP] }],
          routes: [{ name: 'r', kind: 'HTTPRoute', gateways, rules: [{}] }],
        },
      },
    })
    const said = statusOf(world).parents.map(({ reference, listeners }) => [reference.sectionName, listeners])
    expect(Object.fromEntries(said)).toEqual({ http: ['http'], gone: [] })
  })

  test('by the labels that its own source gives its namespace', () => {
    const allowedRoutes = selector({ matchLabels: { team: 'a' } })
    const route = { namespace: 'n', name: 'r', kind: 'HTTPRoute', gateways: ['edge'], rules: [{}] }
    const world = worldOf({
      east: {
        routes: {
          gateways: [{ name: 'edge', listeners: [{ ...HTTP, allowedRoutes }] }],
          namespaces: [{ name: 'n', ...team }],
          routes: [route],
        },
      },
      west: { routes: { routes: [route] } },
    })
    const reasons = ['east', 'west'].map(
      source => conditionOf(statusOf(world, { source, namespace: 'n' }), 'Accepted').reason,
    )
    expect(reasons).toEqual(['Accepted', 'NotAllowedByListeners'])
  })
})
