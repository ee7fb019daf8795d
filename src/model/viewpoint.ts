/** Where a proxy (or a question in explain) stands. '' is unknown. */
export interface Viewpoint {
  readonly region: string
  readonly zone: string
  readonly subZone: string
  /** Kubernetes node name: `node.metadata.node` of an Envoy. */
  readonly node: string
  /** `node.metadata.source` of an Envoy. */
  readonly source: string
  /** `node.metadata.network` of an Envoy, else that of its source. */
  readonly network: string
}
