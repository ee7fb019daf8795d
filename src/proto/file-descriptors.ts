import descriptor from 'protobufjs/ext/descriptor.js'
import protobuf from 'protobufjs/light.js'
import { declaration, FILES } from './descriptor.ts'

/** A method as a description of services needs it. */
export interface DescribedMethod {
  /** `/PACKAGE.SERVICE/METHOD` */
  readonly path: string
  readonly requestStream: boolean
  readonly responseStream: boolean
  /** Full names of messages. */
  readonly requestMessage: string
  readonly responseMessage: string
}

/** What of a `google.protobuf.FileDescriptorProto` is said. */
interface FileDescription {
  readonly name: string
  readonly package: string
  readonly dependency: readonly string[]
  readonly messageType?: readonly object[]
  readonly enumType?: readonly object[]
  readonly service?: readonly object[]
  readonly syntax: 'proto3'
}

/** The numbers of `google.protobuf.FieldDescriptorProto.Type`. */
const TYPES: Readonly<Record<string, number>> = {
  ...{ double: 1, float: 2, int64: 3, uint64: 4, int32: 5, fixed64: 6, fixed32: 7, bool: 8, string: 9 },
  ...{ bytes: 12, uint32: 13, sfixed32: 15, sfixed64: 16, sint32: 17, sint64: 18 },
}
const MESSAGE = 11
const ENUM = 14
const OPTIONAL = 1
const REPEATED = 3

/**
 * All messages that the descriptor has, and services of these methods, as `google.protobuf.FileDescriptorProto`: in the
 * files that declare them officially, each with those that it depends on, so that they can be linked (what protobufjs
 * makes by itself has a file for each package and no dependencies: a program in Go refuses it).
 */
export function fileDescriptors(methods: readonly DescribedMethod[]): Uint8Array[] {
  const files = Object.entries(FILES).map(([name, declared]) => fileOf(name, declared.map(declaration)))
  return [...files, ...serviceFiles(methods)].map(file =>
    descriptor.FileDescriptorProto.encode(file).finish(),
  )
}

/** The service that a method is of, by its full name. */
export function serviceOf(path: string): string {
  return path.slice(1, path.lastIndexOf('/'))
}

const FILE_BY_NAME = new Map(
  Object.entries(FILES).flatMap(([file, names]) => names.map(name => [name, file] as const)),
)

function fileOf(name: string, declared: readonly (protobuf.Type | protobuf.Enum)[]): FileDescription {
  const types = declared.filter(one => one instanceof protobuf.Type)
  return {
    name,
    package: nameOf(declared[0]?.parent),
    dependency: dependencies(name, types.flatMap(usedBy).map(nameOf)),
    messageType: types.map(messageDescription),
    enumType: declared.filter(one => one instanceof protobuf.Enum).map(enumDescription),
    syntax: 'proto3',
  }
}

/** A file for each service. */
function serviceFiles(methods: readonly DescribedMethod[]): FileDescription[] {
  const services = new Map<string, DescribedMethod[]>()
  for (const method of methods) {
    const service = serviceOf(method.path)
    services.set(service, [...(services.get(service) ?? []), method])
  }
  return Array.from(services, ([service, own]) => {
    const name = `${service.replaceAll('.', '/')}.proto`
    const [, packageName = '', simpleName = ''] = /^(.*)\.(.*)$/.exec(service) ?? []
    return {
      name,
      package: packageName,
      dependency: dependencies(
        name,
        own.flatMap(one => [one.requestMessage, one.responseMessage]),
      ),
      service: [{ name: simpleName, method: own.map(methodDescription) }],
      syntax: 'proto3',
    }
  })
}

function methodDescription({ path, requestStream, responseStream, ...messages }: DescribedMethod): object {
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    inputType: `.${messages.requestMessage}`,
    outputType: `.${messages.responseMessage}`,
    clientStreaming: requestStream,
    serverStreaming: responseStream,
  }
}

/** The files of these messages and enums, or of what these are declared in. */
function dependencies(file: string, names: readonly string[]): string[] {
  const files = names.map(name => {
    let outermost = name
    while (!FILE_BY_NAME.has(outermost)) outermost = outermost.slice(0, outermost.lastIndexOf('.'))
    return FILE_BY_NAME.get(outermost) as string
  })
  return [...new Set(files)].filter(one => one !== file).sort()
}

/** The messages and enums of the fields of a message, and of those that are declared in it. */
function usedBy(type: protobuf.Type): (protobuf.Type | protobuf.Enum)[] {
  const own = type.fieldsArray.flatMap(field => field.resolve().resolvedType ?? [])
  return [...own, ...typesIn(type).flatMap(usedBy)]
}

function messageDescription(type: protobuf.Type): object {
  const maps = type.fieldsArray.filter(field => field instanceof protobuf.MapField)
  return {
    name: type.name,
    field: type.fieldsArray.map(field => fieldDescription(field, type)),
    nestedType: [...typesIn(type).map(messageDescription), ...maps.map(entryDescription)],
    enumType: type.nestedArray.filter(one => one instanceof protobuf.Enum).map(enumDescription),
    oneofDecl: type.oneofsArray.map(({ name }) => ({ name })),
  }
}

function fieldDescription(field: protobuf.Field, type: protobuf.Type): object {
  const isMap = field instanceof protobuf.MapField
  return {
    name: field.protoName,
    jsonName: field.jsonName,
    number: field.id,
    label: field.repeated || isMap ? REPEATED : OPTIONAL,
    ...(isMap ? { type: MESSAGE, typeName: `${type.fullName}.${entryName(field)}` } : valueType(field)),
    ...(field.partOf && { oneofIndex: type.oneofsArray.indexOf(field.partOf) }),
  }
}

/** protobuf language guide, "Maps": a map is a repeated message with a key and a value. */
function entryDescription(field: protobuf.MapField): object {
  const member = (name: string, number: number, type: object) => ({
    name,
    jsonName: name,
    number,
    label: OPTIONAL,
    ...type,
  })
  return {
    name: entryName(field),
    field: [member('key', 1, { type: TYPES[field.keyType] }), member('value', 2, valueType(field))],
    options: { mapEntry: true },
  }
}

function entryName({ jsonName = '' }: protobuf.FieldBase): string {
  return `${jsonName.charAt(0).toUpperCase()}${jsonName.slice(1)}Entry`
}

function valueType(field: protobuf.FieldBase): object {
  const { resolvedType, type } = field.resolve()
  if (!resolvedType) return { type: TYPES[type] }
  return {
    type: resolvedType instanceof protobuf.Enum ? ENUM : MESSAGE,
    typeName: resolvedType.fullName,
  }
}

function enumDescription({ name, values }: protobuf.Enum): object {
  return { name, value: Object.entries(values).map(([value, number]) => ({ name: value, number })) }
}

function typesIn(type: protobuf.Type): protobuf.Type[] {
  return type.nestedArray.filter(one => one instanceof protobuf.Type)
}

function nameOf(object: protobuf.ReflectionObject | null | undefined): string {
  return object?.fullName.slice(1) ?? ''
}
