import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { rounded } from '../../demo/latency.ts'
import { type PushAnswer, RestApi } from '../../demo/rest-api.ts'
import { temporaryFolder } from '../../demo/stage.ts'
import { startVicinity } from '../../demo/vicinity.ts'
import { manyServices } from './many-services.ts'
import { measure } from './measure.ts'
import { memoryOf } from './process-memory.ts'
import { probeStalls } from './stalls.ts'

/** 10,000 services of 10 endpoints in one PUT, what everyone else notices of it, and what follows. */
const BIG = '/v1/sources/big/topology'
const SMALL = '/v1/sources/small/topology'

await measure('large-push', async closing => {
  const database = join(await temporaryFolder(closing), 'vicinity.db')
  const vicinity = closing.add(await startVicinity({ database }))
  const { api } = vicinity
  const idle = await memoryOf(vicinity.pid)
  const document = manyServices({ services: 10_000, endpoints: 10, zones: 3 })
  const text = JSON.stringify(document)
  const put = (api: RestApi) => api.callText<PushAnswer>('PUT', BIG, text)
  await api.put(SMALL, manyServices({ services: 1, endpoints: 2, zones: 3 }))

  const probe = closing.add(probeStalls(vicinity.rest, vicinity.xds))
  await sleep(1_000)
  const quiet = await probe.read()

  const began = performance.now()
  const pushing = put(api).then(answer => ({ answer, ms: rounded(performance.now() - began) }))
  const patches = await patchUntil(new RestApi(vicinity.rest), pushing)
  const pushed = await pushing
  await sleep(200)
  const during = await probe.read()
  const memory = await memoryOf(vicinity.pid)

  const again = await timed(() => put(api))
  const first = document.services[0] as { name: string; endpoints: { weight?: number }[] }
  const endpoints = first.endpoints.map((endpoint, index) =>
    index === 0 ? { ...endpoint, weight: 2 } : endpoint,
  )
  const patched = await timed(() => api.patch(BIG, { upsert: { services: [{ ...first, endpoints }] } }))
  const after = await probe.read()
  await probe.stop()
  await vicinity.stop()

  const rows = rowsOf(database, patched.value.revision)
  const restart = await timed(() => startVicinity({ database }))
  closing.add(restart.value)
  const restarted = await memoryOf(restart.value.pid)
  const { changed } = pushed.answer.body
  return {
    right:
      changed.added >= 20_000 && again.value.body.unchanged && !patched.value.unchanged && rows.written <= 4,
    bodyMiB: rounded(text.length / 2 ** 20),
    put: { ms: pushed.ms, changed, rssMiB: memory.rssMiB, peakMiB: memory.peakMiB, idleMiB: idle.rssMiB },
    stalls: { quiet, during, after },
    patchOfOtherSourceMeanwhile: { count: patches.length, maxMs: Math.max(...patches) },
    sameBytesAgain: { ms: again.ms, unchanged: again.value.body.unchanged },
    patchOfOneService: { ms: patched.ms, rows },
    restart: { readyMs: restart.ms, ...restarted },
  }
})

async function timed<T>(action: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const began = performance.now()
  const value = await action()
  return { value, ms: rounded(performance.now() - began) }
}

/** Patches the small source again and again while the large push is under way; how long each took. */
async function patchUntil(api: RestApi, done: Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  let over = false
  void done.finally(() => {
    over = true
  })
  for (let weight = 2; !over; weight += 1) {
    const endpoints = [{ address: '10.0.0.1', port: 8080, weight }]
    const upsert = { services: [{ name: 'svc-00000', ports: [{ port: 80 }], endpoints }] }
    times.push((await timed(() => api.patch(SMALL, { upsert }))).ms)
    await sleep(20)
  }
  return times
}

/** Rows that a revision wrote (its own one included) or closed: of entries and of parts. */
function rowsOf(path: string, revision: number): { written: number; closed: number } {
  const database = new Database(path, { readonly: true })
  const count = (table: string, column: string) =>
    database.prepare(`select count(*) from ${table} where ${column} = ?`).pluck().get(revision) as number
  const rows = {
    written: count('entry', 'since') + count('part', 'since') + 1,
    closed: count('entry', 'until') + count('part', 'until'),
  }
  database.close()
  return rows
}
