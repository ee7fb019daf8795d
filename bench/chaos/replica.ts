import { createWriteStream, type WriteStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../demo/free-port.ts'
import { type RunningProcess, startProcess } from '../../demo/running-process.ts'
import { openTcpProxy, type TcpProxy } from '../../test/support/tcp-proxy.ts'
import type { Findings } from './findings.ts'
import { ReplicaLog } from './replica-log.ts'

interface Options {
  readonly index: number
  /** How `vicinity` is run: the arguments of node before `serve`. */
  readonly program: readonly string[]
  /** URL of the database, as it is reached without a proxy. */
  readonly database: string
  readonly logFile: string
  readonly findings: Findings
  /** Whether something keeps it from its database, or has within the last seconds. */
  isKeptFromDatabase(): boolean
}

/** Between two attempts of a supervisor. */
const RESTART_AFTER = 300
/** How long an orchestrator waits after SIGTERM, by default. */
const GRACE = 30_000

/** One replica of a deployment: a process that is started again when it ends, and the ways to and from it. */
export class Replica {
  readonly name: string
  /** The user by which its connections are told from those of others in the database. */
  readonly user: string
  readonly ways: { readonly database: TcpProxy; readonly rest: TcpProxy; readonly xds: TcpProxy }
  readonly log: ReplicaLog
  readonly counts = { starts: 0, failedStarts: 0 }
  readonly #options: Options
  readonly #ports: { rest: number; xds: number }
  readonly #file: WriteStream
  #process: RunningProcess | undefined
  #starting: Promise<void> | undefined
  #isWanted = false
  #isReady = false

  static async open(options: Options): Promise<Replica> {
    const ports = { rest: await freePort(), xds: await freePort() }
    const ways = {
      database: await openTcpProxy({ port: Number(new URL(options.database).port) }),
      rest: await openTcpProxy({ port: ports.rest }),
      xds: await openTcpProxy({ port: ports.xds }),
    }
    return new Replica(options, ports, ways)
  }

  private constructor(options: Options, ports: { rest: number; xds: number }, ways: Replica['ways']) {
    this.#options = options
    this.#ports = ports
    this.ways = ways
    this.name = `replica-${options.index + 1}`
    this.user = userOf(options.index)
    this.#file = createWriteStream(options.logFile)
    this.log = new ReplicaLog(this.name, options.findings)
  }

  get isRunning(): boolean {
    return this.#isReady
  }

  get pid(): number | undefined {
    return this.#isReady ? this.#process?.pid : undefined
  }

  /** Where clients reach it. */
  get rest(): string {
    return `127.0.0.1:${this.ways.rest.port}`
  }

  /** Resolves when it is ready, however often it takes; a replica that was told to end meanwhile is not waited for. */
  async start(): Promise<void> {
    this.#isWanted = true
    this.#starting ??= this.#startUntilReady().finally(() => {
      this.#starting = undefined
    })
    await this.#starting
  }

  async #startUntilReady(): Promise<void> {
    while (this.#isWanted && !this.#isReady) {
      const began = this.#options.isKeptFromDatabase()
      const child = this.#spawn()
      this.counts.starts += 1
      this.#isReady = await child
        .waitForLine(line => (isReadyLine(line) ? true : undefined))
        .catch(() => false)
      if (this.#isReady) {
        void child.ended.then(code => this.#onEnd(child, code))
      } else if (this.#isWanted) {
        this.counts.failedStarts += 1
        if (!began && !this.#options.isKeptFromDatabase())
          this.#options.findings.add(
            'a replica did not start',
            `${this.name}: ${child.output().slice(-2_000)}`,
          )
        await sleep(RESTART_AFTER)
      }
    }
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.#isWanted = false
    await this.#process?.kill()
    this.#isReady = false
  }

  /** SIGTERM. */
  async stop(): Promise<void> {
    this.#isWanted = false
    const child = this.#process
    const wasReady = this.#isReady
    await child?.stop(GRACE)
    this.#isReady = false
    const code = await child?.ended
    if (wasReady && code !== 0)
      this.#options.findings.add('SIGTERM did not end it with 0', `${this.name} ended with ${code}`)
  }

  pause(): void {
    if (this.#process && this.#isReady) process.kill(this.#process.pid, 'SIGSTOP')
  }

  resume(): void {
    if (this.#process && this.#isReady) process.kill(this.#process.pid, 'SIGCONT')
  }

  async close(): Promise<void> {
    await this.kill()
    for (const way of Object.values(this.ways)) await way.close()
    await new Promise<void>(resolve => this.#file.end(() => resolve()))
  }

  #spawn(): RunningProcess {
    const { program, database } = this.#options
    const url = new URL(this.ways.database.through(database))
    url.username = this.user
    const { rest, xds } = this.#ports
    const planes = ['--rest', `127.0.0.1:${rest}`, '--xds', `127.0.0.1:${xds}`]
    this.log.begin()
    this.#file.write(`\n--- start ${new Date().toISOString()}\n`)
    const child = startProcess(
      this.name,
      process.execPath,
      [...program, 'serve', '--database', url.href, ...planes],
      {},
      text => {
        this.#file.write(text)
        this.log.take(text)
      },
    )
    this.#process = child
    return child
  }

  #onEnd(child: RunningProcess, code: number | null): void {
    if (child !== this.#process || !this.#isWanted) return
    this.#isReady = false
    const said = child.output().slice(-2_000)
    this.#options.findings.add('a replica ended by itself', `${this.name} with ${code}: ${said}`)
    void this.start()
  }
}

export function userOf(index: number): string {
  return `replica_${index + 1}`
}

function isReadyLine(line: string): boolean {
  return line.includes('"msg":"ready"')
}
