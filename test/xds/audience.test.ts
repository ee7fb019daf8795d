import { expect, test } from 'vitest'
import { clientNode } from '../../src/xds/audience.ts'

const node = { id: 'n', cluster: '', region: '', zone: '', subZone: '', metadata: {}, userAgent: '' }

test.each([
  ['edge', 'default/edge'],
  ['team/edge', 'team/edge'],
  ['', ''],
])('node.cluster "%s" means the gateway "%s"', (cluster, gateway) => {
  expect(clientNode({ ...node, cluster }).gateway).toBe(gateway)
})

test('metadata that is no text places nobody', () => {
  const { viewpoint } = clientNode({ ...node, metadata: { node: 7, source: ['east'] } })
  expect(viewpoint).toMatchObject({ node: '', source: '' })
})
