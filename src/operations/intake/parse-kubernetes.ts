import { objectName } from '../../kubernetes/object-name.ts'
import { type KubernetesSnapshot, kubernetesSnapshot } from '../../kubernetes/snapshot.ts'
import type { Content, SnapshotContent } from '../../model/content.ts'
import type { Part } from '../../model/entry.ts'
import { parseJson } from '../../model/json.ts'
import { KUBERNETES_LIMITS } from '../../model/json-limits.ts'
import { parseSnapshot } from '../../model/parse-snapshot.ts'
import type { Parsed, Problem } from '../../model/problem.ts'
import { type PartName, partsOf } from '../write-answer.ts'
import type { KubernetesRequest } from './prepared.ts'
import { parseYaml } from './yaml.ts'

/**
 * Kubernetes objects, as bytes, to the content of the parts asked for; all that is said of them is said at its place
 * in the Kubernetes document. Each stage is a function of its own, so that what it was made of can go: a List of a
 * large cluster is a hundred megabytes of bytes, and more as objects.
 */
export function parseKubernetes(request: KubernetesRequest): Parsed<Partial<Record<Part, Content>>> {
  const converted = convert(request)
  if (!converted.ok) return converted
  const { has, withoutSlices, locate, located } = converted.value
  if (!has.topology && !has.routes) return { ok: false, problems: [NOTHING] }
  const parsed = parseNative(converted.value, request.part)
  if (!parsed.ok) return { ...parsed, problems: parsed.problems.map(located) }
  const parts = partsOf(request.part)
  const contents = parts.map(part => [part, locatedContent(parsed.value[part], locate)] as const)
  const emptied = parts.filter(part => !has[part]).map(part => emptiedBy(part, request.part))
  const endpointless = parts.includes('topology') && withoutSlices > 0 ? [noEndpoints(withoutSlices)] : []
  const warnings = [...emptied, ...endpointless, ...converted.warnings, ...parsed.warnings.map(located)]
  return { ok: true, value: Object.fromEntries(contents), warnings }
}

/** An empty List is what kubectl prints when it fails: a cluster that cannot be asked must not empty its source. */
const NOTHING: Problem = {
  pointer: '',
  detail: 'has no Node, Service, EndpointSlice, Gateway, HTTPRoute, GRPCRoute or ReferenceGrant',
}

function convert({ bytes, format }: KubernetesRequest): Parsed<KubernetesSnapshot> {
  const document = format === 'json' ? parseJson(bytes, KUBERNETES_LIMITS) : parseYaml(bytes)
  return document.ok ? kubernetesSnapshot(document.value) : document
}

/** A part that is not asked for is not judged either. */
function parseNative({ snapshot }: KubernetesSnapshot, part: PartName): Parsed<SnapshotContent> {
  return parseSnapshot({
    topology: part === 'routes' ? {} : snapshot.topology,
    routes: part === 'topology' ? {} : snapshot.routes,
  })
}

function locatedContent(content: Content, locate: KubernetesSnapshot['locate']): Content {
  return {
    ...content,
    pointers: content.pointers.map(locate),
    routes: content.routes.map(({ pointer, rules, gateways, ...route }) => ({
      ...route,
      object: objectName(route),
      pointer: locate(pointer),
      rules: locate(rules),
      gateways: gateways.map(one => ({ ...one, pointer: locate(one.pointer) })),
    })),
    gateways: content.gateways.map(({ gateway, pointer }) => ({
      gateway,
      pointer: locate(pointer),
      object: `Gateway ${gateway}`,
    })),
  }
}

/** Objects that a part is made of, and the other part. */
const OBJECTS = {
  topology: { kinds: 'Node, Service or EndpointSlice', other: 'routes' },
  routes: { kinds: 'Gateway, HTTPRoute, GRPCRoute or ReferenceGrant', other: 'topology' },
} as const

function emptiedBy(part: Part, asked: PartName): Problem {
  const { kinds, other } = OBJECTS[part]
  const instead = asked === 'both' ? `; push with part=${other} to leave them alone` : ''
  const what = part === 'routes' ? 'the routes of the source are' : 'the topology of the source is'
  return { pointer: '', detail: `the document has no ${kinds}: ${what} now empty${instead}` }
}

/** kubectl prints what it may list and leaves out what it may not: a cluster of services is rarely without one slice. */
function noEndpoints(services: number): Problem {
  const whose =
    services === 1 ? 'the endpoints of its Service are' : `the endpoints of its ${services} Services are`
  const instead = 'list endpointslices too, or push manifests with part=routes to leave the topology alone'
  return { pointer: '', detail: `the document has no EndpointSlice: ${whose} now none; ${instead}` }
}
