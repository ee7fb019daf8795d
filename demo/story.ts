import { setTimeout as sleep } from 'node:timers/promises'
import { startBackend } from './backend.ts'
import { request } from './http-request.ts'
import { percentile, rounded } from './latency.ts'
import { type LoadResult, sendRequests, startLoad } from './load.ts'
import { membershipChanges } from './membership.ts'
import { HOST, routes, target, topology } from './scenario.ts'
import { endpoints, type Stage } from './stage.ts'
import { check, fact, heading } from './terminal.ts'
import { waitUntil } from './wait-until.ts'

/** The chapters of the demo: each shows one thing, prints it and says whether it was right. */

const REQUESTS = 200
const RATE = 200
const TOPOLOGY = '/v1/sources/demo/topology'
const ROUTES = '/v1/sources/demo/routes'

export function introduce({ vicinity, local, nonlocal, edges }: Stage): void {
  fact('vicinity', `REST ${vicinity.rest}, xDS ${vicinity.xds}, a fresh SQLite file`)
  fact('backend in zone-a', `${local.pod} on port ${local.port}`)
  fact('backend in zone-b', `${nonlocal.pod} on port ${nonlocal.port}`)
  fact('Envoy in zone-a', `gateway edge-a on port ${edges[0].port}`)
  fact('Envoy in zone-b', `gateway edge-b on port ${edges[1].port}`)
}

export async function answersWhom({ edges, local, nonlocal }: Stage): Promise<boolean> {
  heading(`Who answers whom: ${REQUESTS} requests through each Envoy`)
  const [fromA, fromB] = [
    await sendRequests(target(edges[0]), REQUESTS),
    await sendRequests(target(edges[1]), REQUESTS),
  ]
  const a = check('through zone-a', summary(fromA), onlyFrom(fromA, local.pod))
  const b = check('through zone-b', summary(fromB), onlyFrom(fromB, nonlocal.pod))
  return a && b
}

export async function failover({ edges, local, nonlocal, vicinity, envoys }: Stage): Promise<boolean> {
  heading(`A backend dies (SIGKILL) under ${RATE} requests a second, and nobody is told`)
  const load = startLoad(target(edges[0]), RATE)
  await sleep(1_000)
  await local.kill()
  await sleep(1_500)
  const during = await load.stop()
  const survived = check(
    'through zone-a',
    summary(during),
    during.failures.length === 0 && Object.keys(during.byPod).length === 2,
  )
  const [time] = await membershipChanges(envoys[0], 1, () =>
    vicinity.api.put(TOPOLOGY, topology(endpoints({ nonlocal }))),
  )
  fact('the syncer notices', `its push is in Envoy after ${rounded(time as number)} ms`)
  const after = await sendRequests(target(edges[0]), REQUESTS)
  return check('through zone-a', summary(after), onlyFrom(after, nonlocal.pod)) && survived
}

export async function returns(stage: Stage): Promise<boolean> {
  heading('It comes back, with a new name and port')
  const { vicinity, edges, envoys, nonlocal, closing } = stage
  stage.local = closing.add(await startBackend('zone-routing-backend-local-2'))
  const { local } = stage
  const [time] = await membershipChanges(envoys[0], 1, () =>
    vicinity.api.put(TOPOLOGY, topology(endpoints({ local, nonlocal }))),
  )
  fact('the syncer pushes', `its push is in Envoy after ${rounded(time as number)} ms`)
  const after = await sendRequests(target(edges[0]), REQUESTS)
  return check('through zone-a', summary(after), onlyFrom(after, local.pod))
}

export async function followsRestore({ vicinity, edges }: Stage): Promise<boolean> {
  heading('A revision is restored')
  const { revision: good } = await vicinity.api.put(ROUTES, routes(edges))
  const { revision: bad } = await vicinity.api.put(ROUTES, routes(edges, '/zone-rooting'))
  const broken = await statusBecomes(edges[0].port, 404)
  const typo = check(
    `revision ${bad}, a typing error`,
    `GET /zone-routing is answered with ${broken}`,
    broken === 404,
  )
  const restored = await vicinity.api.post<{ revision: number }>(`/v1/revisions/${good}/restore`, {
    source: 'demo',
  })
  const healed = await statusBecomes(edges[0].port, 200)
  const label = `revision ${restored.revision} restores ${good}`
  return check(label, `GET /zone-routing is answered with ${healed}`, healed === 200) && typo
}

export async function pushLatency({ vicinity, envoys, local, nonlocal }: Stage): Promise<boolean> {
  heading('From a push to a real Envoy')
  const [first] = envoys
  const spare = { pod: 'spare', port: 9, zone: 'zone-b' }
  const times = await membershipChanges(first, 20, index =>
    vicinity.api.put(
      TOPOLOGY,
      topology([...endpoints({ local, nonlocal }), ...(index % 2 === 0 ? [spare] : [])]),
    ),
  )
  const [p50, worst] = [percentile(times, 0.5), Math.max(...times)]
  return check('20 pushes', `p50 ${rounded(p50)} ms, worst ${rounded(worst)} ms`, times.length === 20)
}

function summary({ sent, byPod, failures }: LoadResult): string {
  const pods = Object.entries(byPod).map(
    ([pod, count]) => `${count} ${pod.replace('zone-routing-backend-', '')}`,
  )
  return `${sent} sent: ${[...pods, `${failures.length} failed`].join(', ')}`
}

function onlyFrom({ sent, byPod, failures }: LoadResult, pod: string): boolean {
  return failures.length === 0 && byPod[pod] === sent
}

/** Waits for the status and returns what was answered last. */
async function statusBecomes(port: number, status: number): Promise<number> {
  let last = 0
  const ask = async () => {
    last = (await request(`127.0.0.1:${port}`, { path: '/zone-routing', headers: { host: HOST } })).status
    return last === status
  }
  await waitUntil(`status ${status}`, ask, { timeout: 5_000 }).catch(() => undefined)
  return last
}
