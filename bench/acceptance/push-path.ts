import { type ChildProcess, spawn } from 'node:child_process'
import { on, once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'

/**
 * What a PATCH of endpoints costs the whole process, from the request to the published world, without any stream: CPU
 * seconds and the time until it is answered, one push after the other and many at once. Needs a build.
 *
 *   tsx bench/acceptance/push-path.ts --services 100,10000 --changed 1,100 --pushes 300
 */
const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '100' },
    changed: { type: 'string', default: '1,100' },
    pushes: { type: 'string', default: '300' },
    /** At the same time, each on a connection of its own. */
    pushers: { type: 'string', default: '1' },
    /** Pushes that are not measured: of 0 one sees what the first ones cost, before they are compiled. */
    warm: { type: 'string', default: '200' },
    /** Between two pushes of a pusher, in milliseconds. */
    pause: { type: 'string', default: '0' },
    /** By default a new SQLite file. */
    database: { type: 'string' },
    dist: { type: 'string', default: 'dist' },
    /** For node, such as --cpu-prof. */
    node: { type: 'string', default: '' },
  },
})

const ENDPOINTS = 10
const ZONES = 3
/** `USER_HZ` of every Linux that Node runs on. */
const TICKS = 100

let ports = 0

interface Vicinity {
  readonly process: ChildProcess
  readonly rest: URL
}

for (const services of numbers(values.services)) await measure(services)

async function measure(services: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'push-path-'))
  const vicinity = await start(values.database ?? `sqlite:${join(folder, 'vicinity.db')}`)
  try {
    await put(vicinity, services)
    for (const changed of numbers(values.changed)) await report(vicinity, services, changed)
  } finally {
    vicinity.process.kill('SIGTERM')
    await once(vicinity.process, 'exit')
    await rm(folder, { recursive: true })
  }
}

async function report(vicinity: Vicinity, services: number, changed: number): Promise<void> {
  const pushes = Number(values.pushes)
  await patchMany(vicinity, services, changed, Number(values.warm))
  await idle(vicinity)
  const before = await cpuSeconds(vicinity)
  const start = performance.now()
  const times = await patchMany(vicinity, services, changed, pushes)
  const seconds = (performance.now() - start) / 1000
  await idle(vicinity)
  const cpu = (await cpuSeconds(vicinity)) - before
  times.sort((a, b) => a - b)
  console.log(
    JSON.stringify({
      services,
      changed,
      pushes,
      pushers: Number(values.pushers),
      cpuMs: round((cpu / pushes) * 1000),
      answeredMsP50: round(times[Math.floor(pushes * 0.5)] ?? 0),
      answeredMsP99: round(times[Math.floor(pushes * 0.99)] ?? 0),
      pushesPerSecond: round(pushes / seconds),
    }),
  )
}

/** The times until they were answered, in milliseconds. */
async function patchMany(vicinity: Vicinity, services: number, changed: number, pushes: number) {
  const times: number[] = []
  let next = 0
  const pusher = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let push = next++; push < pushes; push = next++) {
      const list = Array.from({ length: changed }, (_, index) => (push * changed + index) % services)
      const endpoints = list.map(service => ({
        name: nameOf(service),
        endpoints: endpointsOf(service, port()),
      }))
      const start = performance.now()
      await send(vicinity, { method: 'PATCH', path: 'topology', body: { upsert: { endpoints } }, agent })
      times.push(performance.now() - start)
      if (values.pause !== '0') await setTimeout(Number(values.pause))
    }
    agent.destroy()
  }
  await Promise.all(Array.from({ length: Number(values.pushers) }, pusher))
  return times
}

/** Another one than in the push before. */
function port(): number {
  ports += 1
  return 8081 + (ports % 1000)
}

function nameOf(service: number): string {
  return `svc-${String(service).padStart(5, '0')}`
}

function endpointsOf(service: number, first = 8080) {
  return Array.from({ length: ENDPOINTS }, (_, index) => {
    const number = service * ENDPOINTS + index
    const address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
    return { address, port: index === 0 ? first : 8080, zone: `zone-${index % ZONES}` }
  })
}

async function put(vicinity: Vicinity, services: number): Promise<void> {
  const all = Array.from({ length: services }, (_, service) => service)
  const topology = {
    zones: Array.from({ length: ZONES }, (_, zone) => ({ zone: `zone-${zone}`, region: 'region-0' })),
    services: all.map(service => ({
      name: nameOf(service),
      ports: [{ port: 8080 }],
      trafficDistribution: 'PreferSameZone',
      endpoints: endpointsOf(service),
    })),
  }
  const routes = {
    gateways: [{ name: 'bench', listeners: [{ name: 'http', port: 10000, protocol: 'HTTP' }] }],
    routes: all.map(service => ({
      name: nameOf(service),
      kind: 'HTTPRoute',
      gateways: ['bench'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: `/${nameOf(service)}` } }],
          backendRefs: [{ name: nameOf(service), port: 8080 }],
        },
      ],
    })),
  }
  await send(vicinity, { method: 'PUT', path: 'topology', body: topology })
  await send(vicinity, { method: 'PUT', path: 'routes', body: routes })
}

interface Sent {
  readonly method: 'PUT' | 'PATCH'
  readonly path: string
  readonly body: unknown
  readonly agent?: Agent
}

async function send({ rest }: Vicinity, { method, path, body, agent }: Sent): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const url = new URL(`/v1/sources/bench/${path}`, rest)
  const sent = request(url, { method, headers, ...(agent && { agent }) })
  sent.end(JSON.stringify(body))
  const [response] = await once(sent, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  if (response.statusCode !== 200) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`)
}

async function start(database: string): Promise<Vicinity> {
  const main = join(values.dist, 'cli/main.js')
  const flags = ['--rest', '127.0.0.1:0', '--xds', '127.0.0.1:0', '--log-level', 'warn']
  const node = values.node.split(' ').filter(flag => flag !== '')
  const child = spawn(process.execPath, [...node, main, 'serve', '--database', database, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  for await (const line of on(lines, 'line')) {
    const { rest } = JSON.parse(String(line)) as { rest?: string }
    if (rest !== undefined) return { process: child, rest: new URL(`http://${rest}`) }
  }
  throw new Error('vicinity did not start')
}

/** Until it has used next to nothing for a while; with a profiler it never does. */
async function idle(vicinity: Vicinity): Promise<void> {
  let last = await cpuSeconds(vicinity)
  for (let tries = 0; tries < 10; tries += 1) {
    await setTimeout(300)
    const now = await cpuSeconds(vicinity)
    if (now - last <= 1 / TICKS) return
    last = now
  }
}

/** In user and in system mode, of all threads, also of those that have ended. */
async function cpuSeconds({ process: { pid } }: Vicinity): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

function numbers(list: string): number[] {
  return list.split(',').map(Number)
}

function round(number: number): number {
  return Math.round(number * 100) / 100
}
