import { afterAll, beforeAll, expect, test } from 'vitest'
import { staleSourceKey } from '../../src/model/control.ts'
import { entry } from '../../src/model/entry.ts'
import { type RestServer, serveRest } from '../../src/rest/serve-rest.ts'
import { type LastingTestbed, openLastingTestbed } from '../rest/rest-testbed.ts'
import { TOPOLOGY } from '../rest/scenario.ts'
import { runCli } from './run-cli.ts'

let bench: LastingTestbed
let server: RestServer
const run = (...args: string[]) => runCli(args, '', { VICINITY_SERVER: `http://${server.address}` })

beforeAll(async () => {
  bench = await openLastingTestbed()
  server = await serveRest(bench.app, { host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await server.close(0)
  await bench.close()
})

test('sources lists who pushes, and who is silent', async () => {
  await bench.call('PUT', '/v1/sources/east/topology', TOPOLOGY)
  await bench.call('PUT', '/v1/sources/east/settings', { staleAfter: '60s', whenStale: 'drop' })
  await bench.call('PUT', '/v1/sources/west/routes', {})
  const [east = '', west = ''] = [...(await bench.store.lastHeard()).values()]
  const upsert = [entry(staleSourceKey('east'), JSON.stringify({ source: 'east', heardAt: east }))]
  await bench.store.control({ cause: 'stale', source: 'east', author: 'me', upsert, remove: [] })
  expect((await run('sources')).stdout.split('\n')).toEqual([
    'SOURCE  ENTRIES     REVISION  HEARD                     STATE',
    `east    4 topology  1         ${east}  silent since ${east} (drop)`,
    `west    0 routes    3         ${west}  -`,
    '',
  ])
})

test('heartbeat is a sign of life, and says nothing where all is well', async () => {
  expect(await run('heartbeat', 'east')).toEqual({ code: 0, stdout: '', stderr: '' })
  const [east] = JSON.parse((await run('sources', '--json')).stdout)
  expect(east).toMatchObject({ stale: null, settings: { staleAfter: '60s', whenStale: 'drop' } })
})

test('heartbeat of a source that nobody knows exits with 3', async () => {
  const { code, stderr } = await run('heartbeat', 'nobody')
  expect(code).toBe(3)
  expect(stderr).toContain('source nobody has neither pushed nor been configured')
})
