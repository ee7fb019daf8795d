import { setTimeout as sleep } from 'node:timers/promises'
import type { Closing } from '../../demo/closing.ts'
import { request } from '../../demo/http-request.ts'
import { temporaryFolder } from '../../demo/stage.ts'
import { startVicinity, type Vicinity } from '../../demo/vicinity.ts'
import { memoryOf } from './process-memory.ts'

/** What a process holds: memory in MiB after garbage collections, open files, what Node waits for, connected proxies. */
export interface Held {
  readonly heapMiB: number
  readonly rssMiB: number
  readonly openFiles: number
  readonly handles: number
  readonly proxies: number
}

/** Collects all garbage when it is sent SIGUSR2. */
const COLLECTS = [
  '--expose-gc',
  '--import',
  `data:text/javascript,${encodeURIComponent("process.on('SIGUSR2', () => globalThis.gc())")}`,
]

/** Vicinity in a process of its own, on a fresh SQLite file, that can be looked into. */
export async function watchedVicinity(closing: Closing): Promise<Vicinity> {
  const database = `${await temporaryFolder(closing)}/vicinity.db`
  return closing.add(await startVicinity({ database, nodeFlags: COLLECTS, flags: ['--log-level', 'error'] }))
}

/** What is held when nothing is left to be collected: the least of a few looks, closed sockets take a moment. */
export async function heldBy(vicinity: Vicinity): Promise<Held> {
  const looks: Held[] = []
  for (let look = 0; look < 6; look += 1) {
    process.kill(vicinity.pid, 'SIGUSR2')
    await sleep(500)
    looks.push(await lookAt(vicinity))
  }
  const least = (of: (held: Held) => number) => Math.min(...looks.map(of))
  return {
    heapMiB: least(one => one.heapMiB),
    rssMiB: least(one => one.rssMiB),
    openFiles: least(one => one.openFiles),
    handles: least(one => one.handles),
    proxies: least(one => one.proxies),
  }
}

/** As it is at this moment. */
export async function lookAt({ pid, rest }: Vicinity): Promise<Held> {
  const { text } = await request(rest, { path: '/metrics' })
  const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1])
  return {
    heapMiB: Math.round((metric('nodejs_heap_size_used_bytes') / 1024 / 1024) * 10) / 10,
    rssMiB: (await memoryOf(pid)).rssMiB,
    openFiles: metric('process_open_fds'),
    handles: metric('nodejs_active_handles_total'),
    proxies: metric('vicinity_proxies'),
  }
}
