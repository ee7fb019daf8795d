import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js'
import { encodeDeltaBody } from '../../src/proto/delta-response.ts'
import { aggregatedDiscoveryService } from '../../src/proto/service.ts'
import { TYPE_URLS } from '../../src/proto/type-urls.ts'
import { MessageStream } from '../../src/xds/streams/message-stream.ts'
import { FloorStream, type Send } from './floor-stream.ts'
import { preparedAssignment, preparedResources } from './prepared-resources.ts'

/**
 * What a server on grpc-js costs that has nothing to decide: it writes prepared bytes, the same to all. `--past-library`:
 * as Vicinity writes and reads them. `POST /bump?indexes=1,2` changes assignments.
 */
const { values } = parseArgs({
  options: {
    xds: { type: 'string', default: '127.0.0.1:18000' },
    admin: { type: 'string', default: '127.0.0.1:18001' },
    services: { type: 'string', default: '1000' },
    endpoints: { type: 'string', default: '10' },
    zones: { type: 'string', default: '3' },
    /** Bytes of a body, about. */
    part: { type: 'string', default: String(1024 * 1024) },
    'past-library': { type: 'boolean', default: false },
  },
})
const workload = {
  services: Number(values.services),
  endpoints: Number(values.endpoints),
  zones: Number(values.zones),
  streams: 0,
}

const bodies = new Map(
  [...preparedResources(workload)].map(([typeUrl, resources]) => [typeUrl, inParts(typeUrl, resources)]),
)
const changes = new Array<number>(workload.services).fill(0)
const first = changes.map((_, service) => preparedAssignment(workload, service, 0))
// Zones share nothing with each other.
const assignments = Array.from({ length: workload.zones }, () => inParts(TYPE_URLS.endpoints, first))

function inParts(typeUrl: string, resources: readonly Uint8Array[]): Buffer[] {
  const parts: Uint8Array[][] = []
  let length = Number.POSITIVE_INFINITY
  for (const one of resources) {
    if (length >= Number(values.part)) {
      parts.push([])
      length = 0
    }
    parts.at(-1)?.push(one)
    length += one.length
  }
  return parts.map(part => encodeDeltaBody({ typeUrl, resources: part, removed: [], controlPlane: 'floor' }))
}

const streams = new Set<FloorStream>()
let opened = 0

function open(call: ServerDuplexStream<Buffer, Buffer>): void {
  opened += 1
  const ofZone = assignments[opened % workload.zones] ?? []
  const all = (typeUrl: string) => (typeUrl === TYPE_URLS.endpoints ? ofZone : (bodies.get(typeUrl) ?? []))
  const messages = values['past-library'] ? new MessageStream(call) : undefined
  const send: Send = messages
    ? (head, body, sent) => messages.send(head, body, sent)
    : (head, body, sent) => call.write(Buffer.concat([head, body]), sent)
  const stream = new FloorStream(randomUUID(), send, all)
  streams.add(stream)
  if (messages) messages.onMessage(bytes => stream.onMessage(bytes))
  else call.on('data', (bytes: Buffer) => stream.onMessage(bytes))
  call.on('error', () => undefined)
  call.on('end', () => call.end())
  call.on('close', () => streams.delete(stream))
}

function bump(services: readonly number[]): void {
  const changed = services.map(service => {
    changes[service] = (changes[service] ?? 0) + 1
    return preparedAssignment(workload, service, changes[service] ?? 0)
  })
  for (const body of inParts(TYPE_URLS.endpoints, changed)) for (const stream of streams) stream.push(body)
}

const server = new Server({
  'grpc.max_receive_message_length': 32 * 1024 * 1024,
  'grpc.max_send_message_length': -1,
  'grpc.enable_channelz': 0,
})
server.addService({ delta: aggregatedDiscoveryService.delta }, { delta: open })
server.bindAsync(values.xds, ServerCredentials.createInsecure(), error => {
  if (error) throw error
})
createServer((request, response) => {
  const indexes = new URL(request.url ?? '/', 'http://floor').searchParams.get('indexes') ?? ''
  bump(indexes.split(',').map(Number))
  response.end()
}).listen(Number(values.admin.split(':')[1]), '127.0.0.1')
