import { Client, credentials } from '@grpc/grpc-js'
import { percentile, rounded } from '../../demo/latency.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { CDS, DELTA_ADS, EDS } from '../../test/conformance/forms.ts'
import { Streams } from '../../test/conformance/streams.ts'
import { World } from '../../test/conformance/world.ts'
import { SlowReader } from '../../test/xds/slow-reader.ts'
import { measure } from './measure.ts'
import { heldBy, lookAt, watchedVicinity } from './watched-vicinity.ts'

/**
 * Streams that do not read while 1,000 pushes each change all of their clusters, some 130 KiB: what the process holds
 * meanwhile, how long others wait for a change with them and without, and what they read in the end.
 */
const PUSHES = 1_000
const SERVICES = 100
const SLOW = 10
/** Of each form. */
const FORMS = ['delta', 'sotw'] as const

await measure('slow-stream', async closing => {
  const vicinity = await watchedVicinity(closing)
  const world = new World(() => vicinity.api, 'slow')
  const path = `/${'x'.repeat(1_000)}`
  const healthCheck = { active: { type: 'HTTP', interval: '1s', http: { path } } }
  const services = (version: number) =>
    Object.fromEntries(
      Array.from({ length: SERVICES }, (_, index) => [
        `s${index}`,
        { ports: [9_001], healthCheck, connectTimeout: `${1_000 + version}ms` },
      ]),
    )
  await world.push({ services: { ...services(0), watched: { ports: [1] } } })

  const client = new Client(vicinity.xds, credentials.createInsecure())
  closing.addWay(async () => client.close())
  const other = new Streams(client, DELTA_ADS, world.node)
  other.send(EDS, { resourceNamesSubscribe: [world.cluster('watched')] })
  other.send(EDS, { responseNonce: (await other.next()).nonce })

  /** Milliseconds from a push of everything until the other has its change. */
  const push = async (version: number): Promise<number> => {
    const began = performance.now()
    const pushed = world.push({ services: { ...services(version), watched: { ports: [version + 1] } } })
    const { nonce } = await other.next()
    const took = performance.now() - began
    other.send(EDS, { responseNonce: nonce })
    await pushed
    return took
  }
  const alone: number[] = []
  for (let version = 1; version <= 100; version += 1) alone.push(await push(version))

  const port = Number(vicinity.xds.split(':').at(-1))
  const readers = FORMS.flatMap(form =>
    Array.from({ length: SLOW }, () => ({ form, reader: new SlowReader(port, form) })),
  )
  for (const { reader } of readers) {
    closing.addWay(async () => reader.close())
    reader.begin(CDS, world.node)
  }
  await waitUntil(
    'the slow ones to be connected',
    async () => (await lookAt(vicinity)).proxies > readers.length,
  )
  const before = await heldBy(vicinity)
  const beside: number[] = []
  const rss: number[] = []
  for (let version = 101; version <= 100 + PUSHES; version += 1) {
    beside.push(await push(version))
    if (version % 100 === 0) rss.push((await lookAt(vicinity)).rssMiB)
  }
  const after = await heldBy(vicinity)

  const newest = `${((1_100 + PUSHES) / 1_000).toFixed(3)}s`
  const read: (Awaited<ReturnType<typeof readUntil>> & { form: string })[] = []
  for (const { form, reader } of readers) read.push({ form, ...(await readUntil(reader, newest)) })
  const most = (of: (one: (typeof read)[number]) => number) => Math.max(...read.map(of))
  const of = (values: readonly number[]) => ({
    p50: rounded(percentile(values, 0.5)),
    p99: rounded(percentile(values, 0.99)),
  })
  return {
    right:
      read.every(one => one.isNewest) &&
      after.heapMiB - before.heapMiB < 20 &&
      most(one => one.responses) < 20,
    pushes: PUSHES,
    slowStreams: readers.length,
    mebibytesNotRead: Math.round((PUSHES * readers.length * SERVICES * 1_300) / 1024 / 1024),
    before,
    after,
    rssMiBMeanwhile: rss,
    othersWithoutMs: of(alone),
    othersBesideMs: of(beside),
    readInTheEnd: {
      responses: most(one => one.responses),
      mebibytes: rounded(most(one => one.bytes) / 1024 / 1024),
    },
  }
})

/** Reads until all clusters came in a version, and says how much that was. */
async function readUntil(reader: SlowReader, connectTimeout: string) {
  const newest = new Set<string>()
  let responses = 0
  let bytes = 0
  for await (const response of reader.read()) {
    responses += 1
    bytes += JSON.stringify(response).length
    const resources: unknown[] = response.resources ?? []
    for (const one of resources) {
      const text = JSON.stringify(one)
      if (text.includes(`"connectTimeout":"${connectTimeout}"`))
        newest.add(/"name":"([^"]+)"/.exec(text)?.[1] ?? '')
    }
    if (newest.size === SERVICES) return { isNewest: true, responses, bytes }
  }
  return { isNewest: false, responses, bytes }
}
