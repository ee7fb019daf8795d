import { expect, test } from 'vitest'
import { parseRoutes } from '../../src/model/parse-routes.ts'
import { parseSnapshot } from '../../src/model/parse-snapshot.ts'
import { parseTopology } from '../../src/model/parse-topology.ts'
import { digests, good } from './parsed-bodies.ts'

const topology = { zones: [{ zone: 'a' }] }
const routes = { gateways: [{ name: 'edge', listeners: [{ name: 'a', port: 80, protocol: 'HTTP' }] }] }

test('a snapshot is its two parts', () => {
  const snapshot = good(parseSnapshot({ topology, routes }))
  expect(digests(snapshot.topology)).toEqual(digests(good(parseTopology(topology))))
  expect(digests(snapshot.routes)).toEqual(digests(good(parseRoutes(routes))))
})

test.each<[string, unknown, string[]]>([
  ['without routes, which would empty them', { topology }, ['/routes']],
  ['without topology', { routes }, ['/topology']],
  ['that is null', null, ['']],
  ['with an unknown part', { topology, routes, policies: {} }, ['/policies']],
  [
    'with problems in both parts',
    { topology: { services: [{ name: 'A' }], defaults: 1 }, routes: { routes: [{ kind: 'TCPRoute' }] } },
    ['/topology/defaults', '/topology/services/0/name', '/routes/routes/0/kind'],
  ],
])('a snapshot %s is refused', (_title, snapshot, pointers) => {
  const parsed = parseSnapshot(snapshot)
  expect(parsed.ok ? [] : parsed.problems.map(({ pointer }) => pointer)).toEqual(pointers)
})
