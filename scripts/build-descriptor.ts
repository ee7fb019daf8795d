/**
 * Makes protos/envoy.json: the official Envoy protos, pruned to what the messages of protos/roots.json reach, as
 * the one descriptor that the program loads. Equal sources give equal bytes.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'

const require = createRequire(import.meta.url)
const OFFICIAL = join(dirname(require.resolve('@grpc/grpc-js-xds/package.json')), 'deps')
const HEALTH = join(dirname(require.resolve('grpc-health-check/package.json')), 'proto')
const INCLUDE_PATHS = [
  ...['envoy-api', 'googleapis', 'xds', 'protoc-gen-validate'].map(name => join(OFFICIAL, name)),
  HEALTH,
]
const ROOTS = new URL('../protos/roots.json', import.meta.url)
export const DESCRIPTOR = new URL('../protos/envoy.json', import.meta.url)

/** The files that declare the root messages; what they import follows. */
const FILES = [
  'envoy/config/bootstrap/v3/bootstrap.proto',
  'envoy/extensions/filters/http/cors/v3/cors.proto',
  'envoy/extensions/filters/http/router/v3/router.proto',
  'envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto',
  'envoy/extensions/retry/host/previous_hosts/v3/previous_hosts.proto',
  'envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config.proto',
  'envoy/extensions/upstreams/http/v3/http_protocol_options.proto',
  'envoy/service/discovery/v3/discovery.proto',
  'envoy/service/load_stats/v3/lrs.proto',
  'envoy/service/status/v3/csds.proto',
  'google/rpc/status.proto',
  'health/v1/health.proto',
]

const GOOGLE_FILES: Readonly<Record<string, string>> = {
  Any: 'any',
  Duration: 'duration',
  Empty: 'empty',
  Timestamp: 'timestamp',
  ...named('struct', 'Struct', 'Value', 'ListValue', 'NullValue'),
  ...named('wrappers', 'BoolValue', 'BytesValue', 'DoubleValue', 'FloatValue', 'Int32Value'),
  ...named('wrappers', 'Int64Value', 'StringValue', 'UInt32Value', 'UInt64Value'),
}

function named(file: string, ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map(name => [name, file]))
}

/** The few options that change how bytes or JSON look; all the others are documentation and validation. */
const KEPT_OPTIONS = new Set(['packed', 'proto3_optional', 'json_name'])

export function buildDescriptor(): string {
  const root = loadOfficial()
  const names = JSON.parse(readFileSync(ROOTS, 'utf8')) as string[]
  const reached = reach(names.map(name => root.lookupType(name)))
  return `${JSON.stringify({ nested: nestedOf(root, reached), files: filesOf(reached) })}\n`
}

function loadOfficial(): protobuf.Root {
  const root = new protobuf.Root()
  // google/protobuf/* that is not found there comes with protobufjs, or is about options only.
  root.resolvePath = (_origin, target) =>
    INCLUDE_PATHS.map(path => join(path, target)).find(path => existsSync(path)) ?? null
  const resolveAll = root.resolveAll
  root.resolveAll = () => root
  root.loadSync(FILES)
  // Extensions here are custom options of descriptor.proto, which is not loaded: they cannot resolve.
  const loaded = root as unknown as { deferred: unknown[] }
  loaded.deferred.length = 0
  root.resolveAll = resolveAll
  root.resolveAll()
  return root
}

/** The types and enums that the given types use, themselves included, and what these are declared in. */
function reach(start: readonly protobuf.Type[]): Set<protobuf.ReflectionObject> {
  const reached = new Set<protobuf.ReflectionObject>(start)
  for (const type of reached) {
    if (type.parent instanceof protobuf.Type) reached.add(type.parent)
    if (!(type instanceof protobuf.Type)) continue
    for (const field of type.fieldsArray) {
      const used = field.resolve().resolvedType
      if (used) reached.add(used)
    }
  }
  return reached
}

/** By the official file: what it declares of all that is reached, for those who ask the server what it speaks. */
function filesOf(reached: ReadonlySet<protobuf.ReflectionObject>): Record<string, string[]> {
  const files: Record<string, string[]> = {}
  const outermost = [...reached].filter(({ parent }) => !(parent instanceof protobuf.Type))
  for (const object of outermost.toSorted((a, b) => (a.fullName < b.fullName ? -1 : 1))) {
    const file = fileOf(object)
    files[file] = [...(files[file] ?? []), object.fullName.slice(1)]
  }
  return files
}

/** protobufjs brings google.protobuf itself, and does not say from which files. */
function fileOf({ filename, fullName, name }: protobuf.ReflectionObject): string {
  const path = INCLUDE_PATHS.find(one => filename?.startsWith(`${one}/`))
  if (path !== undefined && filename) return filename.slice(path.length + 1)
  const file = fullName === `.google.protobuf.${name}` ? GOOGLE_FILES[name] : undefined
  if (file === undefined) throw new Error(`nobody says which file declares ${fullName}`)
  return `google/protobuf/${file}.proto`
}

function nestedOf(
  namespace: protobuf.NamespaceBase,
  reached: ReadonlySet<protobuf.ReflectionObject>,
): Record<string, object> | undefined {
  const nested: [string, object][] = []
  // By name: the order of loading must not show.
  for (const child of namespace.nestedArray.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const json = objectJson(child, reached)
    if (json) nested.push([child.name, json])
  }
  return nested.length > 0 ? Object.fromEntries(nested) : undefined
}

function objectJson(
  object: protobuf.ReflectionObject,
  reached: ReadonlySet<protobuf.ReflectionObject>,
): object | undefined {
  if (object instanceof protobuf.Enum) return reached.has(object) ? { values: object.values } : undefined
  if (!(object instanceof protobuf.Namespace) || object instanceof protobuf.Service) return undefined
  const nested = nestedOf(object, reached)
  if (!(object instanceof protobuf.Type) || !reached.has(object)) return nested && { nested }
  return {
    ...(object.oneofsArray.length > 0 && {
      oneofs: Object.fromEntries(
        object.oneofsArray.map(one => [one.name, { oneof: one.fieldsArray.map(field => field.jsonName) }]),
      ),
    }),
    fields: Object.fromEntries(object.fieldsArray.map(field => [field.jsonName, fieldJson(field)])),
    ...(nested && { nested }),
  }
}

function fieldJson(field: protobuf.Field): object {
  const json = { ...(field.toJSON() as { options?: Record<string, unknown>; comment?: string }) }
  delete json.comment
  const options = Object.entries(json.options ?? {}).filter(([name]) => KEPT_OPTIONS.has(name))
  delete json.options
  return {
    ...json,
    // The Any that comes with protobufjs says type_url where all that it parses is camelCase.
    ...(field.protoName !== field.jsonName && { protoName: field.protoName }),
    // Absolute, so that resolving does not depend on what was pruned.
    ...(field.resolvedType && { type: field.resolvedType.fullName }),
    ...(options.length > 0 && { options: Object.fromEntries(options) }),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(DESCRIPTOR, buildDescriptor())
