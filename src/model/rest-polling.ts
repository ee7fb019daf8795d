/** What a bootstrap calls the cluster in which Vicinity is. */
export const CONTROL_PLANE_CLUSTER = 'vicinity'

/** Seconds from an answer to an Envoy's next request by REST: a longer delay would keep changes from it. */
export const REFRESH_DELAY = { default: 1, most: 300 } as const
