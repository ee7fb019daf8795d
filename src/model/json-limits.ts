/** How much a document may be of, however it is written: nothing that a pusher sends may take our stack or our memory. */

/** Levels of objects and lists in each other. */
export const MAX_DEPTH = 64

/** What the objects of a document may have. */
export interface JsonLimits {
  /** Fields of one object; each is held against the others. */
  readonly fields: number
  /** Bytes of a field name, which comes back in pointers. */
  readonly nameBytes: number
  readonly escapedNames: boolean
}

/** Of the model the largest object, an endpoint's `ports`, has 100 fields, and the longest name, a port's, 63 bytes. */
export const OWN_LIMITS: JsonLimits = { fields: 256, nameBytes: 256, escapedNames: false }
/** Keys of labels have 317 bytes, ConfigMaps hundreds of fields, and `managedFields` names such as `k:{"port":80}`. */
export const KUBERNETES_LIMITS: JsonLimits = { fields: 1024, nameBytes: 1024, escapedNames: true }

/** 64 MiB of the densest sensible topology is about five million; more would only be there to take our memory. */
export const MAX_VALUES = 8_000_000
