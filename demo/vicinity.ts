import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { RestApi } from './rest-api.ts'
import { startProcess } from './running-process.ts'

const run = promisify(execFile)

/** The built program: `npm run build` makes it, `npm run demo` and `npm ci` do that first. */
export const PROGRAM = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

export interface Vicinity {
  readonly pid: number
  readonly rest: string
  readonly xds: string
  readonly api: RestApi
  /** What it logged last, one JSON object a line. */
  log(): string
  /** SIGTERM, and SIGKILL when it has not ended after `grace` milliseconds. */
  stop(grace?: number): Promise<void>
  kill(): Promise<void>
}

export interface VicinityOptions {
  /** Path of a SQLite file, or `postgres://…`. */
  readonly database: string
  readonly rest?: string
  readonly xds?: string
  readonly flags?: readonly string[]
  /** A built program other than that of this folder. */
  readonly program?: string
  /** Of Node itself. */
  readonly nodeFlags?: readonly string[]
}

interface ReadyLine {
  readonly msg: string
  readonly rest: string
  readonly xds: string
}

/** Starts `vicinity serve` in a process of its own and resolves when both planes answer. */
export async function startVicinity(options: VicinityOptions): Promise<Vicinity> {
  const { database, rest = '127.0.0.1:0', xds = '127.0.0.1:0' } = options
  const { program = PROGRAM, flags = [], nodeFlags = [] } = options
  const url = database.startsWith('postgres:') ? database : `sqlite:${database}`
  const args = ['serve', '--database', url, '--rest', rest, '--xds', xds, ...flags]
  const child = startProcess('vicinity', process.execPath, [...nodeFlags, program, ...args])
  const ready = await child.waitForLine(line => {
    if (!line.startsWith('{')) return undefined
    const parsed = JSON.parse(line) as ReadyLine
    return parsed.msg === 'ready' ? parsed : undefined
  })
  return {
    pid: child.pid,
    rest: ready.rest,
    xds: ready.xds,
    api: new RestApi(ready.rest),
    log: child.output,
    stop: child.stop,
    kill: child.kill,
  }
}

export interface BootstrapOptions {
  readonly id: string
  readonly zone: string
  readonly region: string
  readonly gateway: string
  readonly xds: string
  readonly admin: string
  readonly node?: string
}

/** What `vicinity bootstrap` prints for an Envoy. */
export async function bootstrap(options: BootstrapOptions): Promise<string> {
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value as string])
  const { stdout } = await run(process.execPath, [PROGRAM, 'bootstrap', ...flags])
  return stdout
}
