import { findEnvoy } from './find-envoy.ts'
import { request } from './http-request.ts'
import { startProcess } from './running-process.ts'
import { waitUntil } from './wait-until.ts'

export interface Envoy {
  readonly pid: number
  /** 127.0.0.1:PORT of the admin interface. */
  readonly admin: string
  /** What it logged last. */
  log(): string
  /** Counters and gauges whose names match the regular expression. */
  stats(filter: string): Promise<Map<string, number>>
  /** One counter or gauge; undefined when there is none of that exact name. */
  stat(name: string): Promise<number | undefined>
  /** An admin page as text: `/clusters`, `/config_dump`, `/listeners`… */
  page(path: string): Promise<string>
  stop(): Promise<void>
}

export interface EnvoyOptions {
  /** False: resolves when the admin interface answers, whether or not there is a configuration. */
  readonly live?: boolean
  /** Worker threads; default 1. */
  readonly concurrency?: number
  readonly flags?: readonly string[]
  /** Is given all that Envoy logs. */
  readonly onLog?: (text: string) => void
  /** Milliseconds after which it is given up. */
  readonly timeout?: number
}

const FLAGS = ['--use-dynamic-base-id', '--drain-time-s', '1', '--log-level', 'warn']

/**
 * Starts an Envoy from a bootstrap (YAML or JSON text) whose admin interface is at `admin`, and resolves when it is
 * LIVE: its configuration has come and its listeners are open.
 */
export async function startEnvoy(
  bootstrap: string,
  admin: string,
  { live = true, concurrency = 1, flags = [], onLog, timeout = 10_000 }: EnvoyOptions = {},
): Promise<Envoy> {
  const args = ['--config-yaml', bootstrap, '--concurrency', String(concurrency), ...FLAGS, ...flags]
  const child = startProcess('Envoy', await findEnvoy(), args, {}, onLog)
  let dead = false
  void child.ended.then(() => {
    dead = true
  })
  const page = async (path: string) => (await request(admin, { path })).text
  const stats = async (filter: string) =>
    parseStats(await page(`/stats?filter=${encodeURIComponent(filter)}`))
  const answers = live ? (text: string) => text.trim() === 'LIVE' : () => true
  try {
    const isReady = async () => {
      if (dead) throw new Error('Envoy ended')
      return page('/ready').then(answers, () => false)
    }
    await waitUntil('an Envoy to be ready', isReady, { timeout })
  } catch (cause) {
    await child.kill()
    throw new Error(`Envoy did not start:\n${child.output()}`, { cause })
  }
  return {
    pid: child.pid,
    admin,
    log: child.output,
    page,
    stats,
    stat: async name => (await stats(`^${name.replaceAll('.', '\\.')}$`)).get(name),
    stop: () => child.stop(),
  }
}

/** Lines of `name: number`; histograms and texts, which are not numbers, are left out. */
function parseStats(text: string): Map<string, number> {
  const numbers = text.matchAll(/^(.+): (\d+)$/gm)
  return new Map(Array.from(numbers, ([, name, value]) => [name as string, Number(value)]))
}
