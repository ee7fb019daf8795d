import { setTimeout as sleep } from 'node:timers/promises'
import type { Closing } from '../../demo/closing.ts'
import { freePort } from '../../demo/free-port.ts'
import { startLoad } from '../../demo/load.ts'
import { routes, target, topology } from '../../demo/scenario.ts'
import { freshVicinity, startEdge } from '../../demo/stage.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { measure } from './measure.ts'
import { Pods } from './pods.ts'

/**
 * Three sources with the same service, in zone-a, in zone-b and in both, seen by a real Envoy in each zone under load
 * the whole time: one source pushes an empty service, one falls silent, one is deleted, and they come back.
 */
const RATE = 200
/** Requests of each Envoy that are looked at in each phase, once it has begun. */
const LOOKED_AT = 400
/** What was under way when a phase began is answered by then. */
const SETTLED = 300
const STALE_AFTER = '2s'
const BEAT_EVERY = 500

const SOURCES = { a: ['a-1'], b: ['b-1'], both: ['both-a', 'both-b'] } as const
type Source = keyof typeof SOURCES

type Answered = Record<string, number>

interface Phase {
  readonly name: string
  begin(): Promise<unknown>
  /** Who may answer in zone-a, and in zone-b. */
  readonly expected: readonly [readonly string[], readonly string[]]
}

async function open(closing: Closing) {
  const vicinity = await freshVicinity(closing)
  const pods = await Pods.start(Object.values(SOURCES).flat(), closing)
  const edges = [
    { name: 'edge-a', port: await freePort() },
    { name: 'edge-b', port: await freePort() },
  ] as const
  const push = (source: Source, names: readonly string[] = SOURCES[source]) => {
    const endpoints = names.map(pod => ({ pod, port: pods.port(pod), zone: `zone-${zoneOf(pod)}` }))
    return vicinity.api.putAndWait(`/v1/sources/${source}/topology`, topology(endpoints))
  }
  await vicinity.api.put('/v1/sources/edges/routes', routes(edges))
  for (const source of Object.keys(SOURCES) as Source[]) await push(source)
  for (const [index, zone] of ['zone-a', 'zone-b'].entries()) {
    closing.add(await startEdge(vicinity, { gateway: edges[index]?.name ?? '', zone }))
  }
  return { api: vicinity.api, edges, push }
}

function zoneOf(pod: string): string {
  return pod.startsWith('b-') || pod.endsWith('-b') ? 'b' : 'a'
}

function phases({ api, push }: Awaited<ReturnType<typeof open>>): Phase[] {
  const stale = async (source: Source) =>
    (await api.get<{ stale: object | null }>(`/v1/sources/${source}`)).stale
  let beats: NodeJS.Timeout | undefined
  const beat = () => {
    beats = setInterval(() => void api.call('POST', '/v1/sources/b/heartbeat'), BEAT_EVERY).unref()
  }
  return [
    {
      name: 'all three',
      begin: async () => {
        beat()
        await api.putAndWait('/v1/sources/b/settings', { staleAfter: STALE_AFTER, whenStale: 'standby' })
      },
      expected: [
        ['a-1', 'both-a'],
        ['b-1', 'both-b'],
      ],
    },
    {
      name: 'a pushes an empty service',
      begin: () => push('a', []),
      expected: [['both-a'], ['b-1', 'both-b']],
    },
    {
      name: 'b is silent (standby)',
      begin: async () => {
        clearInterval(beats)
        await waitUntil('b to be silent', () => stale('b'))
      },
      expected: [['both-a'], ['both-b']],
    },
    {
      name: 'both is deleted: only the silent one is left',
      begin: () => api.call('DELETE', '/v1/sources/both', undefined, { prefer: 'wait=10' }),
      expected: [['b-1'], ['b-1']],
    },
    {
      name: 'a pushes its endpoint again',
      begin: () => push('a'),
      expected: [['a-1'], ['a-1']],
    },
    {
      name: 'b beats again',
      begin: async () => {
        beat()
        await waitUntil('b to be heard', async () => (await stale('b')) === null)
      },
      expected: [['a-1'], ['b-1']],
    },
    {
      name: 'both pushes again',
      begin: () => push('both'),
      expected: [
        ['a-1', 'both-a'],
        ['b-1', 'both-b'],
      ],
    },
  ]
}

function difference(after: Answered, before: Answered): Answered {
  const pairs = Object.entries(after).map(([pod, count]) => [pod, count - (before[pod] ?? 0)] as const)
  return Object.fromEntries(pairs.filter(([, count]) => count > 0))
}

await measure('three-sources', async closing => {
  const stage = await open(closing)
  const loads = stage.edges.map(edge => startLoad(target(edge), RATE))
  const rows: { phase: string; right: boolean; 'zone-a': Answered; 'zone-b': Answered }[] = []
  for (const { name, begin, expected } of phases(stage)) {
    await begin()
    await sleep(SETTLED)
    const before = loads.map(load => load.result())
    const enough = () => loads.every((load, at) => load.result().sent - (before[at]?.sent ?? 0) >= LOOKED_AT)
    await waitUntil('requests', enough, { timeout: 60_000 })
    const seen = loads.map((load, at) => difference(load.result().byPod, before[at]?.byPod ?? {}))
    const right = seen.every((pods, at) => Object.keys(pods).sort().join() === expected[at]?.join())
    rows.push({ phase: name, right, 'zone-a': seen[0] ?? {}, 'zone-b': seen[1] ?? {} })
    console.error(JSON.stringify(rows.at(-1)))
  }
  const results = await Promise.all(loads.map(load => load.stop()))
  const failures = results.flatMap(one => one.failures)
  return {
    right: failures.length === 0 && rows.every(row => row.right),
    sent: results.map(({ sent }) => sent),
    failed: failures.length,
    ...(failures.length > 0 && { reasons: failures.slice(0, 10) }),
    rows,
  }
})
