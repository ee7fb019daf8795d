import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, credentials } from '@grpc/grpc-js'
import { percentile, rounded } from '../../demo/latency.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { encode } from '../../src/proto/message.ts'
import { CDS, DELTA_ADS, EDS, FORMS, type Form, LDS, pathOf, RDS } from '../../test/conformance/forms.ts'
import { toldOf } from '../../test/conformance/response.ts'
import { RawStream, Streams } from '../../test/conformance/streams.ts'
import { World } from '../../test/conformance/world.ts'
import { measure } from './measure.ts'
import { heldBy, lookAt, watchedVicinity } from './watched-vicinity.ts'

/**
 * What clients that are broken or ill-meant do to the gRPC endpoint, one kind after the other, while a good client
 * waits for a change every half second: no crash, no leak, no change that does not arrive. `--seconds N` of each kind, by
 * default 30; 1,000 reconnects a minute go on for six times as long.
 */
const SECONDS = Number(process.argv[process.argv.indexOf('--seconds') + 1]) || 30
const RECONNECTS_A_MINUTE = 1_000
const NAMES = 10_000
/** Files and handles that may be open beside those that were: of requests to the REST API. */
const SPARE_FILES = 5
const TYPES = [CDS, EDS, LDS, RDS]

/** The client connection preface and an empty SETTINGS frame (RFC 9113, 3.4). */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
])

await measure('grpc-fuzz', async closing => {
  const vicinity = await watchedVicinity(closing)
  const world = new World(() => vicinity.api, 'fuzzed')
  await world.push({
    services: { a: { ports: [1] } },
    listeners: { http: { port: 20_000, rules: { '/': 'a' } } },
  })
  const [host = '', port = ''] = vicinity.xds.split(':')
  const good = watch(vicinity.xds, world)
  closing.addWay(() => good.stop())

  const kinds: Record<string, () => Promise<void>> = {
    'random bytes': () => rawConnection(Number(port), host, randomBytes(randomInt(1, 4_096))),
    'random frames': () => rawConnection(Number(port), host, Buffer.concat([PREFACE, randomFrames()])),
    'truncated messages': () => truncated(vicinity.xds, world),
    'random messages': () => badMessage(vicinity.xds, () => randomBytes(randomInt(0, 2_048))),
    'mutated requests': () => badMessage(vicinity.xds, form => mutated(requestOf(form, world))),
    'wrong types': () => badMessage(vicinity.xds, form => wrongType(form, world)),
    '10,000 names and back': () => manyNames(vicinity.xds, world),
  }
  // Once of each before anything is counted: what is loaded and compiled once is no leak.
  for (const act of Object.values(kinds)) await act()
  const before = await heldBy(vicinity)
  const counts: Record<string, number> = {}
  for (const [kind, act] of Object.entries(kinds)) counts[kind] = await repeat(act, SECONDS * 1_000)
  counts.reconnects = await reconnects(vicinity.xds, world, SECONDS * 6)
  await waitUntil('only the good client to be left', async () => (await lookAt(vicinity)).proxies === 1, {
    timeout: 30_000,
    every: 200,
  })
  const waitedFor = performance.now()
  // Connections that broke the protocol and vanished are found dead by the server's keepalive, after 50 s at most.
  await waitUntil(
    'dead connections to be closed',
    async () => (await lookAt(vicinity)).openFiles <= before.openFiles + SPARE_FILES,
    { timeout: 90_000, every: 500 },
  ).catch(() => undefined)
  const quietAfter = Math.round((performance.now() - waitedFor) / 1_000)
  const after = await heldBy(vicinity)
  const waits = good.waits()
  return {
    right:
      waits.lost === 0 &&
      after.heapMiB - before.heapMiB < 10 &&
      after.openFiles <= before.openFiles + SPARE_FILES &&
      after.handles <= before.handles + SPARE_FILES,
    seconds: SECONDS,
    counts,
    before,
    after,
    secondsUntilAllWereClosed: quietAfter,
    changes: waits,
  }
})

/** As often as it can within a time, four at once. */
async function repeat(act: () => Promise<void>, milliseconds: number): Promise<number> {
  const end = performance.now() + milliseconds
  let count = 0
  const worker = async () => {
    for (; performance.now() < end; count += 1) await act()
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  return count
}

/** A good client, and who makes changes for it. */
function watch(xds: string, world: World) {
  const client = clientOf(xds)
  const streams = new Streams(client, DELTA_ADS, world.node)
  streams.send(EDS, { resourceNamesSubscribe: [world.cluster('a')] })
  const times: number[] = []
  let lost = 0
  let isOver = false
  const changes = (async () => {
    streams.send(EDS, { responseNonce: (await streams.next()).nonce })
    for (let port = 2; !isOver; port = (port % 60_000) + 1) {
      const began = performance.now()
      await world.push({ services: { a: { ports: [port] } } })
      const response = await streams.next().catch(() => undefined)
      if (response === undefined) {
        lost += 1
        return
      }
      times.push(performance.now() - began)
      streams.send(EDS, { responseNonce: response.nonce })
      await sleep(500)
    }
  })()
  return {
    waits: () => ({
      count: times.length,
      lost,
      p50: rounded(percentile(times, 0.5)),
      p99: rounded(percentile(times, 0.99)),
    }),
    stop: async () => {
      isOver = true
      await changes
      streams.close()
      client.close()
    },
  }
}

function clientOf(xds: string): Client {
  return new Client(xds, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
}

/** Sends bytes, and waits until the server has closed or has had a moment to say something. */
async function rawConnection(port: number, host: string, bytes: Buffer): Promise<void> {
  const socket = connect(port, host)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(bytes)
  socket.resume()
  await Promise.race([once(socket, 'close'), sleep(20)])
  if (Math.random() < 0.5) socket.resetAndDestroy()
  else socket.destroy()
}

/** Frames with a right length, of any type, with any flags and payload (RFC 9113, 4.1). */
function randomFrames(): Buffer {
  return Buffer.concat(
    Array.from({ length: randomInt(1, 20) }, () => {
      const payload = randomBytes(randomInt(0, 512))
      const header = Buffer.alloc(9)
      header.writeUIntBE(payload.length, 0, 3)
      header[3] = randomInt(0, 12)
      header[4] = randomInt(0, 256)
      header.writeUInt32BE(randomInt(0, 8), 5)
      return Buffer.concat([header, payload])
    }),
  )
}

/** A call whose message ends too early, or says another length than it has, or is said to be compressed. */
async function truncated(xds: string, world: World): Promise<void> {
  const form = pick(FORMS)
  const session = connectHttp2(`http://${xds}`)
  session.on('error', () => undefined)
  const stream = session.request({
    ':method': 'POST',
    ':path': pathOf(form, CDS),
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  stream.on('error', () => undefined)
  stream.resume()
  const message = requestOf(form, world)
  const header = Buffer.alloc(5)
  header[0] = pick([0, 0, 1, 255])
  header.writeUInt32BE(pick([message.length, message.length - 1, message.length + 1, 0xffff_ffff]), 1)
  const whole = Buffer.concat([header, message])
  stream.write(whole.subarray(0, randomInt(1, whole.length + 1)))
  if (Math.random() < 0.5) stream.end()
  await Promise.race([once(stream, 'close'), sleep(20)])
  pick([() => session.destroy(), () => stream.close(pick([0, 2, 8, 11])), () => session.close()])()
  session.destroy()
}

async function badMessage(xds: string, make: (form: Form) => Uint8Array): Promise<void> {
  const form = pick(FORMS)
  const client = clientOf(xds)
  // grpc-js keeps a connection for good that comes to be after its client was closed.
  await new Promise(resolve => client.waitForReady(Date.now() + 30_000, resolve))
  const stream = new RawStream(client, pathOf(form, pick(TYPES)))
  stream.call.resume()
  for (let message = 0; message < 5; message += 1) stream.write(make(form))
  await Promise.race([stream.status, sleep(20)])
  stream.call.cancel()
  client.close()
}

function requestOf(form: Form, world: World, typeUrl = pick(TYPES)): Buffer {
  const message = form.isDelta ? 'DeltaDiscoveryRequest' : 'DiscoveryRequest'
  const names = [world.cluster('a'), world.listener('http'), '*', 'x']
  const request = {
    node: world.node,
    typeUrl,
    responseNonce: pick(['', 'x']),
    ...(form.isDelta
      ? {
          resourceNamesSubscribe: names,
          resourceNamesUnsubscribe: ['*'],
          initialResourceVersions: { x: 'v' },
        }
      : { resourceNames: names, versionInfo: 'v' }),
    ...pick([{}, { errorDetail: { code: 3, message: 'no' } }]),
  }
  return Buffer.from(encode(`envoy.service.discovery.v3.${message}`, request))
}

function mutated(bytes: Buffer): Buffer {
  for (let change = randomInt(1, 6); change > 0; change -= 1)
    bytes[randomInt(0, bytes.length)] = randomInt(0, 256)
  return bytes.subarray(0, Math.random() < 0.3 ? randomInt(0, bytes.length) : bytes.length)
}

/** A type that is not served, or not on this stream, or no type at all. */
function wrongType(form: Form, world: World): Buffer {
  const types = [
    '',
    'x',
    'type.googleapis.com/',
    `${CDS}${CDS}`,
    'toString',
    '__proto__',
    'x'.repeat(100_000),
  ]
  return requestOf(form, world, pick([...types, ...TYPES]))
}

/** Subscribes many names that there are not, is answered where that can be said, and lets go of them again. */
async function manyNames(xds: string, world: World): Promise<void> {
  const form = pick(FORMS)
  const client = clientOf(xds)
  const streams = new Streams(client, form, world.node)
  const round = randomInt(0, 1_000_000)
  const names = Array.from({ length: NAMES }, (_, index) => `nowhere/${round}-${index}/80`)
  if (form.isDelta) {
    streams.send(EDS, { resourceNamesSubscribe: names })
    let told = 0
    while (told < NAMES) {
      const response = await streams.next()
      told += toldOf(response).length
      streams.send(EDS, { responseNonce: response.nonce })
    }
    streams.send(EDS, { resourceNamesUnsubscribe: names, resourceNamesSubscribe: [world.cluster('a')] })
  } else {
    streams.send(EDS, { resourceNames: names })
    streams.send(EDS, { resourceNames: [world.cluster('a')] })
  }
  while (!toldOf(await streams.next()).includes(world.cluster('a')));
  streams.close()
  client.close()
}

/** Connections that are made, served and given up, at an even pace. */
async function reconnects(xds: string, world: World, seconds: number): Promise<number> {
  const every = 60_000 / RECONNECTS_A_MINUTE
  const began = performance.now()
  const underWay = new Set<Promise<void>>()
  let count = 0
  for (; performance.now() - began < seconds * 1_000; count += 1) {
    const one = reconnect(xds, world)
    underWay.add(one)
    void one.finally(() => underWay.delete(one))
    await sleep(Math.max(0, began + (count + 1) * every - performance.now()))
  }
  await Promise.all(underWay)
  return count
}

async function reconnect(xds: string, world: World): Promise<void> {
  const form = pick(FORMS)
  const client = clientOf(xds)
  const streams = new Streams(client, form, world.node)
  streams.send(CDS, {})
  await streams.next()
  if (Math.random() < 0.5) await streams.finish()
  streams.close()
  client.close()
}

function pick<T>(all: readonly T[]): T {
  return all[randomInt(0, all.length)] as T
}
