import type { HeldVersion, ProxyResource, ResourceStatus } from '../../model/held-resources.ts'
import { resourceTypeName } from '../../model/resource-types.ts'
import { resourceMessage } from '../../translate/resource.ts'
import type { Configuration } from './read-configuration.ts'

/** A configuration as it is shown. */
export interface ConfigurationAnswer {
  readonly proxy: string
  readonly node: string
  readonly gateway: string
  readonly replica: string
  readonly revision: number
  readonly exact: boolean
  readonly resources: readonly ShownResource[]
}

export interface ShownResource extends ShownVersion {
  /** `cds`, `eds`… */
  readonly type: string
  readonly name: string
  /** Absent where the question is what would have been. */
  readonly status?: ResourceStatus
  /** What it is to have instead; absent where that is not another version, or the resource is to go. */
  readonly offered?: ShownVersion
}

interface ShownVersion {
  /** null: it has none. */
  readonly version: string | null
  /** Of Envoy, as ProtoJSON; null where it is not known, absent where it was not asked for. */
  readonly message?: unknown
}

/** Pieces of JSON text: the messages of a large fleet are many megabytes, and are made one by one. */
export function* configurationDocument(
  { proxy, revision, exact, resources }: Configuration,
  contents: boolean,
): Generator<string> {
  const { id, node, gateway, replica } = proxy
  const head = JSON.stringify({ proxy: id, node, gateway, replica, revision, exact })
  yield `${head.slice(0, -1)},"resources":[`
  let separator = ''
  for (const resource of resources) {
    yield separator + JSON.stringify(shownResource(resource, contents))
    separator = ','
  }
  yield ']}'
}

function shownResource(
  { typeUrl, name, status, has, offered }: ProxyResource,
  contents: boolean,
): ShownResource {
  return {
    type: resourceTypeName(typeUrl),
    name,
    ...(status && { status }),
    ...shownVersion(has, contents),
    ...(offered && { offered: shownVersion(offered, contents) }),
  }
}

function shownVersion(held: HeldVersion | undefined, contents: boolean): ShownVersion {
  const version = held?.version ?? null
  return contents ? { version, message: messageOf(held) } : { version }
}

/** null: there is none, or nobody knows it. */
export function messageOf(held: HeldVersion | undefined): unknown {
  return held?.encoded === undefined ? null : resourceMessage(held.encoded)
}
