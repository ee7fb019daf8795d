import { z } from '@hono/zod-openapi'
import { topologyName } from '../../model/names.ts'
import type { Collaborators } from '../../operations/collaborators.ts'
import { currentWorld } from '../../operations/current-world.ts'
import { isRefusal } from '../../operations/refusal.ts'
import { listZones } from '../../operations/zones/list-zones.ts'
import { listZoneServices } from '../../operations/zones/zone-services.ts'
import { listQuery, listRequest, pageOf, serviceName, zoneParams } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'

const inZoneShare = z.number().nullable()

const zone = z
  .object({
    region: z.string(),
    zone: z.string(),
    proxies: z.int().meta({ description: 'connected ones' }),
    endpoints: z
      .int()
      .meta({ description: 'whether ready or not; one that is of several services counts for each' }),
    services: z.int().meta({ description: 'those that have endpoints there' }),
    capacity: z.number().nullable().meta({ description: 'CPUs, of all sources together; null: not known' }),
    weight: z.number().meta({ description: 'of the endpoints that can be used' }),
    demand: z.number().meta({
      description:
        'what its clients ask for, as zones are to each other; until that is known, one for each proxy',
    }),
    drained: z
      .object({ reason: z.string().optional(), revision: z.int() })
      .nullable()
      .meta({ description: 'null: it is not' }),
    inZoneShare: inZoneShare.meta({
      description:
        'of its requests, 0 to 1, those that stay while all is well, each service counting alike; null: it asks nothing that can be served',
    }),
  })
  .openapi('Zone')

const zoneList = pageOf(zone).extend({
  revision: z.int(),
  inZoneShare: inZoneShare.meta({ description: 'over all zones, on whatever page, by their demand' }),
})

const zoneService = z
  .object({
    service: z.string(),
    source: z.string().optional().meta({ description: 'which keeps the service to itself' }),
    port: z.int(),
    mode: z.string(),
    endpoints: z.int().meta({ description: 'those in the zone, whether ready or not' }),
    inZoneShare: inZoneShare.meta({ description: 'null: requests cannot be served' }),
  })
  .openapi('ZoneService')

const zoneServices = pageOf(zoneService).extend({ revision: z.int(), region: z.string(), zone: z.string() })

/** `/v1/zones` and `/v1/zones/{zone}/services`. */
export function zones(collaborators: Collaborators): Route[] {
  const { proxies } = collaborators
  return [
    route({
      method: 'get',
      path: '/v1/zones',
      summary: 'The zones: who stands there, and how many of their requests stay',
      description: [
        'Shares are those of the assignments that Envoys are served, while all endpoints are well. Sorts and filters by',
        'region, zone, proxies, endpoints, services, capacity, weight, demand, drained (true or false), inZoneShare.',
      ].join(' '),
      query: {
        ...listQuery,
        service: serviceName.optional().openapi({ description: 'endpoints and shares of this one alone' }),
      },
      responses: { 200: json('A page of zones', zoneList), ...problems(400, 404) },
      handle: async (c, { query }) => {
        const world = await currentWorld(collaborators)
        const page = await listZones(world, await proxies.list(), query.service, listRequest(query))
        return isRefusal(page) ? refusalProblem(page) : c.json(page)
      },
    }),
    route({
      method: 'get',
      path: '/v1/zones/{zone}/services',
      summary: "What becomes of a zone's requests, service by service",
      description:
        'Sorts and filters by service, port, mode, endpoints, inZoneShare: by that the worst come first.',
      params: zoneParams,
      query: { ...listQuery, region: topologyName.optional() },
      responses: { 200: json('A page of services', zoneServices), ...problems(400, 404) },
      handle: async (c, { params, query }) => {
        const world = await currentWorld(collaborators)
        const named = { zone: params.zone, region: query.region }
        const page = await listZoneServices(world, await proxies.list(), named, listRequest(query))
        return isRefusal(page) ? refusalProblem(page) : c.json(page)
      },
    }),
  ]
}
