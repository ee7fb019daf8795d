import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { HeldType } from '../../src/model/held-resources.ts'
import type { ProxyTypeStatus } from '../../src/model/proxies.ts'
import { RESOURCE_TYPES, type ResourceType } from '../../src/model/resource-types.ts'
import { jsonResource } from '../../src/translate/resource.ts'
import { proxyStatus } from '../rest/rest-testbed.ts'
import { ROUTES, TOPOLOGY } from '../rest/scenario.ts'
import { type CliBed, openCliBed } from './cli-bed.ts'

let bed: CliBed

beforeAll(async () => {
  bed = await openCliBed()
})
beforeEach(() => {
  bed.proxies.all = []
  bed.proxies.holdings.clear()
})
afterAll(() => bed.close())

function type(name: ResourceType, more: Partial<ProxyTypeStatus> = {}): ProxyTypeStatus {
  const wildcard = name === 'cds' || name === 'lds'
  const counts = { wildcard, names: wildcard ? 0 : 1, sent: 2, acked: 2, held: 0 }
  return { typeUrl: RESOURCE_TYPES[name], status: 'SYNCED', ...counts, ...more }
}

const ALL = [type('cds'), type('eds'), type('lds'), type('rds')]

async function push(topology: object = TOPOLOGY): Promise<number> {
  const { body } = await bed.call('PUT', '/v1/sources/east/snapshot', { topology, routes: ROUTES })
  await bed.replica.reached(body.revision)
  return body.revision
}

function columns(line: string | undefined): string[] {
  return (line ?? '').trim().split(/ {2,}/)
}

test('proxies has a column for each type, and says how far each proxy is behind', async () => {
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString()
  bed.proxies.all = [
    proxyStatus('1', {
      revision: 7,
      behind: { revisions: 3, since: ago(125) },
      types: [
        type('cds', { status: 'STALE', unansweredSince: ago(12) }),
        type('eds', { status: 'NOT_SENT', held: 1 }),
        type('lds', {
          status: 'NACK',
          rejected: { detail: 'address in use', resources: ['default/edge/http'], at: ago(1) },
        }),
      ],
    }),
  ]
  const [header, row, remark] = (await bed.vicinity('proxies')).stdout.split('\n')
  const shown = Object.fromEntries(columns(header).map((name, index) => [name, columns(row)[index]]))
  expect(shown).toEqual({
    NODE: 'node-1',
    GATEWAY: 'default/edge',
    ZONE: 'r1/zone-a',
    CDS: expect.stringMatching(/^STALE 1\d s$/),
    EDS: 'NOT SENT',
    LDS: 'NACK',
    RDS: 'IGNORED',
    REVISION: '7',
    BEHIND: '3 in 2 min',
    FORM: 'delta',
    REPLICA: 'replica-1',
    ID: '1',
  })
  expect(remark).toBe('    NACK of LDS: address in use')
})

test('proxies of one says what the table has no room for', async () => {
  bed.proxies.all = [proxyStatus('abc-1', { types: [type('eds', { held: 1 })] }), proxyStatus('xyz-2')]
  const { stdout } = await bed.vicinity('proxies', 'abc')
  expect(stdout).toContain('connected from 127.0.0.1:40000 since 2026-01-01T00:00:00.000Z, envoy/1.40.0\n')
  expect(stdout).toContain('stands in region r1, zone zone-a\n')
  expect(stdout).toContain('EDS: asks for 1 by name; 2 sent, 2 acknowledged, 1 held back until')
  expect(stdout).not.toContain('xyz-2')
})

test.each([
  ['its id', 'abc-1', 'abc-1'],
  ['the beginning of its id', 'abc', 'abc-1'],
  ['its node id', 'node-abc-1', 'abc-1'],
  ['a node id that is the beginning of an id too', 'x', 'abd-2'],
])('a proxy is found by %s', async (_, given, id) => {
  bed.proxies.all = [proxyStatus('abc-1'), proxyStatus('abd-2', { node: 'x' }), proxyStatus('xyz-3')]
  const { stdout } = await bed.vicinity('proxies', given, '--json')
  expect(JSON.parse(stdout).map((one: { id: string }) => one.id)).toEqual([id])
})

test('a proxy that may be one of several is not guessed, unless the type tells which', async () => {
  await push()
  bed.proxies.all = [
    proxyStatus('p-1', { node: 'n', form: 'delta-per-type', types: [type('cds')] }),
    proxyStatus('p-2', { node: 'n', form: 'delta-per-type', types: [type('eds')] }),
  ]
  const { code, stderr } = await bed.vicinity('config', 'n')
  expect(code).toBe(3)
  expect(stderr).toMatch(/n may be any of these:\n.*p-1 +n +delta-per-type\n.*p-2 /)
  const one = await bed.vicinity('config', 'n', '--type', 'eds', '--json')
  expect(JSON.parse(one.stdout).proxy).toBe('p-2')
  expect((await bed.vicinity('config', 'n', '--type', 'rds')).stderr).toContain('none of these asks for rds')
  expect(await bed.vicinity('config', 'nobody')).toMatchObject({
    code: 3,
    stderr: 'vicinity: no connected proxy has the id or the node id nobody\n',
  })
})

test('config shows each resource with its status, its version and its message', async () => {
  const revision = await push()
  bed.proxies.all = [proxyStatus('p-1', { revision, types: ALL })]
  const { stdout } = await bed.vicinity('config', 'p-1', '--type', 'eds')
  const [note, title, ...json] = stdout.trimEnd().split('\n')
  expect(note).toBe(
    `worked out from revision ${revision}, which it has answered: it is connected to replica-1`,
  )
  expect(columns(title)).toEqual([
    'default/backend/3000',
    'eds',
    'SYNCED',
    expect.stringMatching(/^[0-9a-f]+$/),
  ])
  expect(JSON.parse(json.join('\n'))).toMatchObject({
    '@type': RESOURCE_TYPES.eds,
    clusterName: 'default/backend/3000',
  })
  const names = await bed.vicinity('config', 'p-1', '--names')
  expect(
    names.stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map(line => columns(line).slice(0, 3)),
  ).toEqual([
    ['TYPE', 'NAME', 'STATUS'],
    ['LDS', 'default/edge/http', 'SYNCED'],
    ['RDS', 'default/edge/http', 'SYNCED'],
    ['CDS', 'default/backend/3000', 'SYNCED'],
    ['EDS', 'default/backend/3000', 'SYNCED'],
  ])
  const then = await bed.vicinity('config', 'p-1', '--revision', String(revision), '--names', '--type', 'lds')
  expect(then.stdout).toContain(`worked out from what sources said at revision ${revision}\n`)
  expect((await bed.vicinity('config', 'p-1', '--name', 'no')).stdout).toContain('it has no such resource\n')
})

test('config of what is refused, or of an earlier stream, shows both what a proxy has and what it is offered', async () => {
  const { version, encoded } = jsonResource(RESOURCE_TYPES.cds, 'c', { name: 'c' }, [])
  const held: HeldType = {
    typeUrl: RESOURCE_TYPES.cds,
    wildcard: true,
    resources: [{ name: 'c', status: 'NACK', has: { version: 'v0' }, offered: { version, encoded } }],
  }
  bed.proxies.all = [proxyStatus('p-1', { types: ALL })]
  bed.proxies.holdings.set('p-1', [held])
  const { stdout } = await bed.vicinity('config', 'p-1')
  expect(stdout).toMatch(
    /^c {2}cds {2}NACK {2}v0\n {4}a version of an earlier stream: .*\nc {2}cds {2}offered /,
  )
  expect(stdout).toContain('"name": "c"')
})

test('config diff shows what changed for a proxy, endpoint by endpoint', async () => {
  const from = await push()
  const [backend] = TOPOLOGY.services
  const weighted = backend?.endpoints.map(one => (one.name === 'local' ? { ...one, weight: 3 } : one))
  const to = await push({
    ...TOPOLOGY,
    services: [{ ...backend, connectTimeout: '2s', endpoints: weighted }],
  })
  bed.proxies.all = [proxyStatus('p-1', { revision: to, types: ALL })]
  const diff = async (...args: string[]) =>
    (await bed.vicinity('config', 'diff', 'p-1', '--from', String(from), ...args)).stdout
  const text = await diff()
  expect(text).toContain('~ cds default/backend/3000\n')
  expect(text).toMatch(/connectTimeout: .* → "2s"\n/)
  expect(text).toContain('~ eds default/backend/3000\n')
  expect(text).toMatch(
    /endpoints\[r1\/zone-a at priority 0\]\.lbEndpoints\[127\.0\.0\.1:9001\]\.loadBalancingWeight: 1 → 3\n/,
  )
  expect(await diff('--type', 'lds')).toBe(
    `nothing of what it is sent differs between revisions ${from} and ${to}\n`,
  )
  const json = JSON.parse(await diff('--to', String(from), '--json'))
  expect(json).toMatchObject({ from, to: from, changes: [] })
})

test.each([
  ['config without a proxy', ['config']],
  ['a type that there is not', ['config', 'p', '--type', 'sds']],
  ['a diff of which nobody says where it begins', ['config', 'diff', 'p']],
  ['a proxy and a filter', ['proxies', 'p', '--zone', 'zone-a']],
])('%s is wrong usage', async (_, args) => {
  expect(await bed.vicinity(...args)).toMatchObject({ code: 2 })
})
