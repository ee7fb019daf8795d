import { freePort } from '../../demo/free-port.ts'
import { startLoad, type Target } from '../../demo/load.ts'
import { HOST } from '../../demo/scenario.ts'
import { freshVicinity, openStage } from '../../demo/stage.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { measure } from './measure.ts'

/**
 * 200 changes under load through a real Envoy: the order of routes, a service moved from one route to another, a
 * route and its service coming and going in one push. Every answer must be a 200.
 */
const CHANGES = 200
const RATE = 200

await measure('route-churn', async closing => {
  const stage = await openStage(closing, await freshVicinity(closing))
  const { vicinity, edges, local, nonlocal } = stage
  const edge = { ...edges[0], port: await freePort() }
  const service = (name: string, port: number) => ({
    name,
    ports: [{ port: 80 }],
    endpoints: [{ address: '127.0.0.1', port, zone: 'zone-a' }],
  })
  const both = [service('one', local.port), service('two', nonlocal.port)]
  const rule = (path: string, name: string) => ({
    matches: [{ path: { value: path } }],
    backendRefs: [{ name, port: 80 }],
  })
  const route = (name: string, ...rules: object[]) => ({
    name,
    kind: 'HTTPRoute',
    gateways: ['edge-a'],
    rules,
  })
  const base = route('base', rule('/', 'one'))
  const steps = [
    { services: both, routes: [route('base', rule('/a', 'one'), rule('/b', 'two'), rule('/', 'one'))] },
    { services: both, routes: [route('base', rule('/', 'one'), rule('/b', 'two'), rule('/a', 'one'))] },
    { services: both, routes: [base, route('first', rule('/b', 'two'))] },
    { services: both, routes: [base, route('second', rule('/b', 'two'))] },
    { services: [both[0]], routes: [base] },
    { services: [both[1]], routes: [route('base', rule('/', 'two'))] },
    { services: both, routes: [route('base', rule('/', 'two')), route('a-first', rule('/a', 'one'))] },
    { services: [both[0]], routes: [base] },
  ]
  const listener = { name: 'churn', address: '127.0.0.1', port: edge.port, protocol: 'HTTP' }
  const push = (index: number) => {
    const { services, routes } = steps[index % steps.length] as (typeof steps)[number]
    const gateways = [{ name: 'edge-a', listeners: [listener] }]
    return vicinity.api.put('/v1/sources/demo/snapshot', {
      topology: { zones: [{ zone: 'zone-a', region: 'r1' }], services },
      routes: { gateways, routes },
    })
  }
  await push(0)
  const targets: Target[] = ['/a', '/b', '/'].map(path => ({
    address: `127.0.0.1:${edge.port}`,
    path,
    host: HOST,
  }))
  await waitUntil('the listener to answer', async () => {
    const probe = startLoad(targets, 50)
    await waitUntil('three requests', () => probe.result().sent >= 3)
    return (await probe.stop()).failures.length === 0
  })

  const load = startLoad(targets, RATE)
  const began = performance.now()
  for (let change = 1; change <= CHANGES; change += 1) {
    await push(change)
    const { sent } = load.result()
    await waitUntil('requests between changes', () => load.result().sent >= sent + 4, { every: 2 })
  }
  const seconds = (performance.now() - began) / 1000
  const { sent, failures } = await load.stop()
  return {
    right: failures.length === 0,
    changes: CHANGES,
    seconds: Math.round(seconds),
    requests: sent,
    otherThan200: failures.length,
    reasons: failures.slice(0, 5),
  }
})
