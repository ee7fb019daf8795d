import { TYPE_URLS } from '../../proto/type-urls.ts'

/** The name that stands for everything. */
export const WILDCARD = '*'

/**
 * Only these may be subscribed without names (xDS protocol, "How the client specifies what resources to return"), and
 * only of these a response of the state of the world is all that there is.
 */
export const ROOT_TYPES: ReadonlySet<string> = new Set([TYPE_URLS.cluster, TYPE_URLS.listener])
