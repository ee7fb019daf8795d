/** A topology of so many services with ten endpoints each: about a kilobyte a service. */
export function topologyBody(services: number): Uint8Array<ArrayBuffer> {
  const topology = {
    services: Array.from({ length: services }, (_, service) => ({
      name: `service-${service}`,
      ports: [{ name: 'http', port: 80 }],
      endpoints: Array.from({ length: 10 }, (_, index) => ({
        name: `service-${service}-${index}`,
        address: `10.${service >> 8}.${service & 255}.${index}`,
        port: 8080,
        zone: `zone-${'abc'[index % 3]}`,
        node: `node-${index}`,
      })),
    })),
  }
  return body(topology)
}

export function body(document: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(document))
}
