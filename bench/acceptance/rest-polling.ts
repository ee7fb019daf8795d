import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from '../../demo/http-request.ts'
import { rounded } from '../../demo/latency.ts'
import { freshVicinity } from '../../demo/stage.ts'
import { manyServices, zoneName } from './many-services.ts'
import { measure } from './measure.ts'
import { cpuSecondsOf } from './process-cpu.ts'
import { memoryOf } from './process-memory.ts'
import { probeStalls } from './stalls.ts'

/**
 * What Envoys cost that ask by REST: the first answer of 10,000 clusters, and what others notice of it; the same when one of
 * them changed, and when nothing did; and as many requests for endpoints as one replica answers, of 77 KB each as Envoy
 * 1.40 sends them.
 */
const SIZE = { services: 10_000, endpoints: 10, zones: 3 }
/** As many extensions, with as long names, as Envoy lists of itself in every request. */
const EXTENSIONS = 420
const CONNECTIONS = 16
const SECONDS = 5

await measure('rest-polling', async closing => {
  const vicinity = await freshVicinity(closing)
  const document = manyServices(SIZE)
  await vicinity.api.put('/v1/sources/big/topology', document)
  const listeners = [{ name: 'http', port: 80, protocol: 'HTTP' }]
  const gateway = { name: 'edge', services: 'all', listeners }
  await vicinity.api.put('/v1/sources/big/routes', { gateways: [gateway] })
  const probe = closing.add(probeStalls(vicinity.rest, vicinity.xds))
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  await sleep(1_000)

  const poll = async (id: string, kind: string, fields: object = {}) => {
    const began = performance.now()
    const body = JSON.stringify({ ...fields, node: nodeOf(id) })
    const headers = { 'content-type': 'application/json' }
    const path = `/v3/discovery:${kind}`
    const answer = await request(vicinity.rest, { method: 'POST', path, headers, body, agent })
    const version = answer.status === 200 ? (JSON.parse(answer.text).versionInfo as string) : ''
    const { status, text } = answer
    return { status, version, MB: rounded(text.length / 1e6), ms: rounded(performance.now() - began) }
  }
  const observed = async (work: () => ReturnType<typeof poll>) => {
    await probe.read()
    const { version, ...answer } = await work()
    return { version, figures: { ...answer, stalls: await probe.read() } }
  }
  const idle = await memoryOf(vicinity.pid)
  const first = await observed(() => poll('a', 'clusters'))
  const held = { version_info: first.version }
  const second = await observed(() => poll('b', 'clusters'))
  const same = await observed(() => poll('a', 'clusters', held))
  const [service] = document.services as [object]
  const services = [{ ...service, connectTimeout: '3s' }]
  await vicinity.api.patch('/v1/sources/big/topology', { upsert: { services } })
  const changed = await observed(() => poll('a', 'clusters', held))
  const memory = await memoryOf(vicinity.pid)

  let polls = 0
  const cpu = await cpuSecondsOf(vicinity.pid)
  const until = performance.now() + SECONDS * 1_000
  const pollOn = async (connection: number) => {
    const name = `default/svc-${String(connection).padStart(5, '0')}/80`
    const { version } = await poll('a', 'endpoints', { resource_names: [name] })
    while (performance.now() < until) {
      await poll('a', 'endpoints', { resource_names: [name], version_info: version })
      polls += 1
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => pollOn(connection)))
  const used = (await cpuSecondsOf(vicinity.pid)) - cpu
  await probe.stop()
  return {
    right:
      first.version === second.version && same.figures.status === 304 && changed.version !== first.version,
    ...SIZE,
    first: first.figures,
    ofAnotherProxy: second.figures,
    nothingNew: same.figures,
    oneChanged: changed.figures,
    memory: { idle, after: memory },
    endpointPolls: { perSecond: Math.round(polls / SECONDS), cpuMs: rounded((used * 1_000) / polls) },
  }
})

function nodeOf(id: string): object {
  const extensions = Array.from({ length: EXTENSIONS }, (_, index) => ({
    name: `envoy.filters.http.extension_number_${index}`,
    category: 'envoy.filters.http',
    type_urls: [`envoy.extensions.filters.http.extension_number_${index}.v3.Extension`],
  }))
  const locality = { region: 'r1', zone: zoneName(0) }
  return { id, cluster: 'edge', locality, user_agent_name: 'envoy', extensions }
}
