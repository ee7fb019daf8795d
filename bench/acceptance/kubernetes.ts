import { sendRequests } from '../../demo/load.ts'
import { freshVicinity, startEdge } from '../../demo/stage.ts'
import { findKubernetesApi, HOW_TO_GET_IT } from '../../test/support/kubernetes-api/find-kubernetes-api.ts'
import { machineAddress } from '../../test/support/kubernetes-api/machine-address.ts'
import { openZoneRoutingCluster, podOn } from '../../test/support/kubernetes-api/zone-routing-cluster.ts'
import { HOST, NODES, SERVICES } from '../../test/support/kubernetes-api/zone-routing-objects.ts'
import { runVicinity } from './kubernetes-cli.ts'
import { measure } from './measure.ts'

/** Zone routing on a real Kubernetes API server: `kubectl get … | vicinity push`, 1,000 requests a service and zone. */
const REQUESTS = 1_000

await measure('kubernetes', async closing => {
  const installation = await findKubernetesApi()
  if (!installation) throw new Error(`there is no Kubernetes API server to run: ${HOW_TO_GET_IT}`)
  const address = machineAddress()
  if (!address) throw new Error('this machine has no IPv4 address that the API server takes for Pods')
  const vicinity = await freshVicinity(closing)
  const cluster = await openZoneRoutingCluster(installation, address, closing)
  const push = async () => {
    const list = await cluster.list()
    const { code, ms, stderr } = await runVicinity(vicinity.rest, ['push', '--source', 'east', '-'], list)
    return { code, ms, complained: stderr }
  }
  const pushed = await push()
  const { a, b } = cluster.edges
  closing.add(await startEdge(vicinity, { gateway: a.name, zone: 'zone-a', node: 'node-a1' }))
  closing.add(await startEdge(vicinity, { gateway: b.name, zone: 'zone-b', node: 'node-b1' }))

  const services = []
  for (const { path, trafficDistribution, families } of SERVICES) {
    for (const [zone, edge] of [
      ['zone-a', a],
      ['zone-b', b],
    ] as const) {
      const sent = await sendRequests({ address: `127.0.0.1:${edge.port}`, path, host: HOST }, REQUESTS)
      const local = localOf(sent.byPod, zone, trafficDistribution === 'PreferSameNode')
      const failed = sent.failures.length
      services.push({
        trafficDistribution,
        families,
        zone,
        byPod: sent.byPod,
        failed,
        localShare: local / REQUESTS,
      })
    }
  }
  return {
    right: pushed.code === 0 && services.every(({ localShare }) => localShare === 1),
    pushed,
    services,
    again: await push(),
  }
})

/** Requests that were answered in the zone, or on the first node of it. */
function localOf(byPod: Readonly<Record<string, number>>, zone: string, sameNode: boolean): number {
  const near = NODES.filter(node => node.zone === zone).map(({ name }) => podOn(name))
  const local = sameNode ? near.slice(0, 1) : near
  return local.reduce((sum, pod) => sum + (byPod[pod] ?? 0), 0)
}
