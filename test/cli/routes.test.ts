import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RestServer, serveRest } from '../../src/rest/serve-rest.ts'
import { type LastingTestbed, openLastingTestbed } from '../rest/rest-testbed.ts'
import { ROUTES, TOPOLOGY } from '../rest/scenario.ts'
import { runCli } from './run-cli.ts'

let testbed: LastingTestbed
let server: RestServer

beforeEach(async () => {
  testbed = await openLastingTestbed()
  server = await serveRest(testbed.app, { host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  await server.close(0)
  await testbed.close()
})

function routes(...args: readonly string[]) {
  return runCli(['routes', ...args], '', { VICINITY_SERVER: `http://${server.address}` })
}

const odd = (name: string, gateways: readonly unknown[], backend: string) => ({
  name,
  kind: 'HTTPRoute',
  gateways,
  rules: [{ backendRefs: [{ name: backend, port: 3000 }] }],
})

test('routes lists which work, and under each that does not what keeps it from working', async () => {
  await testbed.call('PUT', '/v1/sources/east/snapshot', { topology: TOPOLOGY, routes: ROUTES })
  await testbed.call('PUT', '/v1/sources/west/routes', {
    routes: [
      odd('half', ['edge', { name: 'edge', sectionName: 'https', port: 443 }], 'backend'),
      odd('lost', ['nobody'], 'backend'),
      odd('nowhere', ['edge'], 'gone'),
    ],
  })
  const { code, stdout } = await routes()
  expect(code).toBe(0)
  expect(stdout.split('\n').map(line => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
    'ROUTE | KIND | SOURCE | GATEWAYS | HOSTNAMES | STATE',
    expect.stringMatching(
      /^default\/half .*\| default\/edge,default\/edge:https:443 \| \* \| partly accepted$/,
    ),
    expect.stringMatching(/^ \| default\/edge:https:443: NoMatchingParent: /),
    expect.stringMatching(/^default\/lost .*\| not accepted$/),
    expect.stringMatching(/^ \| default\/nobody: NoMatchingParent: /),
    expect.stringMatching(/^default\/nowhere .*\| backends unresolved$/),
    expect.stringMatching(/^ \| \/rules\/0\/backendRefs\/0: BackendNotFound: /),
    'default/zone-routing | HTTPRoute | east | default/edge | www.example.com | accepted',
    '',
  ])
})

test('routes of one source or gateway are shown alone, as JSON too', async () => {
  expect((await routes()).stdout).toBe('there is no route\n')
  await testbed.call('PUT', '/v1/sources/east/routes', ROUTES)
  await testbed.call('PUT', '/v1/sources/west/routes', { routes: [odd('lost', ['nobody'], 'gone')] })
  const named = async (...args: readonly string[]) =>
    JSON.parse((await routes('--json', ...args)).stdout).map(({ name }: { name: string }) => name)
  expect(await named()).toEqual(['lost', 'zone-routing'])
  expect(await named('--source', 'west')).toEqual(['lost'])
  expect(await named('--gateway', 'default/edge')).toEqual(['zone-routing'])
})
