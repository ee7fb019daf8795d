import { nodeWith } from './discovery-node.ts'
import type { StateRequest } from './state-request.ts'

/** What is wrong with a request, and where: an RFC 6901 pointer. */
interface RequestProblem {
  readonly pointer: string
  readonly detail: string
}

/** A request, or everything that is wrong with it. */
export type ReadStateRequest =
  | { readonly ok: true; readonly request: StateRequest }
  | { readonly ok: false; readonly problems: readonly RequestProblem[] }

/**
 * A DiscoveryRequest as JSON, its fields by either of the names that ProtoJSON allows. Only what a server needs is looked
 * at: versions of Envoy differ in the rest, and a node lists extensions of types that nobody here knows.
 */
export function readStateRequest(json: unknown): ReadStateRequest {
  const reader = new Reader()
  const request = reader.object(json, '')
  const node = reader.optional(request, '', 'node')
  const error = reader.optional(request, '', 'error_detail')
  const state: StateRequest = {
    ...(node && { node: readNode(reader, node) }),
    typeUrl: reader.text(request, '', 'type_url'),
    versionInfo: reader.text(request, '', 'version_info'),
    names: reader.texts(request, '', 'resource_names'),
    nonce: reader.text(request, '', 'response_nonce'),
    ...(error && { error: reader.text(error, '/error_detail', 'message') }),
  }
  return reader.problems.length === 0
    ? { ok: true, request: state }
    : { ok: false, problems: reader.problems }
}

function readNode(reader: Reader, node: JsonObject): NonNullable<StateRequest['node']> {
  const locality = reader.optional(node, '/node', 'locality') ?? {}
  const build = reader.optional(node, '/node', 'user_agent_build_version') ?? {}
  const version = reader.optional(build, '/node/user_agent_build_version', 'version')
  return nodeWith(
    {
      id: reader.text(node, '/node', 'id'),
      cluster: reader.text(node, '/node', 'cluster'),
      locality: {
        region: reader.text(locality, '/node/locality', 'region'),
        zone: reader.text(locality, '/node/locality', 'zone'),
        subZone: reader.text(locality, '/node/locality', 'sub_zone'),
      },
      userAgentName: reader.text(node, '/node', 'user_agent_name'),
      userAgentVersion: reader.text(node, '/node', 'user_agent_version'),
      ...(version && {
        userAgentBuildVersion: {
          version: {
            majorNumber: numberOf(version, 'major_number'),
            minorNumber: numberOf(version, 'minor_number'),
            patch: numberOf(version, 'patch'),
          },
        },
      }),
      clientFeatures: reader.texts(node, '/node', 'client_features'),
    },
    reader.optional(node, '/node', 'metadata') ?? {},
  )
}

type JsonObject = Readonly<Record<string, unknown>>

/** A field that is missing, or null, has the empty value of its type (ProtoJSON). */
class Reader {
  readonly problems: RequestProblem[] = []

  object(value: unknown, pointer: string): JsonObject {
    if (isObject(value)) return value
    this.problems.push({ pointer, detail: 'must be an object' })
    return {}
  }

  optional(object: JsonObject, pointer: string, name: string): JsonObject | undefined {
    const value = fieldOf(object, name)
    return value === undefined ? undefined : this.object(value, `${pointer}/${name}`)
  }

  text(object: JsonObject, pointer: string, name: string): string {
    const value = fieldOf(object, name) ?? ''
    if (typeof value === 'string') return value
    this.problems.push({ pointer: `${pointer}/${name}`, detail: 'must be a string' })
    return ''
  }

  texts(object: JsonObject, pointer: string, name: string): string[] {
    const value = fieldOf(object, name) ?? []
    if (Array.isArray(value) && value.every(one => typeof one === 'string')) return value
    this.problems.push({ pointer: `${pointer}/${name}`, detail: 'must be a list of strings' })
    return []
  }
}

function fieldOf(object: JsonObject, name: string): unknown {
  const jsonName = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  for (const key of [name, jsonName]) {
    if (Object.hasOwn(object, key) && object[key] !== null) return object[key]
  }
  return undefined
}

/** Only shown to people. */
function numberOf(object: JsonObject, name: string): number {
  const value = fieldOf(object, name)
  return typeof value === 'number' ? value : 0
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
