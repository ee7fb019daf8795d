import { afterEach, beforeEach, expect, test } from 'vitest'
import { ROUTES, TOPOLOGY } from '../rest/scenario.ts'
import { type CliBed, openCliBed } from './cli-bed.ts'

let bed: CliBed

beforeEach(async () => {
  bed = await openCliBed()
})
afterEach(async () => {
  await bed.close()
})

function routes(...args: readonly string[]) {
  return bed.vicinity('routes', ...args)
}

const odd = (name: string, gateways: readonly unknown[], backend: string) => ({
  name,
  kind: 'HTTPRoute',
  gateways,
  rules: [{ backendRefs: [{ name: backend, port: 3000 }] }],
})

test('routes lists which work, and under each that does not what keeps it from working', async () => {
  await bed.call('PUT', '/v1/sources/east/snapshot', { topology: TOPOLOGY, routes: ROUTES })
  await bed.call('PUT', '/v1/sources/west/routes', {
    routes: [
      odd('half', ['edge', { name: 'edge', sectionName: 'https', port: 443 }], 'backend'),
      odd('lost', ['nobody'], 'backend'),
      odd('nowhere', ['edge'], 'gone'),
    ],
  })
  const { code, stdout } = await routes()
  expect(code).toBe(0)
  expect(stdout.split('\n').map(line => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
    'all of KIND HTTPRoute',
    'ROUTE | SOURCE | GATEWAYS | HOSTNAMES | STATE',
    'default/half | west | default/edge +1 | * | partly accepted',
    expect.stringMatching(/^ \| default\/edge:https:443: NoMatchingParent: /),
    expect.stringMatching(/^default\/lost .*\| not accepted$/),
    expect.stringMatching(/^ \| default\/nobody: NoMatchingParent: /),
    expect.stringMatching(/^default\/nowhere .*\| unresolved$/),
    expect.stringMatching(/^ \| \/rules\/0\/backendRefs\/0: BackendNotFound: /),
    'default/zone-routing | east | default/edge | www.example.com | accepted',
    '',
  ])
})

test('routes fit into 80 columns: what all have is said once, and long lists are cut', async () => {
  const shop = (name: string, hostnames: readonly string[]) => ({
    ...odd(name, ['infra/public-gateway'], 'backend'),
    namespace: 'team-checkout',
    hostnames,
  })
  const two = [
    shop('cart', ['a.example', 'b.example']),
    shop('order', ['a.example', 'b.example', 'c.example']),
  ]
  await bed.call('PUT', '/v1/sources/cluster-eu-west-1/routes', { routes: two })
  const { stdout } = await routes()
  const lines = stdout.split('\n').filter(line => !line.startsWith('    '))
  expect(lines).toEqual([
    'all of KIND HTTPRoute, SOURCE cluster-eu-west-1, GATEWAYS infra/public-gateway',
    'ROUTE                HOSTNAMES               STATE',
    'team-checkout/cart   a.example,b.example     not accepted',
    'team-checkout/order  a.example,b.example +1  not accepted',
    '',
  ])
  await bed.call('PUT', '/v1/sources/cluster-eu-west-1/routes', { routes: two.slice(0, 1) })
  expect((await routes()).stdout).toMatch(/^ROUTE +KIND +SOURCE +GATEWAYS +HOSTNAMES +STATE\n/)
})

test('routes of one source or gateway are shown alone, as JSON too', async () => {
  expect((await routes()).stdout).toBe('there is no route\n')
  await bed.call('PUT', '/v1/sources/east/routes', ROUTES)
  await bed.call('PUT', '/v1/sources/west/routes', { routes: [odd('lost', ['nobody'], 'gone')] })
  const named = async (...args: readonly string[]) =>
    JSON.parse((await routes('--json', ...args)).stdout).map(({ name }: { name: string }) => name)
  expect(await named()).toEqual(['lost', 'zone-routing'])
  expect(await named('--source', 'west')).toEqual(['lost'])
  expect(await named('--gateway', 'default/edge')).toEqual(['zone-routing'])
})
