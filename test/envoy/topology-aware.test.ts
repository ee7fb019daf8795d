import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EchoServer } from '../../demo/echo-server.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests } from '../../demo/load.ts'
import { type Edge, routes, target, topology } from '../../demo/scenario.ts'
import type { Explanation } from '../../src/operations/explain-assignment.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

describe('Topology Aware Routing through two real Envoys', () => {
  let bed: Testbed
  let edges: readonly [Edge, Edge]
  let pods: readonly EchoServer[]

  beforeAll(async () => {
    bed = await openTestbed()
    pods = await Promise.all(['a-1', 'a-2', 'a-3', 'b-1'].map(pod => bed.echo(pod)))
    edges = [
      { name: 'edge-a', port: await freePort() },
      { name: 'edge-b', port: await freePort() },
    ]
    await bed.push('topology', document([node('n1', 'zone-a', '4'), node('n2', 'zone-b', '3920m')]))
    await bed.push('routes', routes(edges))
    await bed.envoy({ gateway: 'edge-a', zone: 'zone-a' })
    await bed.envoy({ gateway: 'edge-b', zone: 'zone-b' })
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  const node = (name: string, zone: string, cpu: string) => ({ name, zone, cpu })
  const document = (nodes: object[]) => {
    const endpoints = pods.map(({ pod, port }) => ({ pod, port, zone: `zone-${pod[0]}` }))
    const { zones, services } = topology(endpoints) as { zones: object[]; services: object[] }
    return { zones, nodes, services: services.map(one => ({ ...one, topologyMode: 'Auto' })) }
  }
  /** Who answered 100 requests through each Envoy; all of them must have been answered. */
  const answeredBy = async () => {
    const results = await Promise.all(edges.map(edge => sendRequests(target(edge), 100)))
    expect(results.flatMap(one => one.failures)).toEqual([])
    return results.map(({ byPod }) => Object.keys(byPod).sort())
  }
  const notes = async () => {
    const path = '/v1/services/default/zone-routing-backend/assignment?zone=zone-a'
    return (await bed.api.call<Explanation>('GET', path)).body.notes
  }
  /** Changes one node, as a syncer that watches does, and waits for the Envoys. */
  const patch = (change: object) =>
    bed.api.call('PATCH', '/v1/sources/test/topology', change, { prefer: 'wait=10' })

  test('lends an endpoint to the zone that has too few, and each zone keeps to its own', async () => {
    expect(await answeredBy()).toEqual([
      ['a-2', 'a-3'],
      ['a-1', 'b-1'],
    ])
  })

  test('is off for all once one node has no zone, and on again when it has one', async () => {
    const everybody = ['a-1', 'a-2', 'a-3', 'b-1']
    await patch({ upsert: { nodes: [{ name: 'n3', cpu: '4' }] } })
    expect(await notes()).toEqual(['Auto is off: the zone of node n3 is not known'])
    expect(await answeredBy()).toEqual([everybody, everybody])
    await patch({ remove: [{ kind: 'Node', name: 'n3' }] })
    expect(await answeredBy()).toEqual([
      ['a-2', 'a-3'],
      ['a-1', 'b-1'],
    ])
  })

  test('follows what zones have, and says when it cannot', async () => {
    await patch({ upsert: { nodes: [node('n1', 'zone-a', '12')] } })
    expect(await answeredBy()).toEqual([['a-1', 'a-2', 'a-3'], ['b-1']])
    await patch({ upsert: { nodes: [node('n4', 'zone-c', '1')] } })
    expect(await notes()).toEqual([
      'Auto is off: 4 endpoints cannot give the zones their minimum: zone-c 1, r1/zone-a 3, r1/zone-b 1',
    ])
  })
})
