import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { status } from '@grpc/grpc-js'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { TYPE_URLS } from '../../src/proto/type-urls.ts'
import { builtFile } from '../support/built/built-file.ts'
import { TestClient } from '../xds/grpc-client.ts'

const FREE = ['--database', 'sqlite::memory:', '--rest', '127.0.0.1:0', '--xds', '127.0.0.1:0']

/** The command as it is released, and as it runs in a checkout. */
const BUILT = [builtFile('cli/main')]
const SOURCE = ['--import', 'tsx', fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))]

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Starts `vicinity serve` and reads its log up to the line that says ready. */
async function serve(env: Record<string, string> = {}, command = BUILT, flags = FREE) {
  const child = spawn(process.execPath, [...command, 'serve', ...flags], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const log: Record<string, unknown>[] = []
  const lines = createInterface({ input: child.stdout })
  const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
    lines.on('line', line => {
      const entry = JSON.parse(line) as Record<string, unknown>
      log.push(entry)
      if (entry.msg === 'ready') resolve(entry)
    })
    child.once('close', code => reject(new Error(`ended with ${code} before it was ready`)))
  })
  return { child, log, ready: await ready }
}

/** Runs a command that is expected to end by itself. */
async function failing(args: readonly string[]) {
  const child = spawn(process.execPath, [...BUILT, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  children.push(child)
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { code: code as number, stderr }
}

test('serve logs JSON lines, says once where it answers, and ends with 0 on SIGTERM', async () => {
  const { child, log, ready } = await serve()
  expect(ready).toMatchObject({
    rest: expect.stringMatching(/^127\.0\.0\.1:[1-9]\d*$/),
    xds: expect.stringMatching(/^127\.0\.0\.1:[1-9]\d*$/),
    pid: child.pid,
  })
  expect((await fetch(`http://${ready.rest}/readyz`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await once(child, 'close')).toEqual([0, null])
  expect(log.filter(entry => entry.msg === 'ready')).toHaveLength(1)
  expect(log.filter(entry => String(entry.msg).startsWith('no admin token'))).toHaveLength(1)
})

test('serve on SIGTERM says at once that it is not ready, lets its streams go, and ends with 0', async () => {
  const { child, ready } = await serve()
  const client = new TestClient(String(ready.xds))
  const stream = client.stream()
  stream.begin(TYPE_URLS.cluster)
  await stream.next()
  const ended = once(child, 'close')
  child.kill('SIGTERM')
  // Answered while the stream is open: a load balancer that asks is told before Envoys look for another replica.
  const readiness = await vi.waitUntil(async () => {
    const answer = await fetch(`http://${ready.rest}/readyz`)
    return answer.status === 503 && answer.status
  })
  expect(await stream.status).toMatchObject({ code: status.UNAVAILABLE })
  expect([readiness, await ended]).toEqual([503, [0, null]])
  client.close()
})

test.each([
  ['built', BUILT],
  ['TypeScript', SOURCE],
])(
  'serve from %s says that it is ready however little it logs',
  async (_, command) => {
    const { log } = await serve({ VICINITY_LOG_LEVEL: 'error' }, command)
    expect(log.map(entry => entry.msg)).toEqual(['ready'])
  },
  60_000,
)

test('serve with a token asks for it, and does not warn', async () => {
  const { log, ready } = await serve({ VICINITY_ADMIN_TOKEN: 'secret' })
  const sources = `http://${ready.rest}/v1/sources`
  expect((await fetch(sources)).status).toBe(401)
  expect((await fetch(sources, { headers: { Authorization: 'Bearer secret' } })).status).toBe(200)
  expect(log.filter(entry => String(entry.msg).includes('token'))).toEqual([])
  expect(JSON.stringify(log)).not.toContain('secret')
})

test('serve of a SQLite file that another process serves names that process, and follows it at once when it is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vicinity-serve-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'vicinity.db')
  const flags = [...FREE, '--database', `sqlite:${path}`]
  const { child } = await serve({}, BUILT, flags)
  const { code, stderr } = await failing(['serve', ...flags])
  const holder = process.platform === 'linux' ? `process ${child.pid} has the lock` : 'cannot be had'
  expect(code).toBe(1)
  expect(stderr).toMatch(/^vicinity: cannot start: .*one process owns a SQLite database, stop the other.*\n$/)
  expect(stderr).toContain(holder)
  child.kill('SIGKILL')
  await once(child, 'close')
  const next = await serve({}, BUILT, flags)
  next.child.kill('SIGTERM')
  expect(await once(next.child, 'close')).toEqual([0, null])
})

test('a start that fails is one clear line and exit code 1', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const args = [
    'serve',
    '--database',
    'sqlite::memory:',
    '--rest',
    `127.0.0.1:${port}`,
    '--xds',
    '127.0.0.1:0',
  ]
  const { code, stderr } = await failing(args)
  taken.close()
  expect(code).toBe(1)
  expect(stderr).toMatch(/^vicinity: cannot start: .*EADDRINUSE.*\n$/)
})
