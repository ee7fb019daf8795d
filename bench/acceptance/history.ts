import { isDeepStrictEqual } from 'node:util'
import { percentile, rounded } from '../../demo/latency.ts'
import { sendRequests } from '../../demo/load.ts'
import { routes, target, topology } from '../../demo/scenario.ts'
import { endpoints, freshVicinity, openStage } from '../../demo/stage.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { measure } from './measure.ts'

/** 300 pushes: any of them readable by its revision, the diff of any two, a restore that a real Envoy follows. */
const PUSHES = 300
const DIFFS = 100
const PATH = '/v1/sources/history/topology'

interface Diff {
  readonly items: readonly { kind: string; name: string; before: unknown; after: unknown }[]
}

await measure('history', async closing => {
  const stage = await openStage(closing, await freshVicinity(closing))
  const { api } = stage.vicinity
  const pushed: { revision: number; digest: string; services: Map<string, number> }[] = []
  const services = new Map<string, number>()
  for (let push = 0; push < PUSHES; push += 1) {
    const name = `svc-${Math.floor(Math.random() * 20)}`
    if (services.has(name) && Math.random() < 0.3) services.delete(name)
    else services.set(name, 1_000 + push)
    const { revision, digest } = await api.put(PATH, documentOf(services))
    pushed.push({ revision, digest, services: new Map(services) })
  }

  const reads: number[] = []
  let wrongReads = 0
  for (const { revision, digest, services } of pushed) {
    const began = performance.now()
    const answer = await api.call<{ services?: ReadService[] }>('GET', `${PATH}?revision=${revision}`)
    reads.push(performance.now() - began)
    const right = answer.headers.etag === `"${digest}"` && isDeepStrictEqual(portsOf(answer.body), services)
    if (!right) wrongReads += 1
  }

  const diffs: number[] = []
  let wrongDiffs = 0
  for (let diff = 0; diff < DIFFS; diff += 1) {
    const [from, to] = [pick(pushed), pick(pushed)]
    const began = performance.now()
    const path = `/v1/revisions/${to.revision}/diff?from=${from.revision}&limit=1000`
    const { items } = await api.get<Diff>(path)
    diffs.push(performance.now() - began)
    const named = items.filter(({ kind }) => kind === 'Endpoints').map(({ name }) => name)
    if (!isDeepStrictEqual(named.sort(), changedNames(from.services, to.services))) wrongDiffs += 1
  }

  const restore = await restoreFollowed(stage)
  const ms = (values: number[]) => ({
    p50: rounded(percentile(values, 0.5)),
    p99: rounded(percentile(values, 0.99)),
  })
  return {
    right: wrongReads === 0 && wrongDiffs === 0 && restore.followed,
    pushes: PUSHES,
    reads: { wrong: wrongReads, ...ms(reads) },
    diffs: { count: DIFFS, wrong: wrongDiffs, ...ms(diffs) },
    restore,
  }
})

interface ReadService {
  readonly name: string
  readonly endpoints?: readonly { readonly port: number }[]
}

function documentOf(services: ReadonlyMap<string, number>): object {
  return {
    services: [...services].map(([name, port]) => ({
      name,
      ports: [{ port: 80 }],
      endpoints: [{ name: 'pod', address: '10.0.0.1', port }],
    })),
  }
}

function portsOf({ services = [] }: { services?: readonly ReadService[] }): Map<string, number> {
  const found = services.map(({ name, endpoints = [] }) => [name, endpoints[0]?.port ?? 0] as const)
  return new Map(found)
}

/** Names whose endpoints differ, sorted. */
function changedNames(from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): string[] {
  const names = new Set([...from.keys(), ...to.keys()])
  return [...names].filter(name => from.get(name) !== to.get(name)).sort()
}

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)] as T
}

/** Breaks the routes, restores the revision before, and waits for Envoy to serve as it did. */
async function restoreFollowed(stage: Awaited<ReturnType<typeof openStage>>) {
  const { vicinity, edges, local } = stage
  const { revision: good } = await vicinity.api.put('/v1/sources/demo/routes', routes(edges))
  await vicinity.api.put('/v1/sources/demo/topology', topology(endpoints(stage)))
  await vicinity.api.put('/v1/sources/demo/routes', routes(edges, '/elsewhere'))
  const answered = async () => (await sendRequests(target(edges[0]), 1)).byPod[local.pod] === 1
  await waitUntil('the route to be gone', async () => !(await answered()))
  const began = performance.now()
  await vicinity.api.post(`/v1/revisions/${good}/restore`, { source: 'demo' })
  await waitUntil('the route to be back', answered, { every: 1 })
  return { followed: true, ms: rounded(performance.now() - began) }
}
