import { describe, expect, test } from 'vitest'
import { decode, encode, encodeMessage } from '../../src/proto/message.ts'

const CLUSTER = 'envoy.config.cluster.v3.Cluster'
const ASSIGNMENT = 'envoy.config.endpoint.v3.ClusterLoadAssignment'
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

const cluster = {
  name: 'default/web/80',
  type: 'EDS',
  edsClusterConfig: { edsConfig: { ads: {}, resourceApiVersion: 'V3' } },
  connectTimeout: '0.250s',
  lbPolicy: 'LEAST_REQUEST',
  typedExtensionProtocolOptions: {
    [HTTP_OPTIONS]: {
      '@type': `type.googleapis.com/${HTTP_OPTIONS}`,
      explicitHttpConfig: { http2ProtocolOptions: {} },
    },
  },
  ignoreHealthOnHostRemoval: true,
}

describe('encode', () => {
  test('what it makes of ProtoJSON reads back as the same JSON, durations, wrappers and Anys included', () => {
    expect(decode(CLUSTER, encode(CLUSTER, cluster))).toEqual(cluster)
  })

  test('equal JSON gives equal bytes', () => {
    expect(encode(CLUSTER, structuredClone(cluster))).toEqual(encode(CLUSTER, cluster))
  })

  test('the order of keys does not show in the bytes', () => {
    const reversed = Object.fromEntries(Object.entries(cluster).toReversed())
    expect(encode(CLUSTER, reversed)).toEqual(encode(CLUSTER, cluster))
  })

  test.each([
    ['an unknown field', { name: 'a', unheardOf: 1 }],
    [
      'an unknown field inside an Any',
      { typedExtensionProtocolOptions: { a: { '@type': `x/${HTTP_OPTIONS}`, b: 1 } } },
    ],
    ['an Any of a type that is not there', { typedExtensionProtocolOptions: { a: { '@type': 'x/y.Z' } } }],
    ['an unknown enum value', { type: 'EDSS' }],
    ['a duration without its unit', { connectTimeout: '250' }],
    ['two members of a oneof', { type: 'EDS', clusterType: {} }],
  ])('%s throws', (_what, json) => {
    expect(() => encode(CLUSTER, json)).toThrow()
  })

  test('a message that is not in the descriptor throws', () => {
    expect(() => encode('envoy.config.Nothing', {})).toThrow()
  })
})

describe('encodeMessage', () => {
  test('gives the bytes of the equal ProtoJSON', () => {
    const locality = { region: 'r1', zone: 'zone-a', subZone: '' }
    const address = { socketAddress: { address: '10.0.0.1', portValue: 80 } }
    const json = {
      clusterName: 'a',
      endpoints: [
        { locality, priority: 1, loadBalancingWeight: 3, lbEndpoints: [{ endpoint: { address } }] },
      ],
      policy: { overprovisioningFactor: 100_000 },
    }
    const message = {
      clusterName: 'a',
      endpoints: [{ ...json.endpoints[0], loadBalancingWeight: { value: 3 } }],
      policy: { overprovisioningFactor: { value: 100_000 } },
    }
    expect(encodeMessage(ASSIGNMENT, message)).toEqual(encode(ASSIGNMENT, json))
  })
})
