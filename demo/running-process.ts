import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A program that we started. Whoever starts one stops it; what is left over dies with this process. */
export interface RunningProcess {
  readonly pid: number
  /** Resolves when it has ended, to its exit code; null is that of a signal. */
  readonly ended: Promise<number | null>
  /** The end of what it wrote to stdout and stderr. */
  output(): string
  /** Resolves to the first thing that `find` sees in a line of stdout; rejects when the program ends before. */
  waitForLine<T>(find: (line: string) => T | undefined): Promise<T>
  /** SIGTERM, and SIGKILL when it has not ended after `grace` milliseconds. */
  stop(grace?: number): Promise<void>
  /** SIGKILL: the end that nobody is told of. */
  kill(): Promise<void>
}

const KEPT_OUTPUT = 64 * 1024

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** `onOutput` is given all that it writes, to stdout and to stderr. */
export function startProcess(
  name: string,
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  onOutput: (text: string) => void = () => {},
): RunningProcess {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  running.add(child)
  let output = ''
  const listeners = new Set<(line: string) => void>()
  const keep = (text: string) => {
    output = (output + text).slice(-KEPT_OUTPUT)
    onOutput(text)
  }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  let rest = ''
  child.stdout.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() as string
    for (const line of lines) for (const listener of listeners) listener(line)
  })
  child.on('error', error => keep(`${error}\n`))
  const ended = once(child, 'close')
    .then(
      ([code]) => code as number | null,
      () => null,
    )
    .finally(() => running.delete(child))
  const signal = async (how: NodeJS.Signals) => {
    child.kill(how)
    await ended
  }
  return {
    pid: child.pid ?? -1,
    ended,
    output: () => output,
    waitForLine: find =>
      new Promise((resolve, reject) => {
        const listener = (line: string) => {
          const found = find(line)
          if (found === undefined) return
          listeners.delete(listener)
          resolve(found)
        }
        listeners.add(listener)
        void ended.then(() => reject(new Error(`${name} ended before it was ready:\n${output}`)))
      }),
    stop: async (grace = 5_000) => {
      const late = setTimeout(() => child.kill('SIGKILL'), grace)
      await signal('SIGTERM')
      clearTimeout(late)
    },
    kill: () => signal('SIGKILL'),
  }
}
