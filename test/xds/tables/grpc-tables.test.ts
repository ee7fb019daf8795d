import { describe, expect, test } from 'vitest'
import type { StoredEntry } from '../../../src/model/change.ts'
import { decode } from '../../../src/proto/message.ts'
import { TYPE_URLS } from '../../../src/proto/type-urls.ts'
import type { Resource } from '../../../src/translate/resource.ts'
import { World } from '../../../src/translate/world.ts'
import type { ClientNode } from '../../../src/xds/tables/audience.ts'
import { Tables } from '../../../src/xds/tables/tables.ts'
import { viewpoint } from '../../support/candidate.ts'
import { gateway, route, service, topology, toService } from '../../support/documents.ts'
import { controlEntries, stored, after as worldAfter } from '../../support/world.ts'
import { viewOf } from './view-of.ts'

const WEB = 'default/web/3000'
const { listener: LDS, cluster: CDS, endpoints: EDS, routes: RDS } = TYPE_URLS

/** Tables that follow pushes of one source, and clients of theirs. */
class Following {
  readonly tables = new Tables()
  #world = World.EMPTY
  #entries: StoredEntry[] = []

  /** All that the source says of topology, in place of what it said before. */
  push(document: object, routes: object = {}): void {
    const entries = stored('east', { topology: document, routes }, this.#world.revision + 1)
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

  view(typeUrl: string, fields: Partial<ClientNode> = {}) {
    const view = viewOf(this.join(fields), typeUrl)
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

/** Where the calls of a target go: the routes of its one virtual host. */
function routesOf(resource: Resource | undefined): unknown {
  if (resource === undefined) return undefined
  const { resource: configuration } = decode('envoy.service.discovery.v3.Resource', resource.encoded)
  const { virtualHosts } = configuration as { virtualHosts: { domains: string[]; routes?: object[] }[] }
  expect(virtualHosts).toMatchObject([{ domains: ['*'] }])
  return virtualHosts.flatMap(({ routes = [] }) => routes)
}

describe('[O101] a gRPC client', () => {
  test('is served the listener, the routes, the cluster and the assignment of a service by one name', () => {
    const made = following()
    for (const type of [LDS, RDS, CDS, EDS]) expect(made.view(type).get(WEB)?.name).toBe(WEB)
    expect(routesOf(made.view(RDS).get(WEB))).toEqual([{ match: { prefix: '/' }, route: { cluster: WEB } }])
    expect([LDS, RDS, CDS].map(type => made.view(type).get(WEB)?.references)).toEqual([[WEB], [WEB], [WEB]])
  })

  test.each([['web.default:3000'], ['web.default.svc:3000'], ['web.default.svc.cluster.local:3000']])(
    'finds the service by %s too',
    name => {
      const made = following()
      expect(made.view(LDS).get(name)).toMatchObject({ name, references: [name] })
      expect(made.view(RDS).get(name)).toMatchObject({ name, references: [WEB] })
      expect(routesOf(made.view(RDS).get(name))).toMatchObject([{ route: { cluster: WEB } }])
    },
  )

  test('is served nothing that it did not name, and no gateway', () => {
    const made = new Following()
    const gateways = [gateway('edge', 8080, { services: 'all' })]
    made.push(topology(service('web', [])), { gateways, routes: [route('all', [toService('/', 'web')])] })
    for (const type of [LDS, CDS, RDS, EDS]) expect([...made.view(type).all()]).toEqual([])
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
    const made = new Following()
    made.push(topology(service('web', [])), { gateways: [gateway('edge', 8080, { services: 'all' })] })
    const envoys = made.view(CDS, { kind: 'envoy', gateway: 'default/edge' }).get(WEB)
    expect(envoys?.version).toBeDefined()
    expect(made.view(CDS).get(WEB)?.version).not.toBe(envoys?.version)
  })

  test('sees the services of its source, and those of another group when the source goes there', () => {
    const made = following()
    const west = { viewpoint: { ...viewpoint('zone-a'), source: 'west' } }
    const [routes, clusters] = [made.view(RDS, west), made.view(CDS, west)]
    expect(clusters.get(WEB)).toBeDefined()
    expect(routesOf(routes.get(WEB))).toHaveLength(1)
    const cursor = clusters.position
    made.group('west', 'blue')
    expect([...clusters.changedSince(cursor)]).toEqual([WEB])
    expect(clusters.get(WEB)).toBeUndefined()
    expect(routesOf(routes.get(WEB))).toEqual([])
  })

  test('looks at its routes and cluster again when settings change, not when endpoints do', () => {
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

describe('[O101] a target whose service is not there', () => {
  test.each([[WEB], ['web.default:3000']])(
    '%s has routes that lead nowhere, and to the service when it comes',
    name => {
      const made = following(topology())
      const routes = made.view(RDS)
      expect(made.view(LDS).get(name)).toBeDefined()
      expect(routesOf(routes.get(name))).toEqual([])
      made.push(topology(service('web', [])))
      expect([...routes.changedSince(0)]).toEqual([name])
      expect(routesOf(routes.get(name))).toHaveLength(1)
    },
  )

  test('is told of a cluster that came, though it does not want the routes of that name any more', () => {
    const made = following()
    const audience = made.join()
    const [routes, clusters] = [viewOf(audience, RDS), viewOf(audience, CDS)]
    for (const view of [routes, clusters]) view?.get('default/late/3000')
    audience.views(RDS)?.forget(audience.names.idOf('default/late/3000'))
    made.push(topology(service('web', [{ port: 9001 }]), service('late', [])))
    expect([...(clusters?.changedSince(0) ?? [])]).toEqual(['default/late/3000'])
  })

  test.each([['missing.default:3000'], ['default/web/3001'], ['default/other/3000'], ['team/web/3000']])(
    'is %s as well',
    name => {
      expect(routesOf(following().view(RDS).get(name))).toEqual([])
    },
  )

  test('keeps its listener when the service goes, and loses its cluster: that comes back as it was', () => {
    const made = following()
    const [listeners, routes, clusters] = [LDS, RDS, CDS].map(type => made.view(type))
    const before = [listeners, routes, clusters].map(view => view?.get(WEB)?.version)
    made.push(topology())
    expect(listeners?.get(WEB)?.version).toBe(before[0])
    expect(routesOf(routes?.get(WEB))).toEqual([])
    expect(clusters?.get(WEB)).toBeUndefined()
    made.push(topology(service('web', [{ port: 9001 }])))
    expect([listeners, routes, clusters].map(view => view?.get(WEB)?.version)).toEqual(before)
  })

  test.each([
    ['web'],
    ['default/web'],
    ['default/web/http'],
    ['web:3000'],
    ['web.default.example.com:3000'],
    ['127.0.0.1:3000'],
    ['xdstp://elsewhere/envoy.config.listener.v3.Listener/web'],
  ])('is not meant by %s: that is missing', name => {
    for (const type of [LDS, RDS, CDS, EDS]) expect(following().view(type).get(name)).toBeUndefined()
  })
})

test('[O101] a gRPC server finds its listener by where it listens', () => {
  const name = 'grpc/server?xds.resource.listening_address=0.0.0.0:50051'
  expect(following().view(LDS).get(name)).toMatchObject({ name, references: [] })
})
