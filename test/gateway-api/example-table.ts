import { kubernetesSnapshot } from '../../src/kubernetes/snapshot.ts'
import { parseSnapshot } from '../../src/model/parse-snapshot.ts'
import { routeStatus } from '../../src/translate/route-status.ts'
import { routeKey, type World } from '../../src/translate/world.ts'
import { worldOf } from '../support/world.ts'

export interface Example {
  readonly file: string
  readonly value: ExampleObject
}

export interface ExampleObject {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  // biome-ignore lint/suspicious/noExplicitAny: objects of every kind
  readonly spec?: any
}

type Row = readonly [file: string, object: string, served: string, said: string]

/** A row for each object of a stage: files that are pushed together. */
export function exampleRows(examples: readonly Example[]): Row[] {
  const objects = examples.map(({ value }) => value)
  const converted = kubernetesSnapshot([...objects, ...standIns(objects)])
  if (!converted.ok) throw new Error(JSON.stringify(converted.problems))
  const { snapshot, located } = converted.value
  const parsed = parseSnapshot(snapshot)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const said = [...converted.warnings, ...parsed.warnings.map(located)]
  const world = worldOf({ cluster: snapshot })
  return examples.map(({ file }, index) => {
    const object = objects[index] as ExampleObject
    const prefix = `/${index}`
    const own = said
      .filter(({ pointer }) => pointer === prefix || pointer.startsWith(`${prefix}/`))
      .map(({ pointer, detail }) => {
        const place = pointer.slice(prefix.length) || '/'
        return `\`${place}\` ${detail.slice(detail.indexOf(': ') + 2)}`
      })
    return [file, `${object.kind} ${object.metadata.name}`, served(world, object), own.join('; ')]
  })
}

function served(world: World, { kind, metadata: { name, namespace = 'default' } }: ExampleObject): string {
  if (kind === 'Gateway') {
    const listeners =
      world.gateways.get(`${namespace}/${name}`)?.claims.flatMap(claim => claim.gateway.listeners) ?? []
    return listeners.length === 0 ? 'no' : `listeners ${listeners.map(one => one.name).join(', ')}`
  }
  if (kind !== 'HTTPRoute' && kind !== 'GRPCRoute') return ''
  const route = world.routes.get(routeKey('cluster', { kind, namespace, name }))
  if (route === undefined) return 'no'
  const { parents, unresolved } = routeStatus(world, route)
  const conditions = parents.flatMap(parent => parent.conditions)
  const accepted = conditions
    .filter(({ type }) => type === 'Accepted')
    .map(({ status, reason }) => (status === 'True' ? 'Accepted' : `not Accepted: ${reason}`))
  const refs = unresolved.map(({ place, reason }) => `not ResolvedRefs: ${reason} (\`/spec/rules${place}\`)`)
  return [...new Set([...accepted, ...refs])].join('; ')
}

/** What the objects name and do not bring: Services by the ports that routes name, Gateways that take every route. */
function standIns(objects: readonly ExampleObject[]): ExampleObject[] {
  const missing = new Map<string, ExampleObject>()
  const has = (kind: string, namespace: string, name: string) =>
    objects.some(
      one =>
        one.kind === kind &&
        one.metadata.name === name &&
        (one.metadata.namespace ?? 'default') === namespace,
    )
  for (const route of objects.filter(({ kind }) => kind === 'HTTPRoute' || kind === 'GRPCRoute')) {
    const own = route.metadata.namespace ?? 'default'
    for (const { kind = 'Gateway', name, namespace = own } of route.spec.parentRefs ?? []) {
      if (kind !== 'Gateway' || has('Gateway', namespace, name)) continue
      missing.set(`Gateway ${namespace}/${name}`, standInGateway(namespace, name))
    }
    for (const ref of backendRefs(route.spec)) {
      const { kind = 'Service', name, namespace = own, port } = ref
      if (kind !== 'Service' || has('Service', namespace, name)) continue
      const key = `Service ${namespace}/${name}`
      const ports = [...(missing.get(key)?.spec.ports ?? []), { name: `p${port}`, port }]
      const unique = [...new Map(ports.map(one => [one.port, one])).values()]
      missing.set(key, { ...head('v1', 'Service', namespace, name), spec: { ports: unique } })
    }
  }
  return [...missing.values()]
}

// biome-ignore lint/suspicious/noExplicitAny: objects of every kind
function backendRefs(spec: any): any[] {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return (spec.rules ?? []).flatMap((rule: any) => [
    ...(rule.backendRefs ?? []),
    // biome-ignore lint/suspicious/noExplicitAny: as above
    ...(rule.filters ?? []).flatMap((filter: any) => filter.requestMirror?.backendRef ?? []),
  ])
}

function standInGateway(namespace: string, name: string): ExampleObject {
  const allowedRoutes = { namespaces: { from: 'All' } }
  const listeners = [{ name: 'http', port: 80, protocol: 'HTTP', allowedRoutes }]
  const about = head('gateway.networking.k8s.io/v1', 'Gateway', namespace, name)
  return { ...about, spec: { gatewayClassName: 'any', listeners } }
}

function head(apiVersion: string, kind: string, namespace: string, name: string) {
  return { apiVersion, kind, metadata: { namespace, name } }
}
