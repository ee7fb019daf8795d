import { setTimeout as sleep } from 'node:timers/promises'
import type { Closing } from '../../demo/closing.ts'
import { serveEcho } from '../../demo/echo-server.ts'
import { startEnvoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { startLoad } from '../../demo/load.ts'
import { startVicinity, type Vicinity } from '../../demo/vicinity.ts'
import { type Address, parseAddress } from '../../src/address.ts'
import { envoyBootstrap } from '../../src/cli/envoy-bootstrap.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { measure } from './measure.ts'

/**
 * What changes cost an Envoy that asks by REST, under 100 requests a second: each push takes the one service away, brings the other
 * and leads the route to it. The Envoy asks one replica, where every answer must be a 200, or two in turns: then each
 * sees half of what it says.
 */
const CHANGES = 12
const RATE = 100
/** Longer than a change takes: three polls of at most two seconds each. */
const PAUSE = 8_000

await measure('rest-changes', async closing => {
  const server = await startPostgres()
  closing.addWay(() => server.close())
  const pods = { blue: await serveEcho('blue'), green: await serveEcho('green') }
  for (const pod of Object.values(pods)) closing.addWay(() => pod.close())
  const figures = async (count: number) => {
    const database = await server.createDatabase()
    const start = async () => closing.add(await startVicinity({ database }))
    const replicas = [await start(), ...(count > 1 ? [await start()] : [])]
    return changesUnderLoad(closing, replicas, pods)
  }
  const alone = await figures(1)
  const inTurns = await figures(2)
  return { right: alone.failed === 0, changes: CHANGES, rate: RATE, alone, inTurns }
})

async function changesUnderLoad(
  closing: Closing,
  replicas: readonly Vicinity[],
  pods: Record<'blue' | 'green', { readonly port: number }>,
) {
  const [{ api }] = replicas as [Vicinity]
  const port = await freePort()
  const push = (name: 'blue' | 'green') =>
    api.put('/v1/sources/east/snapshot', {
      topology: {
        services: [
          { name, endpoints: [{ name, address: '127.0.0.1', port: pods[name].port, zone: 'zone-a' }] },
        ],
      },
      routes: {
        gateways: [
          { name: 'edge', listeners: [{ name: 'http', address: '127.0.0.1', port, protocol: 'HTTP' }] },
        ],
        routes: [
          {
            name: 'all',
            kind: 'HTTPRoute',
            gateways: ['edge'],
            rules: [{ backendRefs: [{ name, port: pods[name].port }] }],
          },
        ],
      },
    })
  await push('blue')
  await startPolling(closing, replicas)
  const seen: { readonly pod: string; readonly at: number }[] = []
  const load = startLoad({ address: `127.0.0.1:${port}`, path: '/', host: 'x' }, RATE, {
    answered: (pod, at) => seen.push({ pod, at }),
  })
  const arrivals: number[] = []
  for (let change = 0; change < CHANGES; change += 1) {
    const name = change % 2 === 0 ? 'green' : 'blue'
    await push(name)
    const pushed = performance.now()
    await sleep(PAUSE)
    const first = seen.find(one => one.pod === name && one.at > pushed)
    if (first) arrivals.push(Math.round(first.at - pushed))
  }
  const { sent, failures } = await load.stop()
  return { requests: sent, failed: failures.length, arrivedMs: arrivals.sort((a, b) => a - b) }
}

async function startPolling(closing: Closing, replicas: readonly Vicinity[]): Promise<void> {
  const admin = `127.0.0.1:${await freePort()}`
  const [rest, ...others] = replicas.map(one => parseAddress(one.rest) as Address) as [Address, ...Address[]]
  const stand = { id: 'poller', zone: 'zone-a', gateway: 'edge', admin: parseAddress(admin) as Address }
  const target = { address: rest, refreshDelay: 1 }
  const bootstrap = envoyBootstrap({ ...stand, form: 'rest', xds: rest, rest: target }) as Bootstrap
  for (const { host, port } of others) {
    const endpoint = { address: { socket_address: { address: host, port_value: port } } }
    bootstrap.static_resources.clusters[0].load_assignment.endpoints[0].lb_endpoints.push({ endpoint })
  }
  closing.add(await startEnvoy(JSON.stringify(bootstrap), admin))
}

interface Bootstrap {
  readonly static_resources: {
    readonly clusters: [{ readonly load_assignment: { readonly endpoints: [{ lb_endpoints: object[] }] } }]
  }
}
