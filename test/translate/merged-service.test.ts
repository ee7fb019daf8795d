import { describe, expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import { viewpoint } from '../support/candidate.ts'
import { worldOf } from '../support/world.ts'

function chosenFrom(zone: string, region: string, endpoints: object[]): string[] {
  const zones = [
    { zone: 'zone-a', region: 'r1' },
    { zone: 'zone-x', region: 'r2' },
  ]
  const services = [{ name: 'web', ports: [{ port: 80 }], endpoints }]
  const decision = worldOf({ east: { topology: { zones, services } } })
    .service('default', 'web')
    ?.decision(80)
  if (decision === undefined) throw new Error('the service has no port 80')
  const { endpoints: assigned } = assign(decision, viewpoint(zone, '', { region }))
  return assigned.filter(one => one.chosen).map(one => one.candidate.name)
}

const hinted = (name: string, zone: string, fields: object = {}) => ({
  name,
  address: '10.0.0.1',
  port: name.length,
  hints: { zones: [zone] },
  ...fields,
})

test('hints steer endpoints of which no zone is known, as in kube-proxy, which reads nothing but hints', () => {
  const endpoints = [hinted('a', 'zone-a'), hinted('xx', 'zone-x')]
  expect(chosenFrom('zone-a', 'r1', endpoints)).toEqual(['a'])
  expect(chosenFrom('zone-x', 'r2', endpoints)).toEqual(['xx'])
})

test('a hint that lends an endpoint to a zone of another region means that zone', () => {
  const endpoints = [
    hinted('lent', 'zone-a', { zone: 'zone-x' }),
    hinted('stays', 'zone-x', { zone: 'zone-x' }),
  ]
  expect(chosenFrom('zone-a', 'r1', endpoints)).toEqual(['lent'])
  expect(chosenFrom('zone-x', 'r2', endpoints)).toEqual(['stays'])
})

test('a hint for a zone that nobody declares means one in the region of its endpoint', () => {
  const endpoints = [
    hinted('here', 'zone-n', { zone: 'zone-n', region: 'r3' }),
    hinted('there', 'zone-x', { zone: 'zone-x' }),
  ]
  expect(chosenFrom('zone-n', 'r3', endpoints)).toEqual(['here'])
  expect(chosenFrom('zone-n', 'r1', endpoints)).toEqual(['there', 'here'])
})

describe('Topology Aware Routing', () => {
  const zones = ['zone-a', 'zone-b'].map(zone => ({ zone, region: 'r1', capacity: 8 }))
  let ports = 0
  const endpointsIn = (zone: string, names: readonly string[], fields: object = {}) =>
    names.map(name => ({ name, address: '10.0.0.1', port: ++ports, zone, ...fields }))
  const service = (endpoints: object[], fields: object = {}) => ({
    name: 'web',
    topologyMode: 'Auto',
    trafficDistribution: 'PreferSameNode',
    ports: [{ port: 80 }],
    endpoints,
    ...fields,
  })
  const seenFrom = (zone: string, sources: Parameters<typeof worldOf>[0]) => {
    const decision = worldOf(sources).service('default', 'web')?.decision(80)
    if (decision === undefined) throw new Error('the service has no port 80')
    const { mode, rule, notes, endpoints } = assign(decision, viewpoint(zone))
    const chosen = endpoints.filter(one => one.chosen)
    return { mode, rule, notes, chosen: chosen.map(one => `${one.candidate.name}: ${one.reason}`) }
  }
  const uneven = [...endpointsIn('zone-a', ['a1', 'a2', 'a3']), ...endpointsIn('zone-b', ['b1'])]

  test('wins over trafficDistribution and lends endpoints to zones that have too few', () => {
    const east = { topology: { zones, services: [service(uneven)] } }
    expect(seenFrom('zone-a', { east })).toMatchObject({
      mode: 'Auto',
      rule: 'topologyMode Auto of source east, revision 1',
      chosen: ["a2: in the proxy's zone", "a3: in the proxy's zone"],
    })
    expect(seenFrom('zone-b', { east }).chosen).toEqual([
      "a1: lent to the proxy's zone by Auto",
      "b1: in the proxy's zone",
    ])
  })

  test('is off with its numbers where a safeguard speaks', () => {
    const three = [...zones, { zone: 'zone-c', region: 'r1', capacity: 8 }]
    const eleven = [4, 4, 3].flatMap((count, index) =>
      endpointsIn(
        three[index]?.zone ?? '',
        Array.from({ length: count }, (_, n) => `${index}-${n}`),
      ),
    )
    const seen = seenFrom('zone-a', { east: { topology: { zones: three, services: [service(eleven)] } } })
    expect(seen.chosen).toHaveLength(11)
    expect(seen.notes).toEqual(['Auto is off: 11 endpoints cannot give 3 zones their minimum of 4 each'])
  })

  test('gives an endpoint one hint for all of its ports, and counts drained ones nowhere', () => {
    const named = [
      { name: 'http', port: 80 },
      { name: 'admin', port: 81 },
    ]
    const listening = uneven.map(({ port, ...one }) => ({
      ...one,
      ports: one.name === 'a1' ? { admin: port } : { http: port, admin: port },
    }))
    const drained = { ...listening[0], name: 'drained', weight: 0, ports: { http: 999 } }
    const endpoints = [...listening, drained]
    const east = { topology: { zones, services: [service(endpoints, { ports: named })] } }
    expect(seenFrom('zone-b', { east }).chosen).toEqual(["b1: in the proxy's zone"])
  })

  test('of one source that refuses leaves the others theirs', () => {
    const west = { topology: { services: [service(endpointsIn('zone-a', ['w1'], { region: 'r1' }))] } }
    const east = { topology: { zones, services: [service(uneven)] } }
    const seen = seenFrom('zone-a', { east, west })
    expect(seen.chosen.map(one => one.split(':')[0])).toEqual(['a2', 'a3', 'w1'])
    expect(seen.notes).toContain('Auto is off for source west: no zone has a known capacity')
  })

  test('that every source refuses is cluster-wide', () => {
    const source = (name: string) => ({
      topology: { services: [service(endpointsIn('zone-a', [name]))] },
    })
    expect(seenFrom('zone-a', { east: source('e'), west: source('w') }).chosen).toEqual([
      'e: all are used: the rule names none for this proxy',
      'w: all are used: the rule names none for this proxy',
    ])
  })

  test('leaves it to the hints where endpoints bring their own', () => {
    const given = uneven.map(one => ({ ...one, hints: { zones: [one.zone] } }))
    const seen = seenFrom('zone-b', { east: { topology: { zones, services: [service(given)] } } })
    expect(seen).toMatchObject({ mode: 'Hints', chosen: ["b1: its hints name the proxy's zone"] })
  })
})

describe('an endpoint that is terminating', () => {
  const ending = (fields: object) => [
    { name: 'ends', address: '10.0.0.1', port: 80, zone: 'zone-a', terminating: true, ...fields },
    { name: 'stays', address: '10.0.0.2', port: 80, zone: 'zone-a' },
  ]

  test('gets nothing where it is not ready, and is the last to serve', () => {
    expect(chosenFrom('zone-a', 'r1', ending({ ready: false }))).toEqual(['stays'])
    expect(chosenFrom('zone-a', 'r1', ending({ ready: false }).slice(0, 1))).toEqual(['ends'])
  })

  // kube-proxy reads `ready` and not `terminating`, and takes an unset `ready` for true (CategorizeEndpoints).
  test.each([{}, { ready: true }, { ready: null }])('is used as long as it counts as ready: %j', fields => {
    expect(chosenFrom('zone-a', 'r1', ending(fields))).toEqual(['ends', 'stays'])
  })
})

test('settings of the source that has had the service longest stand, and what others say is a conflict', () => {
  const checked = (path: string) => ({ healthCheck: { active: { type: 'HTTP', http: { path } } } })
  const say = (settings: object) => ({
    topology: { services: [{ name: 'web', ports: [{ port: 80 }], ...settings }] },
  })
  const web = worldOf({
    east: say(checked('/a')),
    same: say({
      healthCheck: { active: { http: { path: '/a', method: 'GET' }, type: 'HTTP', interval: '3s' } },
    }),
    west: say({ ...checked('/b'), circuitBreaker: { maxConnections: 1 }, loadBalancer: { type: 'Random' } }),
  }).service('default', 'web')
  expect(web?.settings.healthCheck).toEqual(checked('/a').healthCheck)
  expect(web?.conflicts.map(({ source, field }) => `${source} ${field}`)).toEqual([
    'west loadBalancer',
    'west healthCheck',
    'west circuitBreaker',
  ])
})
