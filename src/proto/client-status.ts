import { messageType } from './descriptor.ts'
import type { DiscoveryNode } from './discovery-node.ts'
import { anyOf } from './discovery-resource.ts'
import { MessageWriter, messageField } from './length-delimited.ts'
import { encodeMessage } from './message.ts'

const PACKAGE = 'envoy.service.status.v3'

/** `envoy.service.status.v3.ClientStatusRequest`, as far as a server needs it. */
export interface ClientStatusRequest {
  /** Clients that one of these matches are meant; without any: all. */
  readonly nodeMatchers: readonly NodeMatcher[]
  readonly excludeContents: boolean
}

/** `envoy.type.matcher.v3.NodeMatcher`. */
interface NodeMatcher {
  readonly nodeId?: StringMatcher | null
  readonly nodeMetadatas?: readonly object[]
}

/** `envoy.type.matcher.v3.StringMatcher`: one of these, and whether upper and lower case are the same. */
export interface StringMatcher {
  readonly exact?: string
  readonly prefix?: string
  readonly suffix?: string
  readonly contains?: string
  readonly safeRegex?: object
  readonly custom?: object
  readonly ignoreCase?: boolean
}

/** The enums that say how a resource stands with a client, by the words of the model. */
const CONFIG_STATUS = { SYNCED: 1, NOT_SENT: 2, STALE: 3, ERROR: 4 }
const CLIENT_STATUS = { REQUESTED: 1, DOES_NOT_EXIST: 2, ACKED: 3, NACKED: 4 }

/** `envoy.service.status.v3.ClientConfig.GenericXdsConfig`. */
export interface GenericXdsConfig {
  readonly typeUrl: string
  readonly name: string
  readonly versionInfo: string
  readonly configStatus: keyof typeof CONFIG_STATUS | 'UNKNOWN'
  readonly clientStatus: keyof typeof CLIENT_STATUS
  /** A whole `envoy.service.discovery.v3.Resource`. */
  readonly resource?: Uint8Array
  readonly errorState?: UpdateFailure
}

/** `envoy.admin.v3.UpdateFailureState`. */
interface UpdateFailure {
  readonly versionInfo: string
  readonly details: string
  readonly lastUpdateAttempt: Date
  /** A whole `envoy.service.discovery.v3.Resource`. */
  readonly failed?: Uint8Array
}

/** Reads what a client sent; never throws. */
export function decodeClientStatusRequest(
  bytes: Uint8Array,
):
  | { readonly ok: true; readonly request: ClientStatusRequest }
  | { readonly ok: false; readonly detail: string } {
  try {
    const { nodeMatchers = [], excludeResourceContents = false } = messageType(
      `${PACKAGE}.ClientStatusRequest`,
    ).decode(bytes) as { nodeMatchers?: NodeMatcher[]; excludeResourceContents?: boolean }
    return { ok: true, request: { nodeMatchers, excludeContents: excludeResourceContents } }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { ok: false, detail: `not a ClientStatusRequest: ${reason}` }
  }
}

/** Field numbers of the messages, where they are put together from encoded ones. */
const CONFIG_OF_RESPONSE = 1
const GENERIC_CONFIG_OF_CONFIG = 3
const RESOURCE_OF_GENERIC_CONFIG = 4
const ERROR_OF_GENERIC_CONFIG = 8
const FAILED_OF_FAILURE = 1

export function encodeGenericConfig(config: GenericXdsConfig): Uint8Array {
  const { typeUrl, name, versionInfo, resource, errorState } = config
  const pieces = [
    encodeMessage(`${PACKAGE}.ClientConfig.GenericXdsConfig`, {
      typeUrl,
      name,
      versionInfo,
      configStatus: config.configStatus === 'UNKNOWN' ? 0 : CONFIG_STATUS[config.configStatus],
      clientStatus: CLIENT_STATUS[config.clientStatus],
    }),
  ]
  if (resource) pieces.push(messageField(RESOURCE_OF_GENERIC_CONFIG, [anyOf(resource)]))
  if (errorState) pieces.push(messageField(ERROR_OF_GENERIC_CONFIG, failurePieces(errorState)))
  return Buffer.concat(pieces)
}

function failurePieces({ versionInfo, details, lastUpdateAttempt, failed }: UpdateFailure): Uint8Array[] {
  const seconds = Math.floor(lastUpdateAttempt.getTime() / 1_000)
  const pieces = [
    encodeMessage('envoy.admin.v3.UpdateFailureState', {
      versionInfo,
      details,
      lastUpdateAttempt: { seconds },
    }),
  ]
  if (failed) pieces.push(messageField(FAILED_OF_FAILURE, [anyOf(failed)]))
  return pieces
}

/** A client with some of its encoded resources; the same client may come again with others. */
export function encodeClientConfig(
  node: Pick<DiscoveryNode, 'id' | 'cluster' | 'region' | 'zone' | 'subZone' | 'userAgent'>,
  clientScope: string,
  genericConfigs: readonly Uint8Array[],
): Uint8Array {
  const { id, cluster, region, zone, subZone, userAgent } = node
  const message = new MessageWriter()
  for (const config of genericConfigs) message.bytes(GENERIC_CONFIG_OF_CONFIG, config)
  return Buffer.concat([
    encodeMessage(`${PACKAGE}.ClientConfig`, {
      node: { id, cluster, locality: { region, zone, subZone }, userAgentName: userAgent },
      clientScope,
    }),
    message.finish(),
  ])
}

export function encodeClientStatusResponse(configs: readonly Uint8Array[]): Buffer {
  const message = new MessageWriter()
  for (const config of configs) message.bytes(CONFIG_OF_RESPONSE, config)
  return message.finish()
}
