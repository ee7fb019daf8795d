import { describe, expect, test } from 'vitest'
import { ClaimedVersions } from '../../src/proto/claimed-versions.ts'
import { decodeDeltaRequest } from '../../src/proto/delta-request.ts'
import { encodeDeltaBody } from '../../src/proto/delta-response.ts'
import { encodeDiscoveryResource, versionOf } from '../../src/proto/discovery-resource.ts'
import { decode, encode } from '../../src/proto/message.ts'
import { encodeResponseHead } from '../../src/proto/response-head.ts'
import { decodeStateRequest } from '../../src/proto/state-request.ts'
import { encodeStateBody } from '../../src/proto/state-response.ts'
import { messageNameOf, TYPE_URLS } from '../../src/proto/type-urls.ts'
import { Names } from '../../src/xds/names/names.ts'

const NAMES = new Names()
const idsOf = (names: readonly string[]) => names.map(name => NAMES.idOf(name))

const REQUEST = 'envoy.service.discovery.v3.DeltaDiscoveryRequest'
const RESOURCE = 'envoy.service.discovery.v3.Resource'
const RESPONSE = 'envoy.service.discovery.v3.DeltaDiscoveryResponse'

/** What a client says that it has: names and versions. */
function claimsOf(decoded: ReturnType<typeof decodeDeltaRequest>): [string, string][] {
  const claimed = decoded.ok ? decoded.request.initialVersions : ClaimedVersions.NONE
  return Array.from({ length: claimed.size }, (_, at) => [NAMES.textOf(claimed.id(at)), claimed.version(at)])
}

describe('a delta response', () => {
  test('made of prepared bytes is a response like any other', () => {
    const body = encode(messageNameOf(TYPE_URLS.cluster), { name: 'a'.repeat(300) })
    const encoded = encodeDiscoveryResource('a', versionOf(body), TYPE_URLS.cluster, body)
    const bytes = Buffer.concat([
      encodeResponseHead({ nonce: '17', version: '7' }),
      encodeDeltaBody({
        typeUrl: TYPE_URLS.cluster,
        resources: [encoded, encoded],
        removed: ['b', 'ü'.repeat(100)],
        controlPlane: 'replica-1',
      }),
    ])
    const resource = {
      name: 'a',
      version: versionOf(body),
      resource: { '@type': TYPE_URLS.cluster, name: 'a'.repeat(300) },
    }
    expect(decode(RESPONSE, bytes)).toEqual({
      systemVersionInfo: '7',
      resources: [resource, resource],
      typeUrl: TYPE_URLS.cluster,
      nonce: '17',
      removedResources: ['b', 'ü'.repeat(100)],
      controlPlane: { identifier: 'replica-1' },
    })
  })

  test('is its head and a body that others are sent too', () => {
    const body = { typeUrl: TYPE_URLS.routes, resources: [], removed: ['b'], controlPlane: 'r' }
    const shared = encodeDeltaBody(body)
    for (const [nonce, version] of [
      ['1', '7'],
      ['2', '8'],
    ] as const) {
      const whole = Buffer.concat([encodeResponseHead({ nonce, version }), shared])
      expect(decode(RESPONSE, whole)).toEqual({
        systemVersionInfo: version,
        typeUrl: TYPE_URLS.routes,
        nonce,
        removedResources: ['b'],
        controlPlane: { identifier: 'r' },
      })
    }
  })

  test('of many resources of all sizes has each of them', () => {
    const lengths = [0, 1, 127, 128, 16_383, 16_384, 70_000]
    const resources = lengths.map(length => Buffer.from(encode(RESOURCE, { name: 'x'.repeat(length) })))
    const bytes = encodeDeltaBody({ typeUrl: 't', resources, removed: [], controlPlane: 'r' })
    const names = (decode(RESPONSE, bytes).resources as { name?: string }[]).map(
      ({ name = '' }) => name.length,
    )
    expect(names).toEqual(lengths)
  })
})

describe('a response of the state of the world', () => {
  test('made of prepared bytes is a response like any other', () => {
    const body = encode(messageNameOf(TYPE_URLS.cluster), { name: 'a'.repeat(300) })
    const encoded = encodeDiscoveryResource('a', versionOf(body), TYPE_URLS.cluster, body)
    const bytes = Buffer.concat([
      encodeResponseHead({ nonce: '17', version: 'v' }),
      encodeStateBody({
        typeUrl: TYPE_URLS.cluster,
        resources: [encoded, encoded],
        controlPlane: 'replica-1',
      }),
    ])
    const resource = { '@type': TYPE_URLS.cluster, name: 'a'.repeat(300) }
    expect(decode('envoy.service.discovery.v3.DiscoveryResponse', bytes)).toEqual({
      versionInfo: 'v',
      resources: [resource, resource],
      typeUrl: TYPE_URLS.cluster,
      nonce: '17',
      controlPlane: { identifier: 'replica-1' },
    })
  })
})

test('a request of the state of the world is read with its names and version', () => {
  const bytes = encode('envoy.service.discovery.v3.DiscoveryRequest', {
    versionInfo: 'v',
    typeUrl: TYPE_URLS.endpoints,
    resourceNames: ['a', 'b'],
    responseNonce: '5',
    errorDetail: { code: 3, message: 'no' },
  })
  expect(decodeStateRequest(bytes, NAMES)).toEqual({
    ok: true,
    request: {
      typeUrl: TYPE_URLS.endpoints,
      names: idsOf(['a', 'b']),
      versionInfo: 'v',
      nonce: '5',
      error: 'no',
    },
  })
})

describe('the version of a resource', () => {
  test('is a function of its bytes', () => {
    expect(versionOf(Buffer.from('a'))).toBe(versionOf(Buffer.from('a')))
    expect(versionOf(Buffer.from('a'))).not.toBe(versionOf(Buffer.from('b')))
  })
})

describe('a delta request', () => {
  test('is read with its node, names, versions and NACK', () => {
    const bytes = encode(REQUEST, {
      node: {
        id: 'n1',
        cluster: 'edge',
        locality: { region: 'r1', zone: 'zone-a', subZone: 's' },
        metadata: { node: 'node-1', list: [1, { deep: null }] },
        userAgentName: 'envoy',
        userAgentBuildVersion: { version: { majorNumber: 1, minorNumber: 40 } },
        clientFeatures: ['envoy.lb.does_not_support_overprovisioning'],
      },
      typeUrl: TYPE_URLS.cluster,
      resourceNamesSubscribe: ['*'],
      resourceNamesUnsubscribe: ['x'],
      initialResourceVersions: { a: 'v1', ['__proto__']: 'v2' },
      responseNonce: '5',
      errorDetail: { code: 3, message: 'no' },
    })
    const decoded = decodeDeltaRequest(bytes, NAMES)
    expect(decoded).toEqual({
      ok: true,
      request: {
        node: {
          id: 'n1',
          cluster: 'edge',
          region: 'r1',
          zone: 'zone-a',
          subZone: 's',
          metadata: { node: 'node-1', list: [1, { deep: null }] },
          userAgent: 'envoy 1.40.0',
          features: ['envoy.lb.does_not_support_overprovisioning'],
        },
        typeUrl: TYPE_URLS.cluster,
        subscribe: idsOf(['*']),
        unsubscribe: idsOf(['x']),
        initialVersions: expect.any(ClaimedVersions),
        nonce: '5',
        error: 'no',
      },
    })
    expect(claimsOf(decoded)).toEqual([
      ['a', 'v1'],
      ['__proto__', 'v2'],
    ])
  })

  test('has versions however long they are and in whatever order their entries say them', () => {
    const field = (number: number, value: string | Buffer) => {
      const bytes = Buffer.from(value)
      const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7]
      return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes])
    }
    const entry = (...fields: Buffer[]) => field(5, Buffer.concat(fields))
    const long = 'x'.repeat(200)
    const bytes = Buffer.concat([
      entry(field(1, 'a'), field(2, 'v1')),
      entry(field(2, 'v2'), field(1, 'b')),
      entry(field(1, long), field(2, 'v3')),
      entry(field(1, 'c'), field(2, long)),
      entry(field(1, 'no'), field(1, 'd'), field(2, 'no'), field(2, 'v5')),
      entry(field(1, 'e')),
      entry(field(1, 'f'), field(3, 'odd'), field(2, 'v7')),
      entry(field(1, 'g'), field(2, '')),
      entry(),
    ])
    expect(claimsOf(decodeDeltaRequest(bytes, NAMES))).toEqual([
      ['a', 'v1'],
      ['b', 'v2'],
      [long, 'v3'],
      ['c', long],
      ['d', 'v5'],
      ['e', ''],
      ['f', 'v7'],
      ['g', ''],
      ['', ''],
    ])
  })

  test('has all names of a field in order, wherever they stand', () => {
    const field = (number: number, text: string) => nest((number << 3) | 2, Buffer.from(text))
    const bytes = Buffer.concat([field(3, 'a'), field(3, 'b'), field(4, 'x'), field(3, 'c'), field(4, 'y')])
    expect(decodeDeltaRequest(bytes, NAMES)).toMatchObject({
      request: { subscribe: idsOf(['a', 'b', 'c']), unsubscribe: idsOf(['x', 'y']) },
    })
  })

  test('whose names stand apart costs no more for each of them the more there are', () => {
    const [subscribe, unsubscribe] = [Buffer.from([0x1a, 0]), Buffer.from([0x22, 0])]
    const bytes = Buffer.concat(Array.from({ length: 100_000 }, () => [subscribe, unsubscribe]).flat())
    const decoded = decodeDeltaRequest(bytes, NAMES)
    expect(decoded.ok && decoded.request.subscribe.length).toBe(100_000)
  })

  test('an error_detail without words is a NACK all the same', () => {
    const decoded = decodeDeltaRequest(encode(REQUEST, { responseNonce: '5', errorDetail: {} }), NAMES)
    expect(decoded.ok && decoded.request.error).toBe('')
  })

  test('bytes that are none are answered with what is wrong, not thrown', () => {
    expect(decodeDeltaRequest(Buffer.from([0x0a, 0xff, 0xff]), NAMES)).toMatchObject({ ok: false })
  })

  test('a node whose metadata nests without end is no request', () => {
    let list: Uint8Array = new Uint8Array()
    // ListValue.values = 1, Value.list_value = 6: what an encoder would refuse to make.
    for (let depth = 0; depth < 200; depth++) list = nest(0x0a, nest(0x32, list))
    const struct = nest(0x0a, Buffer.concat([nest(0x0a, Buffer.from('a')), nest(0x12, nest(0x32, list))]))
    const request = nest(0x0a, nest(0x1a, struct))
    expect(decodeDeltaRequest(request, NAMES)).toMatchObject({ ok: false })
  })
})

function nest(tag: number, bytes: Uint8Array): Buffer {
  const high = bytes.length >> 7
  return Buffer.concat([Buffer.from([tag, (bytes.length & 0x7f) | 0x80, high & 0x7f]), bytes])
}
