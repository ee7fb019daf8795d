import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RestServer, serveRest } from '../../src/rest/serve-rest.ts'
import { type LastingTestbed, openLastingTestbed } from '../rest/rest-testbed.ts'
import { services } from '../rest/scenario.ts'
import { builtFile } from '../support/built/built-file.ts'

let testbed: LastingTestbed
let server: RestServer
beforeAll(async () => {
  testbed = await openLastingTestbed()
  server = await serveRest(testbed.app, { host: '127.0.0.1', port: 0 })
  const routes = Array.from({ length: 500 }, (_, index) => ({
    name: `route-${index}`,
    kind: 'HTTPRoute',
    gateways: ['edge'],
    rules: [{ backendRefs: [{ name: 'gone', port: 80 }] }],
  }))
  await testbed.call('PUT', '/v1/sources/east/routes', { routes })
})
afterAll(async () => {
  await server.close(0)
  await testbed.close()
})

/** Runs `vicinity … | reader` in a shell. What the reader leaves of stdout comes first; then how the command ended. */
async function piped(reader: string, args: readonly string[], input = '', redirection = '') {
  const script = `{ "$@"${redirection}; echo "exit code $?" >&2; } | ${reader}`
  const command = [process.execPath, builtFile('cli/main'), ...args]
  const child = spawn('sh', ['-c', script, 'sh', ...command], {
    env: { PATH: process.env.PATH, VICINITY_SERVER: `http://${server.address}` },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 15_000,
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { stdout, stderr }
}

test.each([
  ['more than a pipe holds', ['routes', '--json'], '[\n'],
  ['line by line', ['routes'], expect.stringMatching(/^.+\n$/)],
])('a reader that has seen enough of %s ends a command well', async (_, args, first) => {
  expect(await piped('head -n 1', args)).toEqual({ stdout: first, stderr: 'exit code 0\n' })
})

test('a reader that was never there ends even the help well', async () => {
  expect((await piped('true', ['--help'])).stderr).toBe('exit code 0\n')
})

test('what a command was asked to do is done without a reader, and its exit code is the usual one', async () => {
  const push = (document: unknown) =>
    piped('true', ['push', '-', '--source', 'west'], JSON.stringify(document), ' 2>&1')
  expect((await push(services('one'))).stderr).toBe('exit code 0\n')
  expect((await testbed.call('GET', '/v1/sources/west/topology')).status).toBe(200)
  expect((await push({ services: [{ name: 'Two' }] })).stderr).toBe('exit code 3\n')
})
