import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs/light.js'

/** Official Envoy messages, pruned to what `protos/roots.json` reaches; made by `scripts/build-descriptor.ts`. */
const descriptor = JSON.parse(
  readFileSync(new URL('../../protos/envoy.json', import.meta.url), 'utf8'),
) as protobuf.INamespace & { files: Record<string, string[]> }

const root = protobuf.Root.fromJSON(descriptor)

/** By official file: what it declares, by full names. */
export const FILES: Readonly<Record<string, readonly string[]>> = descriptor.files

const types = new Map<string, protobuf.Type>()

/** The type of a full message name such as `envoy.config.cluster.v3.Cluster`; throws for a name that is not there. */
export function messageType(name: string): protobuf.Type {
  let type = types.get(name)
  if (!type) {
    type = root.lookupType(name)
    types.set(name, type)
  }
  return type
}

/** The message or enum of a full name. */
export function declaration(name: string): protobuf.Type | protobuf.Enum {
  return root.lookupTypeOrEnum(name)
}
