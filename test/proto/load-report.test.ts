import { describe, expect, test } from 'vitest'
import { decodeLoadReport, encodeLoadStatsResponse, type LocalityLoad } from '../../src/proto/load-report.ts'
import { decode, encode } from '../../src/proto/message.ts'
import { seededRandom } from '../support/seeded-random.ts'

const REQUEST = 'envoy.service.load_stats.v3.LoadStatsRequest'

const NODE = {
  id: 'e1',
  cluster: 'edge',
  locality: { region: 'r1', zone: 'zone-a' },
  metadata: { source: 'east' },
  extensions: Array.from({ length: 5 }, (_, index) => ({
    name: `extension-${index}`,
    category: 'envoy.filters.http',
    typeUrls: ['envoy.extensions.filters.http.router.v3.Router'],
  })),
  clientFeatures: ['envoy.lrs.supports_send_all_clusters'],
}

interface Stats {
  locality?: { region?: string; zone?: string; subZone?: string }
  totalIssuedRequests?: string
  totalErrorRequests?: string
}

interface Request {
  node?: object
  clusterStats?: { clusterName?: string; upstreamLocalityStats?: Stats[] }[]
}

/** What the whole message says, decoded as any other is. */
function fullyDecoded(bytes: Uint8Array): LocalityLoad[] {
  const { clusterStats = [] } = decode(REQUEST, bytes) as Request
  return clusterStats.flatMap(({ clusterName: cluster = '', upstreamLocalityStats = [] }) =>
    upstreamLocalityStats
      .map(
        ({
          locality: { region = '', zone = '' } = {},
          totalIssuedRequests = '0',
          totalErrorRequests = '0',
        }) => ({
          cluster,
          region,
          zone,
          requests: Number(totalIssuedRequests),
          errors: Number(totalErrorRequests),
        }),
      )
      .map(one => ({ ...one, requests: believed(one.requests), errors: believed(one.errors) }))
      .filter(({ requests, errors }) => requests > 0 || errors > 0),
  )
}

const believed = (count: number) => (count <= 2 ** 32 ? count : 0)

function decoded(bytes: Uint8Array, withNode = false) {
  const result = decodeLoadReport(bytes, withNode)
  if (!result.ok) throw new Error(result.detail)
  return result.report
}

/** A report such as Envoys send, and more of it than they use. */
function randomReport(random: () => number): Request {
  const some = <T>(make: (index: number) => T) =>
    Array.from({ length: Math.floor(random() * 4) }, (_, i) => make(i))
  const count = () => String(Math.floor(random() ** 4 * 2 ** 34))
  return {
    ...(random() < 0.7 && { node: NODE }),
    clusterStats: some(cluster => ({
      clusterName: `default/service-${cluster}/80`,
      clusterServiceName: 'other',
      totalDroppedRequests: count(),
      droppedRequests: some(category => ({ category: `c${category}`, droppedCount: count() })),
      loadReportInterval: '9.993s',
      upstreamLocalityStats: some(zone => ({
        ...(random() < 0.8 && { locality: { region: 'r1', zone: `zone-${zone}`, subZone: 'rack' } }),
        totalSuccessfulRequests: count(),
        totalRequestsInProgress: count(),
        totalErrorRequests: random() < 0.5 ? '0' : count(),
        totalIssuedRequests: random() < 0.5 ? '0' : count(),
        priority: zone,
        loadMetricStats: some(() => ({ metricName: 'm', totalMetricValue: 1.5 })),
        upstreamEndpointStats: some(() => ({ totalIssuedRequests: count() })),
      })),
    })),
  }
}

describe('a load report', () => {
  test('is read as the whole message says it, whatever else is in it', () => {
    const random = seededRandom(1)
    let loads = 0
    for (let round = 0; round < 200; round += 1) {
      const bytes = encode(REQUEST, randomReport(random))
      const report = decoded(bytes)
      expect(report).toEqual({ loads: fullyDecoded(bytes) })
      loads += report.loads.length
    }
    expect(loads).toBeGreaterThan(200)
  })

  test('says who reports where that is asked for', () => {
    const { node } = decoded(encode(REQUEST, { node: NODE }), true)
    expect(node).toMatchObject({
      id: 'e1',
      cluster: 'edge',
      region: 'r1',
      zone: 'zone-a',
      metadata: { source: 'east' },
      features: ['envoy.lrs.supports_send_all_clusters'],
    })
  })

  test('that repeats its node is not looked at there', () => {
    const bytes = Buffer.from(encode(REQUEST, { node: { id: 'abc' } }))
    // Not UTF-8, which no string may be.
    bytes.fill(0xff, bytes.indexOf('abc'))
    expect(decoded(bytes)).toEqual({ loads: [] })
    expect(decodeLoadReport(bytes, true)).toEqual({
      ok: false,
      detail: expect.stringMatching(/^not a LoadStatsRequest/),
    })
  })

  test('that is damaged is none, or says what the whole message would', () => {
    const random = seededRandom(2)
    let [readable, unreadable] = [0, 0]
    for (let round = 0; round < 1_000; round += 1) {
      const bytes = damaged(encode(REQUEST, randomReport(random)), random)
      const result = decodeLoadReport(bytes, true)
      const whole = attempt(() => fullyDecoded(bytes))
      // What nobody reads may be wrong.
      if (whole !== undefined) expect(result).toMatchObject({ ok: true, report: { loads: whole } })
      if (result.ok) readable += 1
      else unreadable += 1
    }
    expect(Math.min(readable, unreadable)).toBeGreaterThan(100)
  })

  test('of nothing but chance throws nothing', () => {
    const random = seededRandom(3)
    for (let round = 0; round < 1_000; round += 1) {
      const bytes = Uint8Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256))
      expect(decodeLoadReport(bytes, random() < 0.5).ok).toBeTypeOf('boolean')
    }
  })

  test('of more loads than any proxy has is none', () => {
    const one = encode(REQUEST, { clusterStats: [{ upstreamLocalityStats: [{ totalIssuedRequests: '1' }] }] })
    // Encodings behind each other are one message.
    const many = (count: number) => Buffer.concat(Array.from({ length: count }, () => one))
    expect(decoded(many(100_000)).loads).toHaveLength(100_000)
    expect(decodeLoadReport(many(100_001), false)).toEqual({
      ok: false,
      detail: 'not a LoadStatsRequest: it has more than 100000 loads',
    })
  })
})

test.each([
  ['all', 10_000, { sendAllClusters: true, loadReportingInterval: '10s' }],
  [['a', 'b'], 1_500, { clusters: ['a', 'b'], loadReportingInterval: '1.500s' }],
] as const)('clients are asked for %j every %d ms', (clusters, interval, message) => {
  const bytes = encodeLoadStatsResponse(clusters, interval)
  expect(decode('envoy.service.load_stats.v3.LoadStatsResponse', bytes)).toEqual(message)
})

function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = Uint8Array.from(bytes).subarray(
    0,
    random() < 0.3 ? Math.floor(random() * bytes.length) : undefined,
  )
  for (let count = 0; count < 3 && copy.length > 0; count += 1) {
    copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256)
  }
  return copy
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
