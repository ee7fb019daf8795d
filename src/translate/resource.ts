/** One named xDS message. Its bytes are made once and shared by every stream that is sent it. */
export interface Resource {
  readonly name: string
  readonly typeUrl: string
  /** Hash of `body`: equal content has the equal version on every replica and after every restart. */
  readonly version: string
  /** The message itself, as it stands in the Any's `value`. */
  readonly body: Uint8Array
  /**
   * A whole `envoy.service.discovery.v3.Resource` (name, version, Any of body), ready to be put into a response.
   */
  readonly encoded: Uint8Array
  /**
   * Names of the resources that the client needs before this one is of use: of a route configuration its
   * clusters, of a listener its route configurations, of a cluster its assignment.
   */
  readonly references: readonly string[]
}
