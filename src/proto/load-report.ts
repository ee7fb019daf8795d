import protobuf from 'protobufjs/light.js'
import { messageType } from './descriptor.ts'
import { type DiscoveryNode, type NodeMessage, nodeOf } from './discovery-node.ts'
import { encode } from './message.ts'

/** `envoy.service.load_stats.v3.LoadStatsRequest`, as far as a server needs it. */
export interface LoadReport {
  /** Of a stream's first message; in later ones it is not looked at. */
  readonly node?: DiscoveryNode
  /** Without those of which nothing is said. */
  readonly loads: readonly LocalityLoad[]
}

/** What one proxy sent to one locality of a cluster since its last report. */
export interface LocalityLoad {
  readonly cluster: string
  /** '': not said, as of the zone. */
  readonly region: string
  readonly zone: string
  /** Issued since then; some are not answered yet. */
  readonly requests: number
  /** Answers that are the endpoint's fault, and connections that did not come about: these are no requests. */
  readonly errors: number
}

/** A report, or why the bytes are none. */
export type DecodedLoadReport =
  | { readonly ok: true; readonly report: LoadReport }
  | { readonly ok: false; readonly detail: string }

/** Of one report: some 30,000 clusters in three zones. A report that says more is none: memory is bounded. */
const MOST_LOADS = 100_000

/** More than any proxy sends between two reports. What claims more says nothing: sums stay whole numbers. */
const MOST_REQUESTS = 2 ** 32

/** Tags of the fields that are read (protobuf encoding, "Message Structure"). */
const varint = (field: number) => field << 3
const lengthDelimited = (field: number) => (field << 3) | 2
const REQUEST = { node: lengthDelimited(1), clusterStats: lengthDelimited(2) }
const CLUSTER_STATS = { clusterName: lengthDelimited(1), upstreamLocalityStats: lengthDelimited(2) }
const LOCALITY_STATS = {
  locality: lengthDelimited(1),
  totalErrorRequests: varint(4),
  totalIssuedRequests: varint(8),
}
const LOCALITY = { region: lengthDelimited(1), zone: lengthDelimited(2) }

/**
 * Reads what a client sent, and of that only what is asked for; never throws. Envoy puts its whole node, tens of
 * kilobytes, into every report: `withNode` is for the first one of a stream.
 */
export function decodeLoadReport(bytes: Uint8Array, withNode: boolean): DecodedLoadReport {
  try {
    return { ok: true, report: readReport(protobuf.Reader.create(bytes), withNode) }
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    return { ok: false, detail: `not a LoadStatsRequest: ${cause}` }
  }
}

/** Which clusters a client shall report, and how often (in milliseconds): a `LoadStatsResponse`. */
export function encodeLoadStatsResponse(clusters: 'all' | readonly string[], interval: number): Buffer {
  return Buffer.from(
    encode('envoy.service.load_stats.v3.LoadStatsResponse', {
      ...(clusters === 'all' ? { sendAllClusters: true } : { clusters }),
      loadReportingInterval: `${interval / 1000}s`,
    }),
  )
}

function readReport(reader: protobuf.Reader, withNode: boolean): LoadReport {
  const loads: LocalityLoad[] = []
  let node: DiscoveryNode | undefined
  readFields(reader, tag => {
    if (tag === REQUEST.clusterStats) embedded(reader, () => readCluster(reader, loads))
    else if (tag === REQUEST.node && withNode) node = readNode(reader)
    else return false
    return true
  })
  return { ...(node && { node }), loads }
}

function readNode(reader: protobuf.Reader): DiscoveryNode {
  const type = messageType('envoy.config.core.v3.Node')
  return nodeOf(type.decode(reader.bytes()) as NodeMessage)
}

function readCluster(reader: protobuf.Reader, loads: LocalityLoad[]): void {
  // Its name may come behind what it names.
  const own: Omit<LocalityLoad, 'cluster'>[] = []
  let cluster = ''
  readFields(reader, tag => {
    if (tag === CLUSTER_STATS.clusterName) cluster = reader.stringVerify()
    else if (tag === CLUSTER_STATS.upstreamLocalityStats) {
      const stats = embedded(reader, () => readLocalityStats(reader))
      if (stats.requests > 0 || stats.errors > 0) own.push(stats)
      if (loads.length + own.length > MOST_LOADS) throw new Error(`it has more than ${MOST_LOADS} loads`)
    } else return false
    return true
  })
  for (const one of own) loads.push({ cluster, ...one })
}

function readLocalityStats(reader: protobuf.Reader): Omit<LocalityLoad, 'cluster'> {
  const stats = { region: '', zone: '', requests: 0, errors: 0 }
  readFields(reader, tag => {
    if (tag === LOCALITY_STATS.locality) embedded(reader, () => readLocality(reader, stats))
    else if (tag === LOCALITY_STATS.totalIssuedRequests) stats.requests = readCount(reader)
    else if (tag === LOCALITY_STATS.totalErrorRequests) stats.errors = readCount(reader)
    else return false
    return true
  })
  return stats
}

function readLocality(reader: protobuf.Reader, into: { region: string; zone: string }): void {
  readFields(reader, tag => {
    if (tag === LOCALITY.region) into.region = reader.stringVerify()
    else if (tag === LOCALITY.zone) into.zone = reader.stringVerify()
    else return false
    return true
  })
}

function readCount(reader: protobuf.Reader): number {
  const count = Number(reader.uint64())
  return count <= MOST_REQUESTS ? count : 0
}

/** Reads a message that is a field of another: nothing of it is beyond its end. */
function embedded<T>(reader: protobuf.Reader, read: () => T): T {
  const { len } = reader
  const end = reader.size() + reader.pos
  if (end > len) throw new RangeError(`index out of range: ${end} > ${len}`)
  reader.len = end
  const value = read()
  reader.len = len
  return value
}

/** Calls back for each field with its tag; what `read` does not take is skipped. */
function readFields(reader: protobuf.Reader, read: (tag: number) => boolean): void {
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (!read(tag)) reader.skipType(tag & 7, 0, tag >>> 3)
  }
}
