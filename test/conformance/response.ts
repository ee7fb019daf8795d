import { messageType } from '../../src/proto/descriptor.ts'
import { decode } from '../../src/proto/message.ts'
import { EDS, type Form } from './forms.ts'

/** A resource as it came. */
interface Received {
  readonly name: string
  /** '' where the form has no version of a resource. */
  readonly version: string
  /** ProtoJSON of the message that its type URL says. */
  readonly body: Readonly<Record<string, unknown>>
  /** Seconds. */
  readonly ttl?: number
}

/** A response of either form. */
export interface Response {
  readonly typeUrl: string
  readonly nonce: string
  /** `version_info`; '' in delta. */
  readonly version: string
  readonly resources: readonly Received[]
  readonly removed: readonly string[]
  readonly controlPlane: string
  /** Of delta. */
  readonly systemVersion: string
  /** Bytes of the message. */
  readonly size: number
}

/** As protobufjs reads it: an Any keeps its bytes. */
interface Message {
  typeUrl: string
  nonce: string
  versionInfo?: string
  systemVersionInfo?: string
  resources: (DeltaResource | AnyMessage)[]
  removedResources?: string[]
  controlPlane?: { identifier: string } | null
}

interface DeltaResource {
  name: string
  version: string
  resource?: AnyMessage | null
  ttl?: { seconds: { toString(): string } | number; nanos: number } | null
}

interface AnyMessage {
  typeUrl: string
  value: Uint8Array
}

export function readResponse(form: Form, bytes: Buffer): Response {
  const name = form.isDelta ? 'DeltaDiscoveryResponse' : 'DiscoveryResponse'
  const message = messageType(`envoy.service.discovery.v3.${name}`).decode(bytes) as unknown as Message
  return {
    typeUrl: message.typeUrl,
    nonce: message.nonce,
    version: message.versionInfo ?? '',
    systemVersion: message.systemVersionInfo ?? '',
    removed: message.removedResources ?? [],
    controlPlane: message.controlPlane?.identifier ?? '',
    resources: message.resources.map(one => (form.isDelta ? deltaResource(one) : stateResource(one))),
    size: bytes.length,
  }
}

function deltaResource(one: DeltaResource | AnyMessage): Received {
  const { name, version, resource, ttl } = one as DeltaResource
  return {
    name,
    version,
    get body() {
      return resource ? bodyOf(resource) : {}
    },
    ...(ttl && { ttl: Number(ttl.seconds) }),
  }
}

function stateResource(one: DeltaResource | AnyMessage): Received {
  const any = one as AnyMessage
  const { name, clusterName } = messageType(messageNameOf(any)).decode(any.value) as {
    name?: string
    clusterName?: string
  }
  return {
    // An assignment has the name of its cluster.
    name: name ?? clusterName ?? '',
    version: '',
    get body() {
      return bodyOf(any)
    },
  }
}

/** Read when somebody asks: there may be thousands. */
function bodyOf(any: AnyMessage): Record<string, unknown> {
  return { '@type': any.typeUrl, ...decode(messageNameOf(any), any.value) }
}

function messageNameOf({ typeUrl }: AnyMessage): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1)
}

export function namesOf({ resources }: Response): string[] {
  return resources.map(({ name }) => name).sort()
}

/** The names that a response says anything of: that they are there, or that they are not. */
export function toldOf(response: Response): string[] {
  return [...namesOf(response), ...response.removed].sort()
}

/** The names that are said not to be there: as removed, or as an assignment of no endpoints. */
export function missingIn({ resources, removed, typeUrl }: Response): string[] {
  const isEmpty = ({ body }: Received) => !('endpoints' in body)
  return [...removed, ...(typeUrl === EDS ? resources.filter(isEmpty) : []).map(({ name }) => name)].sort()
}

/** The names of resources that have something in them. */
export function presentIn(response: Response): string[] {
  const missing = new Set(missingIn(response))
  return namesOf(response).filter(name => !missing.has(name))
}

export function versionsOf({ resources }: Response): Record<string, string> {
  return Object.fromEntries(resources.map(({ name, version }) => [name, version]))
}
