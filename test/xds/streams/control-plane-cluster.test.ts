import { expect, test } from 'vitest'
import { controlPlaneCluster } from '../../../src/xds/streams/control-plane-cluster.ts'

test.each([
  ['what the metadata says', 'mine', 'other', 'mine'],
  [
    'what the request is for, which Envoy takes from the cluster’s name',
    undefined,
    'xds_cluster',
    'xds_cluster',
  ],
  [
    'what it is called by default, behind a proxy that names HOST:PORT',
    undefined,
    '127.0.0.1:18000',
    'vicinity',
  ],
  ['what it is called by default, behind a proxy that names an address', undefined, '::1', 'vicinity'],
  ['what it is called by default, where the metadata is no name', 7, '', 'vicinity'],
])('an Envoy’s cluster of the control plane is %s', (_, xdsCluster, authority, name) => {
  expect(controlPlaneCluster(xdsCluster, authority)).toBe(name)
})
