import { describe, expect, test } from 'vitest'
import type { StoredEntry } from '../../../src/model/change.ts'
import { TYPE_URLS } from '../../../src/proto/type-urls.ts'
import { World } from '../../../src/translate/world.ts'
import type { Audience } from '../../../src/xds/tables/audience.ts'
import { Tables } from '../../../src/xds/tables/tables.ts'
import { viewpoint } from '../../support/candidate.ts'
import { gateway, route, service, topology, toService } from '../../support/documents.ts'
import { controlEntries, type Pushed, stored, after as worldAfter } from '../../support/world.ts'
import { viewOf } from './view-of.ts'

const SCOPED = { scope: 'source' }
const CLUSTER = 'default/api/3000'

/** Tables that follow pushes, one revision after the other, and who looks at them. */
class Following {
  readonly tables = new Tables()
  #world = World.EMPTY

  push(source: string, pushed: Pushed): StoredEntry[] {
    const entries = stored(source, pushed, this.#world.revision + 1)
    this.#publish(entries, [])
    return entries
  }

  group(source: string, group: string): void {
    this.#publish(controlEntries({ sourceSettings: { [source]: { group } } }), [])
  }

  remove(entries: readonly StoredEntry[]): void {
    this.#publish([], entries)
  }

  join(source: string, gatewayName = 'edge'): Audience {
    const from = { ...viewpoint('zone-a'), source }
    return this.tables.join({
      id: 'e',
      kind: 'envoy',
      gateway: `default/${gatewayName}`,
      viewpoint: from,
      userAgent: 'envoy',
    })
  }

  #publish(upserted: readonly StoredEntry[], removed: readonly StoredEntry[]): void {
    const { world, touched } = worldAfter(this.#world, upserted, removed)
    this.#world = world
    this.tables.publish(world, touched, false)
  }
}

const view = (audience: Audience, type: keyof typeof TYPE_URLS) => {
  const found = viewOf(audience, TYPE_URLS[type])
  if (found === undefined) throw new Error(`there is no view of ${type}`)
  return found
}
const clusters = (audience: Audience) => [...view(audience, 'cluster').all()].sort()
const versionOf = (audience: Audience, type: keyof typeof TYPE_URLS, name = CLUSTER) =>
  view(audience, type).get(name)?.version
const api = (port: number, settings: object = {}) => topology(service('api', [{ port }], settings))
const edge = gateway('edge', 8080)
const toApi = { routes: [route('api', [toService('/api', 'api')])] }

describe('a service that its source keeps to itself', () => {
  const following = new Following()
  following.push('east', { topology: api(1, SCOPED), routes: { gateways: [edge], ...toApi } })
  following.push('west', { routes: { gateways: [gateway('open', 8081, { services: 'all' })] } })
  const [east, west] = [following.join('east'), following.join('west')]

  test('has a cluster and endpoints for the Envoys of its source', () => {
    expect(clusters(east)).toEqual([CLUSTER])
    expect([versionOf(east, 'cluster'), versionOf(east, 'endpoints')]).not.toContain(undefined)
  })

  test('has neither for those of others, though they ask by name', () => {
    expect(clusters(west)).toEqual([])
    expect([versionOf(west, 'cluster'), versionOf(west, 'endpoints')]).toEqual([undefined, undefined])
    const routes = (audience: Audience) => view(audience, 'routes').get('default/edge/http')
    expect(routes(east)?.references).toEqual([CLUSTER])
    expect(routes(west)?.references).toEqual([])
  })

  test('is none of all the services of a gateway, except for the Envoys of its source', () => {
    const open = (source: string) => clusters(following.join(source, 'open'))
    expect([open('east'), open('west'), open('')]).toEqual([[CLUSTER], [], []])
  })
})

describe('a service of one name in two groups', () => {
  const start = () => {
    const following = new Following()
    following.group('west', 'blue')
    following.group('south', 'blue')
    following.push('east', { topology: api(1), routes: { gateways: [edge], ...toApi } })
    following.push('west', { topology: api(2, { connectTimeout: '2s' }) })
    return following
  }

  test('has its own cluster and endpoints in each, and one for all Envoys of a group', () => {
    const following = start()
    const [east, west, south, nobody] = ['east', 'west', 'south', ''].map(source => following.join(source))
    for (const type of ['cluster', 'endpoints'] as const) {
      const [eastern, western] = [east, west].map(one => view(one as Audience, type).get(CLUSTER))
      expect(eastern).toBeDefined()
      expect(eastern?.version).not.toBe(western?.version)
      expect(view(south as Audience, type).get(CLUSTER)).toBe(western)
      expect(view(nobody as Audience, type).get(CLUSTER)).toBe(eastern)
    }
    const tables = [east, west, south].map(one => view(one as Audience, 'routes').get('default/edge/http'))
    expect(tables[2]).toBe(tables[1])
  })

  test('is another one for connected Envoys when their source goes into the other group, and for no others', () => {
    const following = start()
    const [east, west, north] = ['east', 'west', 'north'].map(source => following.join(source)) as Audience[]
    const seen = (audience: Audience | undefined) =>
      (['cluster', 'endpoints'] as const).map(type => versionOf(audience as Audience, type))
    const [eastern, western] = [seen(east), seen(west)]
    expect(seen(north)).toEqual(eastern)
    const positions = (['cluster', 'endpoints'] as const).map(
      type => view(north as Audience, type).position,
    ) as [number, number]
    following.group('north', 'blue')
    expect([seen(east), seen(west), seen(north)]).toEqual([eastern, western, western])
    expect([...view(north as Audience, 'cluster').changedSince(positions[0])]).toEqual([CLUSTER])
    expect([...view(north as Audience, 'endpoints').changedSince(positions[1])]).toEqual([CLUSTER])
  })

  test('is the one of the group among all the services of a gateway', () => {
    const following = start()
    following.push('west', { topology: topology(service('inner', [{ port: 2 }])) })
    following.push('east', { routes: { gateways: [gateway('open', 8081, { services: 'all' })] } })
    const open = (source: string) => clusters(following.join(source, 'open'))
    expect([open('east'), open('west'), open('south')]).toEqual([
      [CLUSTER],
      [CLUSTER, 'default/inner/3000'],
      [CLUSTER, 'default/inner/3000'],
    ])
  })
})

describe('under streams that are connected', () => {
  const start = () => {
    const following = new Following()
    following.push('north', { topology: api(3), routes: { gateways: [edge], ...toApi } })
    following.push('east', { routes: { routes: [route('own', [toService('/own', 'api')])] } })
    return { following, east: following.join('east'), west: following.join('west') }
  }
  /** What of a type an audience finds changed between now and the end of `change`. */
  const news = (audience: Audience, type: keyof typeof TYPE_URLS, change: () => void) => {
    const names = ['default/edge/http', CLUSTER]
    const before = names.map(name => versionOf(audience, type, name))
    const { position } = view(audience, type)
    change()
    const logged = [...view(audience, type).changedSince(position)]
    return names.filter((name, at) => logged.includes(name) && versionOf(audience, type, name) !== before[at])
  }

  test('the first service that a source keeps takes the place of the fleet’s, and the last one gives it back', () => {
    const { following, east, west } = start()
    const fleet = versionOf(east, 'endpoints')
    let entries: StoredEntry[] = []
    const come = () => {
      entries = following.push('east', { topology: api(1, { ...SCOPED, connectTimeout: '2s' }) })
    }
    expect(news(east, 'cluster', come)).toEqual([CLUSTER])
    expect([versionOf(east, 'endpoints') === fleet, versionOf(west, 'endpoints') === fleet]).toEqual([
      false,
      true,
    ])
    expect(clusters(east)).toEqual([CLUSTER])
    expect(versionOf(east, 'cluster')).not.toBe(versionOf(west, 'cluster'))
    expect(news(east, 'routes', () => following.remove(entries))).toEqual(['default/edge/http'])
    expect(versionOf(east, 'endpoints')).toBe(fleet)
  })

  test('what one source changes of its own is no news to the others', () => {
    const { following, east, west } = start()
    following.push('east', { topology: api(1, SCOPED) })
    versionOf(east, 'endpoints')
    versionOf(west, 'endpoints')
    const change = () => following.push('east', { topology: api(2, { ...SCOPED, connectTimeout: '2s' }) })
    expect(news(west, 'cluster', change)).toEqual([])
    expect(news(west, 'endpoints', () => following.push('east', { topology: api(4, SCOPED) }))).toEqual([])
    expect(news(east, 'endpoints', () => following.push('east', { topology: api(5, SCOPED) }))).toEqual([
      CLUSTER,
    ])
  })

  test('a source that keeps a service which the gateway has nothing to do with goes on as all others do', () => {
    const { following, east, west } = start()
    following.push('east', { topology: topology(service('inner', [{ port: 1 }], SCOPED)) })
    const routesOf = (audience: Audience) => view(audience, 'routes').get('default/edge/http')
    expect(routesOf(east)).toBe(routesOf(west))
    following.push('east', { routes: { routes: [route('inner', [toService('/', 'inner')])] } })
    expect(clusters(east)).toEqual([CLUSTER, 'default/inner/3000'])
    expect(clusters(west)).toEqual([CLUSTER])
    expect(routesOf(west)).toBe(routesOf(following.join('')))
  })

  test('a thousand of them at one gateway cost what one of each source does', () => {
    const { following } = start()
    const sources = ['east', 'west', 'north']
    const audiences = Array.from({ length: 1_000 }, (_, index) =>
      following.join(sources[index % 3] as string),
    )
    following.push('east', { topology: api(1, SCOPED) })
    const routes = () => new Set(audiences.map(one => view(one, 'routes').get('default/edge/http')))
    expect(routes().size).toBe(2)
    const position = view(audiences[0] as Audience, 'routes').position
    following.push('west', { routes: { routes: [route('more', [toService('/more', 'api')])] } })
    expect(routes().size).toBe(2)
    // One change for each realm, however many streams look.
    expect(view(audiences[0] as Audience, 'routes').position - position).toBe(2)
  })
})
