import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { type RestServer, serveRest } from '../../src/rest/serve-rest.ts'
import { type LastingTestbed, openLastingTestbed, proxyStatus } from '../rest/rest-testbed.ts'
import { ROUTES, services, TOPOLOGY } from '../rest/scenario.ts'
import { runCli } from './run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'vicinity-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('usage', () => {
  test('help tells the commands and the exit codes, and is no error', async () => {
    const { code, stdout } = await runCli(['--help'])
    expect(code).toBe(0)
    for (const word of [
      'serve',
      'bootstrap',
      'push',
      'zones',
      'drain',
      'undrain',
      'explain',
      'routes',
      'proxies',
      'nacks',
      'config',
      'sources',
      'heartbeat',
      'Exit codes:',
    ])
      expect(stdout).toContain(word)
  })

  test('help shows no defaults that say nothing', async () => {
    expect((await runCli(['push', '--help'])).stdout).not.toContain('default: []')
  })

  test.each([
    ['an unknown command', ['fly']],
    ['an unknown flag', ['proxies', '--fast']],
    ['a push without a source', ['push', 'x.yaml']],
    ['a wait that is too long', ['push', 'x.yaml', '--source', 'a', '--wait', '2m']],
    ['an epoch that is no number', ['push', 'x.yaml', '--source', 'a', '--epoch', '-1']],
    ['a server that is no URL', ['proxies', '--server', 'localhost']],
    ['a port that is no number', ['explain', 'web', '--port', 'http']],
    ['a revision that is no number', ['explain', 'web', '--revision', 'now']],
    ['a count that is no number', ['zones', '--limit', 'all']],
    ['an admin interface for everybody', [...bootstrapArgs(), '--admin', '0.0.0.0:9901']],
    ['a poll that is no poll', [...bootstrapArgs(), '--form', 'rest', '--refresh-delay', '0']],
    ['functions without a name', [...bootstrapArgs(), '--form', 'rest', '--rest', 'https://10.0.0.1']],
    ['an open API on every address', ['serve', '--rest', '0.0.0.0:0']],
    ['a database of another kind', ['serve', '--database', 'mysql://x']],
  ])('%s exits with 2 and a line that says why', async (_, args) => {
    const { code, stderr } = await runCli(args)
    expect(code).toBe(2)
    expect(stderr).toMatch(/^(vicinity|error): /)
    expect(stderr).not.toContain('    at ')
  })

  test('an unreachable server exits with 1', async () => {
    const nobody = createServer().listen(0, '127.0.0.1')
    await once(nobody, 'listening')
    const { port } = nobody.address() as AddressInfo
    await promisify(nobody.close.bind(nobody))()
    const { code, stderr } = await runCli(['proxies', '--server', `http://127.0.0.1:${port}`])
    expect(code).toBe(1)
    expect(stderr).toBe(
      `vicinity: cannot reach http://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}\n`,
    )
  })
})

describe('against a server', () => {
  let bench: LastingTestbed
  let server: RestServer
  let env: Record<string, string>

  beforeEach(async () => {
    bench = await openLastingTestbed({ adminToken: 'secret' })
    server = await serveRest(bench.app, { host: '127.0.0.1', port: 0 })
    env = { VICINITY_SERVER: `http://${server.address}`, VICINITY_TOKEN: 'secret' }
  })
  afterEach(async () => {
    await server.close(0)
    await bench.close()
  })

  test('push merges files and standard input, and shows what changed', async () => {
    const topology = file('topology.yaml', stringify(TOPOLOGY))
    const first = await runCli(
      ['push', topology, '-', '--source', 'east'],
      JSON.stringify({ routes: ROUTES }),
      env,
    )
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain('+ Service default/backend\n')
    expect(first.stdout).toContain('snapshot of east: revision 1: 6 added, 0 updated, 0 removed\n')

    const moved = structuredClone(TOPOLOGY)
    Object.assign(moved.services[0]?.endpoints[1] ?? {}, { zone: 'zone-a' })
    const second = await runCli(['push', file('moved.yaml', stringify(moved)), '--source', 'east'], '', env)
    expect(second.stdout).toBe(
      '~ Endpoints default/backend\n' +
        '    endpoints[nonlocal].zone: "zone-b" → "zone-a"\n' +
        'topology of east: revision 2: 0 added, 1 updated, 0 removed\n',
    )
    const again = await runCli(['push', file('moved.yaml', stringify(moved)), '--source', 'east'], '', env)
    expect(again.stdout).toBe('topology of east: unchanged since revision 2\n')
  })

  test('a dry run stores nothing, and --json prints the answer', async () => {
    const path = file('topology.json', JSON.stringify(TOPOLOGY))
    const { code, stdout } = await runCli(['push', path, '--source', 'east', '--dry-run', '--json'], '', env)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ revision: null, changed: { added: 4 } })
    expect(await bench.store.head()).toBe(0)
  })

  test('problems come with the file and the place in it, and exit with 3', async () => {
    const good = file('good.yaml', stringify(services('one')))
    const bad = file('bad.yaml', 'services:\n- name: Two\n')
    const { code, stderr } = await runCli(['push', good, bad, '--source', 'east'], '', env)
    expect(code).toBe(3)
    expect(stderr).toContain(`vicinity: ${bad}: /services/0/name: must be`)
    expect(stderr).not.toContain('    at ')
  })

  test('a push that takes all endpoints exits with 4, tells what goes, and is stored with --force', async () => {
    const names = Array.from({ length: 25 }, (_, n) => `s-${n + 10}`)
    const fleet = file('fleet.yaml', stringify(services(...names)))
    await runCli(['push', fleet, '--source', 'east'], '', env)
    const push = ['push', file('empty.yaml', 'services: []\n'), '--source', 'east']
    const refused = await runCli(push, '', env)
    expect(refused).toMatchObject({ code: 4, stdout: '' })
    const lines = refused.stderr.split('\n')
    expect(lines[0]).toMatch('would leave source east none of its 25 endpoints; nothing was stored')
    expect(lines[1]).toBe('vicinity:   default/s-10: 1 → 0 endpoints, 1 removed')
    expect(lines.slice(21)).toEqual([
      'vicinity:   … and 5 more services',
      'vicinity: it would change entries: 0 added, 0 updated, 50 removed',
      'vicinity: if a list that the files were made of is incomplete, mend that; if this is meant, push it with --force',
      '',
    ])
    expect(await runCli([...push, '--force'], '', env)).toMatchObject({ code: 0 })
  })

  test('a push and a heartbeat of a pusher that was relieved exit with 4', async () => {
    const path = file('one.yaml', stringify(services('one')))
    const push = (epoch: string) => runCli(['push', path, '--source', 'east', '--epoch', epoch], '', env)
    expect(await push('7')).toMatchObject({ code: 0 })
    const relieved = await Promise.all([push('6'), runCli(['heartbeat', 'east', '--epoch', '6'], '', env)])
    for (const { code, stderr } of relieved) {
      expect(code).toBe(4)
      expect(stderr).toContain('source east has been written with Epoch 7, and this is of Epoch 6')
    }
  })

  test('warnings name the file too', async () => {
    const routes = file('routes.yaml', `---\n${stringify(ROUTES)}`)
    const { code, stderr } = await runCli(['push', routes, '--source', 'east'], '', env)
    expect(code).toBe(0)
    expect(stderr).toContain(
      `warning: ${routes}: /routes/0/rules/0/backendRefs/0: BackendNotFound: service default/backend is not there`,
    )
  })

  test('a push that a proxy rejects exits with 5 and its words, without their control characters', async () => {
    const nacked = [
      { proxy: '1', node: 'edge-1', typeUrl: 'type.x/Cluster', detail: 'bad \u001b[31mcluster' },
    ]
    bench.proxies.convergence = { proxies: 1, acked: 0, nacked, pending: [] }
    const path = file('one.yaml', stringify(services('one')))
    const { code, stdout, stderr } = await runCli(['push', path, '--source', 'east', '--wait', '5s'], '', env)
    expect(code).toBe(5)
    expect(stdout).toContain('proxies: 1 concerned, 0 have it, 1 rejected it, 0 pending')
    expect(stderr).toBe('vicinity: edge-1 rejected type.x/Cluster: bad  [31mcluster\n')
  })

  test('a wrong token exits with 1', async () => {
    const { code, stderr } = await runCli(['proxies'], '', { ...env, VICINITY_TOKEN: 'wrong' })
    expect(code).toBe(1)
    expect(stderr).toContain('401 Unauthorized: this token is not known')
  })

  test('assignment is another name of explain, and a token may stand in a file', async () => {
    await bench.call('PUT', '/v1/sources/east/topology', TOPOLOGY, { Authorization: 'Bearer secret' })
    const connection = ['--token-file', file('token', 'secret\n'), '--server', `http://${server.address}`]
    const named = (command: string) => runCli([command, 'backend', '--zone', 'zone-a', ...connection])
    const explained = await named('explain')
    expect(explained).toMatchObject({ code: 0, stdout: expect.stringContaining('expected share: zone-a') })
    expect(await named('assignment')).toEqual(explained)
  })

  test('proxies lists who is connected, with what went wrong', async () => {
    const rejected = { detail: 'no such field', resources: ['default/a/80'], at: '2026-01-01T00:00:00.000Z' }
    const type = { typeUrl: 'type.googleapis.com/envoy.config.cluster.v3.Cluster', wildcard: true, names: 0 }
    const types = [{ ...type, status: 'NACK' as const, sent: 1, acked: 0, held: 0, rejected }]
    bench.proxies.all = [proxyStatus('1', { warnings: ['no zone'] }), proxyStatus('2', { types })]
    const { stdout } = await runCli(['proxies'], '', env)
    expect(stdout).toMatch(/^NODE +GATEWAY +ZONE +CDS +EDS +LDS +RDS +REVISION +BEHIND +FORM/)
    expect(stdout).toContain('    no zone\n')
    expect(stdout).toMatch(/node-2 .* NACK +IGNORED +IGNORED +IGNORED /)
    expect(stdout).toContain('    NACK of CDS: no such field\n')
    const one = await runCli(['proxies', '--json', '--node', 'node-1'], '', env)
    expect(JSON.parse(one.stdout)).toHaveLength(1)
  })
})

function bootstrapArgs(): string[] {
  return ['bootstrap', '--id', 'envoy-1', '--zone', 'zone-a', '--region', 'r1', '--gateway', 'edge']
}

describe('bootstrap', () => {
  let printed: Awaited<ReturnType<typeof runCli>>
  beforeAll(async () => {
    const token = file('proxy-token', 'proxy-secret\n')
    const more = [
      '--xds',
      'control.example:18000',
      '--node',
      'node-1',
      '--source',
      'east',
      '--token-file',
      token,
    ]
    printed = await runCli([...bootstrapArgs(), ...more])
  })

  test('prints one JSON document with the place of the Envoy in it', () => {
    expect(printed).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(printed.stdout).node).toEqual({
      id: 'envoy-1',
      cluster: 'edge',
      locality: { region: 'r1', zone: 'zone-a' },
      metadata: { node: 'node-1', source: 'east' },
    })
  })

  test('asks for everything over one delta stream, with the token', () => {
    const { dynamic_resources: dynamic, static_resources: fixed, admin } = JSON.parse(printed.stdout)
    expect(dynamic.ads_config).toMatchObject({
      api_type: 'DELTA_GRPC',
      set_node_on_first_message_only: true,
      grpc_services: [{ initial_metadata: [{ key: 'authorization', value: 'Bearer proxy-secret' }] }],
    })
    expect(fixed.clusters[0].name).toBe(dynamic.ads_config.grpc_services[0].envoy_grpc.cluster_name)
    expect(fixed.clusters[0].type).toBe('STRICT_DNS')
    expect(admin).toBeUndefined()
  })

  test('lets the Envoy report its loads over the same connection, with the token', () => {
    const { dynamic_resources: dynamic, cluster_manager: manager } = JSON.parse(printed.stdout)
    expect(manager.load_stats_config).toEqual({
      api_type: 'GRPC',
      transport_api_version: 'V3',
      grpc_services: dynamic.ads_config.grpc_services,
    })
  })

  test('lets the Envoy sum its statistics only when somebody asks for them', () => {
    expect(JSON.parse(printed.stdout)).toMatchObject({ stats_flush_on_admin: true })
  })

  test('has the token where every stream takes it, when each type has its own', async () => {
    const token = file('own-stream-token', 'proxy-secret')
    const flags = ['--form', 'delta-per-type', '--token-file', token]
    const { dynamic_resources: dynamic, static_resources: fixed } = JSON.parse(
      (await runCli([...bootstrapArgs(), ...flags])).stdout,
    )
    expect(dynamic).not.toHaveProperty('ads_config')
    expect(dynamic.cds_config.api_config_source).toMatchObject({ api_type: 'DELTA_GRPC' })
    expect(JSON.stringify(fixed.clusters[0].typed_extension_protocol_options)).toContain(
      'Bearer proxy-secret',
    )
  })

  test('leaves load reports out where nobody wants them', async () => {
    const { stdout } = await runCli([...bootstrapArgs(), '--no-load-reports'])
    expect(JSON.parse(stdout)).not.toHaveProperty('cluster_manager')
  })

  test('--form rest asks for everything by HTTP, the token in a header', async () => {
    const more = ['--form', 'rest', '--rest', '10.0.0.7:8080', '--refresh-delay', '5']
    const { stdout } = await runCli([...bootstrapArgs(), ...more, '--token-file', file('a-token', 'secret')])
    const { node, dynamic_resources: dynamic, static_resources: fixed } = JSON.parse(stdout)
    expect(node.metadata).toEqual({ xdsCluster: 'vicinity', refreshDelay: '5s' })
    const source = { api_type: 'REST', cluster_names: ['vicinity'], refresh_delay: '5s' }
    expect(dynamic).toMatchObject({
      lds_config: { api_config_source: source },
      cds_config: { api_config_source: source },
    })
    expect(fixed.clusters[0]).toMatchObject({ name: 'vicinity', type: 'STATIC' })
    expect(stdout).toContain('"value": "Bearer secret"')
    for (const word of ['ads', 'grpc', 'tls']) expect(stdout).not.toContain(word)
  })

  test('--form rest asks functions by their name, over TLS', async () => {
    const more = ['--form', 'rest', '--rest', 'https://f.example.com', '--tls-ca', '/ca.pem']
    const { stdout } = await runCli([...bootstrapArgs(), ...more])
    const { node, static_resources: fixed } = JSON.parse(stdout)
    expect(node.metadata).toEqual({ xdsCluster: 'f.example.com', refreshDelay: '1s' })
    expect(fixed.clusters[0]).toMatchObject({
      name: 'f.example.com',
      type: 'LOGICAL_DNS',
      transport_socket: { typed_config: { sni: 'f.example.com' } },
    })
    expect(stdout).toContain('"port_value": 443')
    expect(stdout).toContain('"filename": "/ca.pem"')
  })
})

describe('bootstrap --grpc', () => {
  const args = ['bootstrap', '--grpc', '--id', 'client-1', '--zone', 'zone-a']

  test('prints what GRPC_XDS_BOOTSTRAP may name: where the client stands, and whom it asks', async () => {
    const place = ['--region', 'r1', '--source', 'east', '--node', 'node-1', '--xds', '[::1]:18000']
    const { stdout } = await runCli([...args, ...place])
    expect(JSON.parse(stdout)).toEqual({
      xds_servers: [
        { server_uri: '[::1]:18000', channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] },
      ],
      node: {
        id: 'client-1',
        locality: { region: 'r1', zone: 'zone-a' },
        metadata: { node: 'node-1', source: 'east' },
      },
      client_default_listener_resource_name_template: '%s',
      server_listener_resource_name_template: 'grpc/server?xds.resource.listening_address=%s',
    })
  })

  test.each([
    ['--gateway', 'edge', 'serves none'],
    ['--admin', '127.0.0.1:9901', 'gRPC has none'],
    ['--token-file', 'token', 'no place for a token'],
  ])('refuses %s, which gRPC has no use for', async (flag, value, words) => {
    const { code, stderr } = await runCli([...args, flag, value])
    expect(code).toBe(2)
    expect(stderr).toContain(words)
  })
})

test('bootstrap asks which gateway an Envoy serves', async () => {
  const { code, stderr } = await runCli(['bootstrap', '--id', 'envoy-1', '--zone', 'zone-a'])
  expect(code).toBe(2)
  expect(stderr).toContain('--gateway: say which gateway the Envoy serves')
})
