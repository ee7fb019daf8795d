/** As in xDS; '' is an unset field, and localities are equal only when all fields are. */
export interface Locality {
  readonly region: string
  readonly zone: string
  readonly subZone: string
}

/** Where a proxy (or a question in explain) stands. '' and absent fields are unknown. */
export interface Viewpoint {
  readonly region: string
  readonly zone: string
  readonly subZone: string
  /** Kubernetes node name: `node.metadata.node` of an Envoy. */
  readonly node: string
  /** `node.metadata.source` of an Envoy. */
  readonly source: string
}
