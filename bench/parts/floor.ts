import { Closing } from '../../demo/closing.ts'
import { measure } from '../acceptance/measure.ts'
import { benchPrograms } from '../compare/bench-programs.ts'
import { pushOf, type ServerFigures } from '../compare/figures.ts'
import { runScenario } from '../compare/scenario.ts'
import { sizeOf } from '../compare/targets.ts'
import { startFloorServer } from '../floor/floor-server.ts'

/** What grpc-js costs by itself: the least that a server on it can show on this machine. */
const QUICK = process.env.BENCH_QUICK !== undefined
const SIZES = QUICK
  ? [[100, 100] as const]
  : ([
      [100, 100],
      [1_000, 1_000],
      [5_000, 200],
    ] as const)
const REPETITIONS = QUICK ? 3 : 5
const VARIANTS = [
  { name: 'library', flags: [] },
  { name: 'past the library', flags: ['--past-library'] },
] as const

const TEXT = [
  'A bare server that writes prepared bytes, the same to every stream, and reads of a request no more than its type. `library`: every',
  'message as grpc-js writes and reads it; `past the library`: as Vicinity does (`src/xds/streams/message-stream.ts`). The difference to',
  'it is what Vicinity adds.',
].join(' ')

const COLUMNS = [
  'services × streams',
  'server',
  'CPU to ready, s',
  'ready p99, ms',
  'memory with all streams, MiB',
  '1 changed: CPU, s',
  'p99, ms',
  '100 changed: CPU, s',
  'p99, ms',
  'reconnect with versions: CPU, s',
]

await measure('floor', async () => {
  const { fleet } = await benchPrograms()
  const figures: ServerFigures[] = []
  for (const [services, streams] of SIZES) {
    const workload = { services, streams, endpoints: 10, zones: 3 }
    for (const { name, flags } of VARIANTS) {
      console.error(`floor: ${sizeOf(workload)}, ${name}`)
      figures.push(
        await closed(async own => {
          const server = own.add(await startFloorServer({ name, workload, flags }))
          return runScenario(own, fleet, server, {
            workload,
            run: 1,
            changes: [1, 100],
            repetitions: REPETITIONS,
            warmUps: 3,
            reconnect: true,
          })
        }),
      )
    }
  }
  return {
    right: true,
    title: 'The floor',
    text: TEXT,
    tables: [{ columns: COLUMNS, rows: figures.map(rowOf) }],
    figures,
  }
})

function rowOf(one: ServerFigures): (string | number)[] {
  const [few, many] = [pushOf(one, 1), pushOf(one, 100)]
  return [
    sizeOf(one.workload),
    one.server,
    rounded(one.ready.cpuSeconds, 2),
    rounded(one.ready.ms.p99, 0),
    rounded(one.rssMiB.ready, 0),
    rounded(few?.cpuSeconds, 3),
    rounded(few?.ms.p99, 0),
    rounded(many?.cpuSeconds, 3),
    rounded(many?.ms.p99, 0),
    rounded(one.reconnect?.cpuSeconds, 2),
  ]
}

function rounded(value: number | undefined, digits: number): number {
  return Number((value ?? Number.NaN).toFixed(digits))
}

async function closed<T>(act: (own: Closing) => Promise<T>): Promise<T> {
  const own = new Closing()
  try {
    return await act(own)
  } finally {
    await own.close()
  }
}
