/**
 * How the name of a gRPC server's listener begins, as gRPC's own documents have it (gRFC A36); the address and port on
 * which the server listens end it.
 */
export const SERVER_LISTENER = 'grpc/server?xds.resource.listening_address='
