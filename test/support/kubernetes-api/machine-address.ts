import { networkInterfaces } from 'node:os'

/**
 * An IPv4 address of this machine that may stand in an EndpointSlice. The API server refuses 127.0.0.0/8 ("may not be
 * in the loopback range") and link-local addresses there, so Pods of a test stand in the host's network instead: on
 * this address, each with a port of its own.
 */
export function machineAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flatMap(addresses => addresses ?? [])
    .find(
      ({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'),
    )?.address
}
