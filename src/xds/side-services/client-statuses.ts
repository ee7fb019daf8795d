import type { ProxyResource } from '../../model/held-resources.ts'
import type { ProxyStatus } from '../../model/proxies.ts'
import { encodeClientConfig, encodeGenericConfig, type GenericXdsConfig } from '../../proto/client-status.ts'

/** The clients that there are, and what each has. */
export interface ClientStatuses {
  list(): Promise<readonly ProxyStatus[]>
  /** Empty where nobody can tell. */
  resources(proxy: ProxyStatus): Promise<readonly ProxyResource[]>
}

/** What one message says at most of one client, in bytes: gRPC clients refuse messages above 4 MiB. */
const PART = 1024 * 1024

/**
 * A client as encoded `ClientConfig` messages: one, or as many as its resources need. Streams of one node are told
 * apart by `client_scope`, which is the id of the proxy.
 */
export function* clientConfigs(
  proxy: ProxyStatus,
  resources: readonly ProxyResource[],
  excludeContents: boolean,
): Generator<Uint8Array> {
  const { id, node, gateway, viewpoint, userAgent } = proxy
  const { region, zone, subZone } = viewpoint
  const config = (part: readonly Uint8Array[]) =>
    encodeClientConfig({ id: node, cluster: gateway, region, zone, subZone, userAgent }, id, part)
  let part: Uint8Array[] = []
  let size = 0
  for (const resource of resources) {
    const encoded = encodeGenericConfig(genericConfig(proxy, resource, excludeContents))
    if (size > 0 && size + encoded.length > PART) {
      yield config(part)
      part = []
      size = 0
    }
    part.push(encoded)
    size += encoded.length
  }
  yield config(part)
}

/**
 * As csds.proto has it: of what was sent the newest, be it answered or refused; what was refused is an error as well.
 */
function genericConfig(
  { types }: ProxyStatus,
  { typeUrl, name, status, has, offered }: ProxyResource,
  excludeContents: boolean,
): GenericXdsConfig {
  const shown = offered ?? has
  const encoded = excludeContents ? undefined : shown?.encoded
  const rejected = status === 'NACK' && types.find(one => one.typeUrl === typeUrl)?.rejected
  const failed = excludeContents ? undefined : offered?.encoded
  return {
    typeUrl,
    name,
    versionInfo: shown?.version ?? '',
    ...STATUSES[status ?? 'UNKNOWN'],
    ...(encoded && { resource: encoded }),
    ...(rejected && {
      errorState: {
        versionInfo: offered?.version ?? '',
        details: rejected.detail,
        lastUpdateAttempt: new Date(rejected.at),
        ...(failed && { failed }),
      },
    }),
  }
}

/** A name that there is not was said to be so: nothing of it is unsent. */
const STATUSES = {
  SYNCED: { configStatus: 'SYNCED', clientStatus: 'ACKED' },
  STALE: { configStatus: 'STALE', clientStatus: 'REQUESTED' },
  NACK: { configStatus: 'ERROR', clientStatus: 'NACKED' },
  NOT_SENT: { configStatus: 'NOT_SENT', clientStatus: 'REQUESTED' },
  MISSING: { configStatus: 'SYNCED', clientStatus: 'DOES_NOT_EXIST' },
  UNKNOWN: { configStatus: 'UNKNOWN', clientStatus: 'REQUESTED' },
} as const
