import { z } from '@hono/zod-openapi'
import { sourceSettings } from '../model/control.ts'
import { kindsOf, type Part } from '../model/entry.ts'
import { routes } from '../model/routes.ts'
import { endpoints, topology } from '../model/topology.ts'
import type { PartName } from '../operations/write-answer.ts'

/** What pushers send, for the OpenAPI document only: bodies are parsed by the intake, off this thread. */

// Made anew: the model's own schemas may be older than the library that names them in the document.
const topologyDocument = z.strictObject(topology.shape).openapi('Topology')
const routesDocument = z.strictObject(routes.shape).openapi('Routes')
const snapshot = z.strictObject({ topology: topologyDocument, routes: routesDocument }).openapi('Snapshot')

/** What operators send. */
export const settingsDocument = z.strictObject(sourceSettings.shape).openapi('SourceSettings')

function removal(part: Part) {
  return z
    .array(
      z.strictObject({ kind: z.enum(kindsOf(part)), namespace: z.string().optional(), name: z.string() }),
    )
    .optional()
}

const topologyPatch = z
  .strictObject({
    upsert: topology.extend({ endpoints: z.array(endpoints).optional() }).optional(),
    remove: removal('topology'),
  })
  .openapi('TopologyPatch')

const routesPatch = z
  .strictObject({
    upsert: z.strictObject(routes.shape).optional(),
    remove: removal('routes'),
  })
  .openapi('RoutesPatch')

export const pushed: Record<PartName, { replace: z.ZodType; patch: z.ZodType }> = {
  topology: { replace: topologyDocument, patch: topologyPatch },
  routes: { replace: routesDocument, patch: routesPatch },
  both: { replace: snapshot, patch: z.never() },
}

const kubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ namespace: z.string().optional(), name: z.string() }),
})
const kubernetesList = z.looseObject({
  apiVersion: z.string(),
  kind: z.string().openapi({ description: 'List, or ServiceList and so on, as the API server answers' }),
  items: z.array(z.looseObject({})),
})

export const kubernetesObjects = z
  .union([kubernetesList, kubernetesObject, z.array(z.union([kubernetesList, kubernetesObject]))])
  .openapi('KubernetesObjects', {
    description: 'Objects as the Kubernetes API has them: a list, one, or an array of those',
  })
