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

/**
 * Starts an Envoy from a bootstrap (YAML or JSON text) whose admin interface is at `admin`, and resolves when it is
 * LIVE: its configuration has come and its listeners are open.
 */
export async function startEnvoy(bootstrap: string, admin: string, { live = true } = {}): Promise<Envoy> {
  const flags = ['--use-dynamic-base-id', '--concurrency', '1', '--drain-time-s', '1', '--log-level', 'warn']
  const child = startProcess('Envoy', await findEnvoy(), ['--config-yaml', bootstrap, ...flags])
  let dead = false
  void child.ended.then(() => {
    dead = true
  })
  const page = async (path: string) => (await request(admin, { path })).text
  const stats = async (filter: string) =>
    parseStats(await page(`/stats?filter=${encodeURIComponent(filter)}`))
  const answers = live ? (text: string) => text.trim() === 'LIVE' : () => true
  try {
    await waitUntil('an Envoy to be ready', async () => {
      if (dead) throw new Error('Envoy ended')
      return page('/ready').then(answers, () => false)
    })
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
