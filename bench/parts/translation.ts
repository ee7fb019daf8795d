import { TYPE_URLS } from '../../src/proto/type-urls.ts'
import { type RoutedGateway, routedGateway, routeResources } from '../../src/translate/gateway-resources.ts'
import { clusterName } from '../../src/translate/names.ts'
import { FLEET } from '../../src/translate/realm.ts'
import type { Resource } from '../../src/translate/resource.ts'
import { World } from '../../src/translate/world.ts'
import { ServiceResources } from '../../src/xds/tables/service-resources.ts'
import { after } from '../../test/support/world.ts'
import { measure } from '../acceptance/measure.ts'
import type { PartResult } from '../part-result.ts'
import { siteEntries } from './fan-out/site.ts'
import { costOf } from './shared/cost.ts'
import { IS_QUICK, loadNow, round } from './shared/load.ts'

/** From the merged world to the bytes of each type, in one process: what there is of each, and what one costs. */
const SERVICES = IS_QUICK ? 500 : 5_000
/** Of as many services each, so that a listener and a route configuration are of a usual size. */
const GATEWAYS = SERVICES / 50
const ZONES = 3
const PORT = 8080
const RUNS = IS_QUICK ? 2 : 5

const NAMES = {
  [TYPE_URLS.cluster]: 'clusters',
  [TYPE_URLS.endpoints]: 'assignments of 10 endpoints',
  [TYPE_URLS.listener]: 'listeners',
  [TYPE_URLS.routes]: 'route configurations of 50 routes',
}

await measure('translation', async () => {
  const entries = siteEntries({ services: SERVICES, gateways: GATEWAYS })
  const merging = costOf(() => after(World.EMPTY, entries).world)
  const runs = Array.from({ length: RUNS }, () => makeAll(after(World.EMPTY, entries).world))
  const last = runs.at(-1) ?? []
  const rows = last.map(({ typeUrl, value }, index) => {
    const cpuMs = Math.min(...runs.map(run => run[index]?.cpuMs ?? Number.POSITIVE_INFINITY))
    const bytes = value.reduce((sum, one) => sum + one.encoded.length, 0) / value.length
    return { typeUrl, count: value.length, cpuMs, perSecond: (value.length / cpuMs) * 1_000, bytes }
  })
  const counts = rows.map(one => one.count).join()
  return {
    right: counts === [SERVICES, SERVICES * ZONES, GATEWAYS, GATEWAYS].join(),
    title: 'Translation',
    text: `${SERVICES} services with a route each at ${GATEWAYS} gateways, merged and made into bytes in one process; the best of ${RUNS} runs.`,
    tables: [
      {
        columns: ['what', 'number', 'per CPU second', 'bytes each'],
        rows: [
          ['entries merged into a world', entries.length, perSecond(entries.length, merging.cpuMs), '–'],
          ...rows.map(({ typeUrl, count, cpuMs, bytes }) => [
            NAMES[typeUrl],
            count,
            perSecond(count, cpuMs),
            round(bytes, 0),
          ]),
        ],
      },
    ],
    merging: { entries: entries.length, cpuMs: merging.cpuMs },
    types: rows,
    loadAfter: loadNow(),
  } satisfies Omit<PartResult, 'measured'> & Record<string, unknown>
})

function makeAll(world: World) {
  const services = Array.from(world.allServices(), service => new ServiceResources(service))
  const viewpoints = Array.from({ length: ZONES }, (_, zone) =>
    world.locate({ region: '', zone: `zone-${zone}`, subZone: '', node: '', source: '', network: '' }),
  )
  const nameOf = ({ service }: ServiceResources) => clusterName(service.namespace, service.name, PORT)
  const found = (resource: Resource | undefined) => (resource === undefined ? [] : [resource])
  let gateways: RoutedGateway[] = []
  return [
    made(TYPE_URLS.cluster, () =>
      services.flatMap(one => found(one.cluster(nameOf(one), PORT, viewpoints[0] as never))),
    ),
    made(TYPE_URLS.endpoints, () =>
      services.flatMap(one =>
        viewpoints.flatMap(viewpoint => found(one.assignment(nameOf(one), PORT, viewpoint, 'envoy'))),
      ),
    ),
    made(TYPE_URLS.listener, () => {
      gateways = Array.from(world.gateways.keys(), key => routedGateway(world, key))
      return gateways.flatMap(one => one.listeners)
    }),
    made(TYPE_URLS.routes, () =>
      gateways.flatMap(one => routeResources(world, one, FLEET).routeConfigurations),
    ),
  ]
}

function made(typeUrl: keyof typeof NAMES, make: () => Resource[]) {
  return { typeUrl, ...costOf(make) }
}

function perSecond(count: number, cpuMs: number): number {
  return Math.round((count / cpuMs) * 1_000)
}
