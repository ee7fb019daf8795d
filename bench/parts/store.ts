import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Closing } from '../../demo/closing.ts'
import type { PushAnswer } from '../../demo/rest-api.ts'
import { temporaryFolder } from '../../demo/stage.ts'
import { startVicinity, type Vicinity } from '../../demo/vicinity.ts'
import { findPostgres } from '../../test/support/postgres/find-postgres.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { measure } from '../acceptance/measure.ts'
import { memoryOf } from '../acceptance/process-memory.ts'
import { withCpuOf } from '../compare/settled.ts'
import { topologyOf } from '../compare/workload.ts'
import type { PartResult } from '../part-result.ts'
import { IS_QUICK, loadNow, round } from './shared/load.ts'
import { type DatabaseLoad, watchDatabase } from './store/database-load.ts'
import { type Figure, Patcher, REPETITIONS, SIZE, TOPOLOGY } from './store/patcher.ts'

/** What a pusher waits for and what it costs, from the body to the commit that is synced to the disk, without any Envoy. */
const LATER = IS_QUICK ? 1_000 : 5_000

await measure('store', async closing => {
  const folder = await temporaryFolder(closing)
  const onSqlite = await measureForm(closing, join(folder, 'vicinity.db'))
  const onPostgres = (await findPostgres()) === undefined ? undefined : await measurePostgres(closing)
  const forms = [
    { form: 'SQLite', ...onSqlite },
    ...(onPostgres === undefined ? [] : [{ form: 'PostgreSQL', ...onPostgres }]),
  ]
  const cells = ({ ms, cpuSeconds }: Figure) => `${round(ms)} / ${round(cpuSeconds, 4)}`
  const load = onPostgres?.load
  return {
    right: forms.every(one => one.isRight),
    title: 'The store',
    text: [
      `Pushes of ${SIZE.services} services of ${SIZE.endpoints} endpoints: milliseconds until they are answered (of PATCHes the median) / CPU seconds of the process.`,
      ...(onPostgres === undefined ? ['Not measured: PostgreSQL, which is not on this machine.'] : []),
    ].join(' '),
    tables: [
      {
        columns: [
          '',
          'PUT of all',
          'the same again',
          'PATCH of 1',
          'PATCH of 100',
          'RSS idle',
          'peak',
          `${LATER / 1_000} s after, MiB`,
        ],
        rows: forms.map(one => [
          one.form,
          ...[one.put, one.again, one.patchOne, one.patchHundred].map(cells),
          one.idleMiB,
          one.peakMiB,
          one.laterMiB,
        ]),
      },
      ...(onPostgres === undefined || load === undefined
        ? []
        : [
            {
              caption: `A change that one replica takes is seen by another one, from the PATCH to the answer of the other: ${round(onPostgres.feed.p50)} ms (p50), ${round(onPostgres.feed.p99)} ms (p99). What the database does for a PATCH of one service with two replicas, and when nothing happens:`,
              columns: ['', 'transactions', 'rows written', 'rows read', 'WAL bytes', 'notifications'],
              rows: [loadRow('a PATCH', load.ofPatch), loadRow('a second, both replicas', load.ofSecond)],
            },
          ]),
    ],
    forms,
    loadAfter: loadNow(),
  } satisfies Omit<PartResult, 'measured'> & Record<string, unknown>
})

function loadRow(name: string, load: DatabaseLoad): (string | number)[] {
  const { transactions, written, read, walBytes, notifications } = load
  return [name, round(transactions), round(written), round(read), Math.round(walBytes), round(notifications)]
}

async function measurePostgres(closing: Closing) {
  const server = await startPostgres({ fsync: 'on', shared_buffers: '128MB' })
  closing.addWay(() => server.close())
  const database = await server.createDatabase()
  const other = closing.add(await startVicinity({ database }))
  return measureForm(closing, database, other)
}

async function measureForm(closing: Closing, database: string, other?: Vicinity) {
  const vicinity = closing.add(await startVicinity({ database }))
  const { pid, api } = vicinity
  const idle = await memoryOf(pid)
  const text = JSON.stringify(topologyOf(SIZE))
  const put = () => figureOf(pid, () => api.callText<PushAnswer>('PUT', TOPOLOGY, text))
  const first = await put()
  const { peakMiB } = await memoryOf(pid)
  await sleep(LATER)
  const later = await memoryOf(pid)
  const again = await put()
  const patcher = new Patcher(vicinity)
  const patchOne = await patcher.measure(1)
  const patchHundred = await patcher.measure(100)
  const onBoth = other && {
    feed: await patcher.untilSeenBy(other),
    load: await databaseLoad(database, patcher),
  }
  await vicinity.stop()
  await other?.stop()
  return {
    isRight: first.value.body.changed.added >= SIZE.services * 2 && again.value.body.unchanged,
    bodyBytes: text.length,
    put: { ms: first.ms, cpuSeconds: first.cpuSeconds },
    again: { ms: again.ms, cpuSeconds: again.cpuSeconds },
    patchOne,
    patchHundred,
    idleMiB: idle.rssMiB,
    peakMiB,
    laterMiB: later.rssMiB,
    ...onBoth,
  } as Filled
}

interface Filled {
  readonly isRight: boolean
  readonly bodyBytes: number
  readonly put: Figure
  readonly again: Figure
  readonly patchOne: Figure
  readonly patchHundred: Figure
  readonly idleMiB: number
  readonly peakMiB: number
  readonly laterMiB: number
  readonly feed: { readonly p50: number; readonly p99: number }
  readonly load: { readonly ofPatch: DatabaseLoad; readonly ofSecond: DatabaseLoad }
}

async function figureOf<T>(pid: number, action: () => Promise<T>) {
  let ms = 0
  const { value, cpuSeconds } = await withCpuOf(pid, async () => {
    const began = performance.now()
    const done = await action()
    ms = performance.now() - began
    return done
  })
  return { value, ms, cpuSeconds }
}

/** Pushes one a while, and the same time without any, which is taken off. */
async function databaseLoad(database: string, patcher: Patcher) {
  const watch = await watchDatabase(database)
  try {
    const pause = 200
    const push = async () => {
      for (let count = 0; count < REPETITIONS; count += 1) {
        await patcher.patch(1)
        await sleep(pause)
      }
    }
    const idle = await watch.during(() => sleep(REPETITIONS * pause))
    const busy = await watch.during(push)
    const each = (of: (key: keyof DatabaseLoad) => number): DatabaseLoad => ({
      transactions: of('transactions'),
      written: of('written'),
      read: of('read'),
      walBytes: of('walBytes'),
      notifications: of('notifications'),
    })
    const ofSecond = each(key => idle.load[key] / idle.seconds)
    const ofPatch = each(key => (busy.load[key] - ofSecond[key] * busy.seconds) / REPETITIONS)
    return { ofPatch, ofSecond }
  } finally {
    await watch.close()
  }
}
