import protobuf from 'protobufjs'

/**
 * What a measuring client needs of `envoy.service.discovery.v3`, written down here so that the client stands on
 * nothing of the server's. Field numbers are those of discovery.proto and base.proto.
 */
const PROTO = `
syntax = "proto3";
message Value { string string_value = 3; }
message Struct { map<string, Value> fields = 1; }
message Locality { string region = 1; string zone = 2; }
message Node { string id = 1; string cluster = 2; Struct metadata = 3; Locality locality = 4; }
message Request {
  Node node = 1;
  string type_url = 2;
  repeated string resource_names_subscribe = 3;
  repeated string resource_names_unsubscribe = 4;
  map<string, string> initial_resource_versions = 5;
  string response_nonce = 6;
}
message Any { string type_url = 1; bytes value = 2; }
message Resource { string version = 1; Any resource = 2; string name = 3; }
message Response {
  string system_version_info = 1;
  repeated Resource resources = 2;
  string type_url = 4;
  string nonce = 5;
  repeated string removed_resources = 6;
}
`

const { root } = protobuf.parse(PROTO)
const request = root.lookupType('Request')
const response = root.lookupType('Response')

export const CLUSTERS = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'
export const ASSIGNMENTS = 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment'
export const LISTENERS = 'type.googleapis.com/envoy.config.listener.v3.Listener'
export const ROUTES = 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration'

export interface Request {
  readonly node?: object
  readonly typeUrl: string
  readonly resourceNamesSubscribe?: readonly string[]
  readonly resourceNamesUnsubscribe?: readonly string[]
  readonly initialResourceVersions?: Readonly<Record<string, string>>
  readonly responseNonce?: string
}

export interface Response {
  readonly systemVersionInfo: string
  readonly typeUrl: string
  readonly nonce: string
  readonly resources: readonly {
    readonly name: string
    readonly version: string
    readonly resource: { readonly value: Uint8Array }
  }[]
  readonly removedResources: readonly string[]
}

export function encodeRequest(message: Request): Buffer {
  return Buffer.from(request.encode(request.fromObject(message as object)).finish())
}

export function decodeResponse(bytes: Buffer): Response {
  return response.decode(bytes) as unknown as Response
}
