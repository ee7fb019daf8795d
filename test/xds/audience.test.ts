import { expect, test } from 'vitest'
import { clientNode } from '../../src/xds/audience.ts'

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
