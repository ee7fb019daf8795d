import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'

const PATH = '/envoy.service.discovery.v3.AggregatedDiscoveryService/'

/**
 * Both ways of every method carry raw bytes: requests are decoded only after the caller was authenticated, and
 * responses are put together from prepared bytes.
 */
function rawStream(name: string): MethodDefinition<Buffer, Buffer> {
  const pass = (bytes: Buffer) => bytes
  return {
    path: `${PATH}${name}`,
    requestStream: true,
    responseStream: true,
    requestSerialize: pass,
    requestDeserialize: pass,
    responseSerialize: pass,
    responseDeserialize: pass,
  }
}

/** `envoy.service.discovery.v3.AggregatedDiscoveryService`; what the server gives no handler is UNIMPLEMENTED. */
export const aggregatedDiscoveryService = {
  deltaAggregatedResources: rawStream('DeltaAggregatedResources'),
  streamAggregatedResources: rawStream('StreamAggregatedResources'),
} as const satisfies ServiceDefinition
