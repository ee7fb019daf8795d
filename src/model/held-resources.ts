/**
 * How one resource stands with one proxy:
 * - SYNCED: it has the version that it is to have.
 * - STALE: another version, or its removal, was sent and is not answered.
 * - NACK: it refused the version that was sent last, and keeps what it had.
 * - NOT_SENT: another version, or its removal, is still to be sent.
 * - MISSING: it asked for a name that there is not, and was told so.
 */
export const RESOURCE_STATUSES = ['SYNCED', 'STALE', 'NACK', 'NOT_SENT', 'MISSING'] as const
export type ResourceStatus = (typeof RESOURCE_STATUSES)[number]

/** One version of a resource. */
export interface HeldVersion {
  readonly version: string
  /**
   * A whole `envoy.service.discovery.v3.Resource`; unknown of a version that the proxy brought from an earlier stream.
   */
  readonly encoded?: Uint8Array
}

export interface HeldResource {
  readonly name: string
  readonly status: ResourceStatus
  /** What it has; undefined: nothing. */
  readonly has?: HeldVersion
  /** What it is to have instead, where that is another version; undefined where it is to go. */
  readonly offered?: HeldVersion
}

/** What one proxy has of one type that it is subscribed to. */
export interface HeldType {
  readonly typeUrl: string
  readonly wildcard: boolean
  readonly resources: readonly HeldResource[]
}

/** A resource of whatever type that one proxy has, or would have. */
export interface ProxyResource extends Omit<HeldResource, 'status'> {
  readonly typeUrl: string
  /** Absent where the question is what would have been. */
  readonly status?: ResourceStatus
}
