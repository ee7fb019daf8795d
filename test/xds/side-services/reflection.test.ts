import { type Client, type MethodDefinition, status } from '@grpc/grpc-js'
import { ReflectionService } from '@grpc/reflection'
import descriptor from 'protobufjs/ext/descriptor.js'
import { expect, test } from 'vitest'
import { DISCOVERY_SERVICES, rawStream } from '../../../src/proto/service.ts'
import { ADMIN, converse, openSideBed } from './side-bed.ts'

interface Answer {
  listServicesResponse?: { service: { name: string }[] }
  fileDescriptorResponse?: { fileDescriptorProto: Buffer[] }
  errorResponse?: { errorCode: number }
}

type Info = MethodDefinition<object, Answer>

/** The protocol as its own library defines it, by version. */
const INFO = new Map<string, Info>()
new ReflectionService({}).addToServer({
  addService: definition => {
    for (const method of Object.values(definition))
      INFO.set(method.path.split('.')[2] ?? '', method as unknown as Info)
  },
})

async function reflect(client: Client, question: object, version = 'v1'): Promise<Answer | undefined> {
  const { call, received, status } = converse(client, INFO.get(version) as Info, ADMIN)
  call.write(question)
  call.end()
  await status
  return received[0]
}

interface File {
  name: string
  package: string
  dependency: string[]
  messageType: Message[]
  service: { name: string; method: { name: string; inputType: string; outputType: string }[] }[]
}

interface Message {
  name: string
  nestedType: Message[]
  field: { name: string; typeName: string }[]
}

/** The files that the server says one is made of. */
async function files(client: Client, symbol: string, version?: string): Promise<Map<string, File>> {
  const answer = await reflect(client, { fileContainingSymbol: symbol }, version)
  const all = answer?.fileDescriptorResponse?.fileDescriptorProto ?? []
  return new Map(
    all.map(bytes => {
      const file = descriptor.FileDescriptorProto.decode(bytes) as unknown as File
      return [file.name, file]
    }),
  )
}

test.each(['v1', 'v1alpha'])('%s tells which services are served', async version => {
  const { client } = await openSideBed()
  const answer = await reflect(client, { listServices: '*' }, version)
  const names = answer?.listServicesResponse?.service.map(one => one.name).sort()
  expect(names).toEqual([
    'envoy.service.cluster.v3.ClusterDiscoveryService',
    'envoy.service.discovery.v3.AggregatedDiscoveryService',
    'envoy.service.endpoint.v3.EndpointDiscoveryService',
    'envoy.service.listener.v3.ListenerDiscoveryService',
    'envoy.service.load_stats.v3.LoadReportingService',
    'envoy.service.route.v3.RouteDiscoveryService',
    'envoy.service.status.v3.ClientStatusDiscoveryService',
    'grpc.health.v1.Health',
  ])
})

test.each([
  [
    'envoy.service.discovery.v3.AggregatedDiscoveryService',
    'DeltaAggregatedResources',
    'DeltaDiscoveryRequest',
  ],
  ['envoy.service.status.v3.ClientStatusDiscoveryService', 'FetchClientStatus', 'ClientStatusRequest'],
  ['grpc.health.v1.Health', 'Watch', 'HealthCheckRequest'],
])('a method of %s comes with its messages', async (service, name, request) => {
  const { client } = await openSideBed()
  const found = [...(await files(client, service)).values()]
  const methods = found.flatMap(file => file.service).flatMap(one => one.method)
  const method = methods.find(one => one.name === name)
  expect(method?.inputType).toMatch(new RegExp(`\\.${request}$`))
  const messages = found.flatMap(file => file.messageType.map(one => `.${file.package}.${one.name}`))
  expect(messages).toContain(method?.inputType)
  expect(messages).toContain(method?.outputType)
})

test.each(['envoy.config.bootstrap.v3.Bootstrap', 'envoy.config.listener.v3.Listener'])(
  'the files of %s can be linked: each depends on those before it, whatever a field is of stands in them',
  async symbol => {
    const { client } = await openSideBed()
    const found = await files(client, symbol)
    const linked = new Set<string>()
    let waiting = [...found.values()]
    while (waiting.length > 0) {
      const next = waiting.filter(file => file.dependency.every(one => linked.has(one)))
      expect(next, `none of ${waiting.map(one => one.name)} can be next`).not.toEqual([])
      for (const { name } of next) linked.add(name)
      waiting = waiting.filter(file => !linked.has(file.name))
    }
    for (const file of found.values()) {
      const seen = [file, ...file.dependency.map(name => found.get(name) as File)]
      const names = seen.map(one => `.${one.package}.`)
      const used = typesOf(file.messageType)
      expect(used.filter(type => !names.some(name => type.startsWith(name)))).toEqual([])
    }
  },
)

function typesOf(messages: readonly Message[]): string[] {
  return messages.flatMap(one => [
    ...one.field.map(({ typeName }) => typeName).filter(Boolean),
    ...typesOf(one.nestedType),
  ])
}

test('what there is not is NOT_FOUND', async () => {
  const { client } = await openSideBed()
  const answer = await reflect(client, { fileContainingSymbol: 'no.such.Message' })
  expect(answer?.errorResponse?.errorCode).toBe(status.NOT_FOUND)
})

test('bytes that are no question end the call alone', async () => {
  const { client } = await openSideBed()
  const raw = rawStream('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo')
  const bad = converse(client, raw, ADMIN)
  bad.call.write(Buffer.from([0xff, 0xff]))
  expect((await bad.status).code).toBe(status.INVALID_ARGUMENT)
  expect((await reflect(client, { listServices: '' }))?.listServicesResponse).toBeDefined()
})

test('[security] no method answers a stranger; operators are asked for a token that may read', async () => {
  const { client } = await openSideBed()
  const listed = await reflect(client, { listServices: '' })
  const services = listed?.listServicesResponse?.service.map(one => one.name) ?? []
  const methods: { path: string; service: string }[] = [...INFO.values()].map(({ path }) => ({
    path,
    service: 'reflection',
  }))
  for (const service of services) {
    for (const file of (await files(client, service)).values())
      for (const one of file.service)
        for (const { name } of one.method) methods.push({ path: `/${service}/${name}`, service })
  }
  expect(methods.length).toBeGreaterThanOrEqual(2 * DISCOVERY_SERVICES.length + 8)
  const ends = async (path: string, headers: Record<string, string>) => {
    const { call, status } = converse(client, rawStream(path), headers)
    call.end(Buffer.alloc(0))
    return (await status).code
  }
  for (const { path, service } of methods.filter(one => one.service !== 'grpc.health.v1.Health')) {
    expect({ path, code: await ends(path, {}) }).toEqual({ path, code: status.UNAUTHENTICATED })
    const isForOperators = service === 'reflection' || service.includes('ClientStatus')
    if (!isForOperators) continue
    const proxy = { authorization: 'Bearer proxy' }
    expect({ path, code: await ends(path, proxy) }).toEqual({ path, code: status.PERMISSION_DENIED })
  }
})
