import { describe, expect, test } from 'vitest'
import type { StoredEntry } from '../../src/model/change.ts'
import { decode } from '../../src/proto/message.ts'
import { TYPE_URLS } from '../../src/proto/type-urls.ts'
import type { Resource } from '../../src/translate/resource.ts'
import { World } from '../../src/translate/world.ts'
import type { ClientNode } from '../../src/xds/audience.ts'
import { DeltaStream } from '../../src/xds/delta-stream.ts'
import { Tables } from '../../src/xds/tables.ts'
import { viewpoint } from '../support/candidate.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { controlEntries, stored, after as worldAfter } from '../support/world.ts'
import { deltaRequest } from './session.ts'

const WEB = 'default/web/3000'
const { listener: LDS, cluster: CDS, endpoints: EDS, routes: RDS } = TYPE_URLS

/** Tables that follow pushes of one source, and a client of theirs. */
class Following {
  readonly tables = new Tables()
  #world = World.EMPTY
  #entries: StoredEntry[] = []

  /** All that the source says of topology, in place of what it said before. */
  push(document: object, source = 'east', routes: object = {}): void {
    const entries = stored(source, { topology: document, routes }, this.#world.revision + 1)
    const key = ({ kind, name }: StoredEntry) => `${kind} ${name}`
    const before = new Map(this.#entries.map(one => [key(one), one]))
    const news = entries.filter(one => before.get(key(one))?.digest !== one.digest)
    for (const one of entries) before.delete(key(one))
    this.#publish(news, [...before.values()])
    this.#entries = entries
  }

  group(source: string, group: string): void {
    this.#publish(controlEntries({ sourceSettings: { [source]: { group } } }), [])
  }

  join(fields: Partial<ClientNode> = {}) {
    return this.tables.join({
      id: 'client',
      kind: 'grpc',
      gateway: '',
      viewpoint: viewpoint('zone-a'),
      userAgent: 'gRPC Go 1.82.1',
      ...fields,
    })
  }

  view(typeUrl: string, hasReturned = false, fields: Partial<ClientNode> = {}) {
    const view = this.join(fields).views(typeUrl, hasReturned)
    if (view === undefined) throw new Error(`there is no view of ${typeUrl}`)
    return view
  }

  #publish(upserted: readonly StoredEntry[], removed: readonly StoredEntry[]): void {
    const { world, touched } = worldAfter(this.#world, upserted, removed)
    this.#world = world
    this.tables.publish(world, touched, false)
  }
}

function following(document: object = topology(service('web', [{ port: 9001 }]))): Following {
  const made = new Following()
  made.push(document)
  return made
}

/** Where the calls of a listener go: its virtual hosts. */
function hostsOf(resource: Resource | undefined): unknown {
  if (resource === undefined) return undefined
  const { resource: listener } = decode('envoy.service.discovery.v3.Resource', resource.encoded)
  const { apiListener } = (listener as { apiListener: { apiListener: { routeConfig: object } } }).apiListener
  return (apiListener.routeConfig as { virtualHosts?: object[] }).virtualHosts ?? []
}

describe('[O101] a gRPC client', () => {
  test('is served the listener, the cluster and the assignment of a service by one name', () => {
    const made = following()
    for (const type of [LDS, CDS, EDS]) expect(made.view(type).get(WEB)?.name).toBe(WEB)
    expect(hostsOf(made.view(LDS).get(WEB))).toEqual([
      { name: WEB, domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: WEB } }] },
    ])
  })

  test('is served nothing that it did not name, and no gateway', () => {
    const made = new Following()
    const routes = {
      gateways: [gateway('edge', 8080, { services: 'all' })],
      routes: [route('all', [toService('/', 'web')])],
    }
    made.push(topology(service('web', [])), 'east', routes)
    for (const type of [LDS, CDS, RDS, EDS]) expect([...made.view(type).names()]).toEqual([])
    expect(made.view(LDS).get('default/edge/http')).toBeUndefined()
    expect(made.view(RDS).get('default/edge/http')).toBeUndefined()
  })

  test('is warned of no gateway, but of a zone that it does not say', () => {
    const made = following()
    expect(made.join().warnings()).toEqual([])
    expect(made.join({ viewpoint: viewpoint('') }).warnings()).toEqual([
      'node.locality.zone is not set: endpoints of all zones are used',
    ])
  })

  test('has a cluster of its own kind, and Envoys have theirs', () => {
    const routes = { gateways: [gateway('edge', 8080, { services: 'all' })] }
    const made = new Following()
    made.push(topology(service('web', [])), 'east', routes)
    const envoys = made.view(CDS, false, { kind: 'envoy', gateway: 'default/edge' }).get(WEB)
    expect(envoys?.version).toBeDefined()
    expect(made.view(CDS).get(WEB)?.version).not.toBe(envoys?.version)
  })

  test('sees the services of its source, and those of another group when the source goes there', () => {
    const made = following(topology(service('web', [], { circuitBreaker: { maxParallelRequests: 7 } })))
    const [listeners, clusters] = [LDS, CDS].map(type =>
      made.view(type, false, { viewpoint: { ...viewpoint('zone-a'), source: 'west' } }),
    )
    expect(clusters?.get(WEB)).toBeDefined()
    expect(hostsOf(listeners?.get(WEB))).toHaveLength(1)
    const cursor = clusters?.position ?? 0
    made.group('west', 'blue')
    expect([...(clusters?.changedSince(cursor) ?? [])]).toEqual([WEB])
    expect(clusters?.get(WEB)).toBeUndefined()
    expect(listeners?.get(WEB)).toBeUndefined()
  })

  test('looks at its listener and cluster again when settings change, not when endpoints do', () => {
    const made = following()
    const clusters = made.view(CDS)
    const before = clusters.get(WEB)
    made.push(topology(service('web', [{ port: 9001 }, { port: 9002, name: 'b' }])))
    expect(clusters.position).toBe(0)
    made.push(topology(service('web', [], { circuitBreaker: { maxParallelRequests: 7 } })))
    expect([...clusters.changedSince(0)]).toEqual([WEB])
    expect(clusters.get(WEB)?.version).not.toBe(before?.version)
  })
})

describe('[O101] the listener of a service that is not there', () => {
  test('sends calls nowhere, and to the service when it comes', () => {
    const made = following(topology())
    const listeners = made.view(LDS)
    expect(hostsOf(listeners.get(WEB))).toEqual([])
    made.push(topology(service('web', [])))
    expect([...listeners.changedSince(0)]).toEqual([WEB])
    expect(hostsOf(listeners.get(WEB))).toHaveLength(1)
  })

  test.each([['default/web/3001'], ['default/other/3000'], ['team/web/3000']])('is the same for %s', name => {
    expect(hostsOf(following().view(LDS).get(name))).toEqual([])
  })

  test.each([
    ['web'],
    ['default/web'],
    ['default/web/http'],
    ['xdstp://elsewhere/envoy.config.listener.v3.Listener/web'],
  ])('%s could be none of a service: it is missing', name => {
    expect(following().view(LDS).get(name)).toBeUndefined()
  })

  test('is missing for a client that had it, which may be meant to overlook that', () => {
    const made = following()
    const listeners = made.view(LDS)
    expect(listeners.get(WEB)).toBeDefined()
    made.push(topology())
    expect(listeners.get(WEB)).toBeUndefined()
    expect(made.view(CDS).get(WEB)).toBeUndefined()
  })

  test('is missing for a client that comes back: it may have had it', () => {
    const { tables } = following(topology())
    const stream = (hasReturned: boolean) => {
      const views = tables.join({
        id: 'c',
        kind: 'grpc',
        gateway: '',
        viewpoint: viewpoint('zone-a'),
        userAgent: '',
      }).views
      const made = new DeltaStream({ id: 's', views, edition: 1, now: 0 })
      made.onRequest({ ...deltaRequest(LDS, { subscribe: [WEB] }), hasReturned }, new Date(0))
      return made.next(0)
    }
    expect(stream(true)).toMatchObject({ resources: [], removed: [WEB] })
    expect(stream(false)).toMatchObject({ resources: [{ name: WEB }], removed: [] })
  })
})

test('[O101] a gRPC server finds its listener by where it listens, also when it comes back', () => {
  const name = 'grpc/server?xds.resource.listening_address=0.0.0.0:50051'
  expect(following().view(LDS).get(name)?.name).toBe(name)
  expect(following().view(LDS, true).get(name)?.name).toBe(name)
})
