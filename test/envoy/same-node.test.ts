import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../demo/free-port.ts'
import { type LoadResult, sendRequests } from '../../demo/load.ts'
import { type Edge, routes, type ScenarioEndpoint, target, topology } from '../../demo/scenario.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

describe('two Envoys on two nodes of one zone', () => {
  let bed: Testbed
  let edges: readonly [Edge, Edge]
  let endpoints: ScenarioEndpoint[]

  beforeAll(async () => {
    bed = await openTestbed()
    const pods = await Promise.all(['on-node-1', 'on-node-2', 'elsewhere'].map(pod => bed.echo(pod)))
    endpoints = pods.map(({ pod, port }, index) => ({
      pod,
      port,
      zone: index < 2 ? 'zone-a' : 'zone-b',
      node: `node-${index + 1}`,
    }))
    edges = [
      { name: 'edge-1', port: await freePort() },
      { name: 'edge-2', port: await freePort() },
    ]
    await bed.push('topology', topology(endpoints, { trafficDistribution: 'PreferSameNode' }))
    await bed.push('routes', routes(edges))
    await bed.envoy({ gateway: 'edge-1', zone: 'zone-a', node: 'node-1' })
    await bed.envoy({ gateway: 'edge-2', zone: 'zone-a', node: 'node-2' })
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  const throughBoth = () => Promise.all(edges.map(edge => sendRequests(target(edge), 100)))
  const pods = (results: readonly LoadResult[]) => results.map(({ byPod }) => byPod)

  test('PreferSameNode keeps each on its node', async () => {
    await bed.push('topology', topology(endpoints, { trafficDistribution: 'PreferSameNode' }))
    expect(pods(await throughBoth())).toEqual([{ 'on-node-1': 100 }, { 'on-node-2': 100 }])
  })

  test('PreferSameZone spreads each over the nodes of the zone, and no further', async () => {
    await bed.push('topology', topology(endpoints, { trafficDistribution: 'PreferSameZone' }))
    for (const { byPod, failures } of await throughBoth()) {
      expect(failures).toEqual([])
      expect(Object.keys(byPod).sort()).toEqual(['on-node-1', 'on-node-2'])
    }
  })

  test('PreferSameNode without an endpoint on the node stays in the zone, without one there goes anywhere', async () => {
    const [, second, third] = endpoints as [ScenarioEndpoint, ScenarioEndpoint, ScenarioEndpoint]
    await bed.push('topology', topology([second, third], { trafficDistribution: 'PreferSameNode' }))
    expect(pods(await throughBoth())).toEqual([{ 'on-node-2': 100 }, { 'on-node-2': 100 }])
    await bed.push('topology', topology([third], { trafficDistribution: 'PreferSameNode' }))
    expect(pods(await throughBoth())).toEqual([{ elsewhere: 100 }, { elsewhere: 100 }])
  })
})
