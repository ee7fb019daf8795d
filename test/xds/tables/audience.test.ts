import { expect, test } from 'vitest'
import { clientNode } from '../../../src/xds/tables/audience.ts'

const node = {
  id: 'n',
  cluster: '',
  region: '',
  zone: '',
  subZone: '',
  metadata: {},
  userAgent: '',
  features: [],
}

test.each([
  ['edge', 'default/edge'],
  ['team/edge', 'team/edge'],
  ['', ''],
])('node.cluster "%s" means the gateway "%s"', (cluster, gateway) => {
  expect(clientNode({ ...node, cluster }).gateway).toBe(gateway)
})

test('metadata places a proxy on a node, in a source and on a network', () => {
  const metadata = { node: 'node-1', source: 'east', network: 'net-e' }
  expect(clientNode({ ...node, metadata }).viewpoint).toMatchObject(metadata)
})

test('metadata that is no text places nobody', () => {
  const { viewpoint } = clientNode({ ...node, metadata: { node: 7, source: ['east'], network: {} } })
  expect(viewpoint).toMatchObject({ node: '', source: '', network: '' })
})

test.each([
  // The libraries in Go, Java, C++ and its kin, JavaScript; one that does not give its name.
  [{ userAgent: 'gRPC Go 1.82.1' }, 'grpc'],
  [{ userAgent: 'gRPC Java 1.75.0' }, 'grpc'],
  [{ userAgent: 'gRPC C-core linux 1.70.0' }, 'grpc'],
  [{ userAgent: 'gRPC Node Pure JS 1.14.1' }, 'grpc'],
  [{ features: ['envoy.lb.does_not_support_overprovisioning'] }, 'grpc'],
  [{ userAgent: 'envoy 1.40.0', features: ['xds.config.supports-resource-ttl'] }, 'envoy'],
  [{ userAgent: 'gRPCurl' }, 'envoy'],
  [{}, 'envoy'],
])('[O101] a client that says %j is of kind %s', (fields, kind) => {
  expect(clientNode({ ...node, ...fields }).kind).toBe(kind)
})

test('[O101] a gRPC client serves no gateway, whatever node.cluster names', () => {
  expect(clientNode({ ...node, cluster: 'edge', userAgent: 'gRPC Go 1.82.1' }).gateway).toBe('')
})
