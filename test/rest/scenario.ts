/** The zone-routing scenario: one service in two zones, one route to it. */
export const TOPOLOGY = {
  zones: [
    { zone: 'zone-a', region: 'r1' },
    { zone: 'zone-b', region: 'r1' },
  ],
  services: [
    {
      namespace: 'default',
      name: 'backend',
      trafficDistribution: 'PreferSameZone',
      ports: [{ name: 'http', port: 3000 }],
      endpoints: [
        { name: 'local', address: '127.0.0.1', port: 9001, zone: 'zone-a', node: 'node-1' },
        { name: 'nonlocal', address: '127.0.0.1', port: 9002, zone: 'zone-b', node: 'node-2' },
      ],
    },
  ],
}

export const ROUTES = {
  gateways: [
    {
      name: 'edge',
      listeners: [{ name: 'http', address: '0.0.0.0', port: 10080, protocol: 'HTTP' }],
    },
  ],
  routes: [
    {
      name: 'zone-routing',
      kind: 'HTTPRoute',
      gateways: ['edge'],
      hostnames: ['www.example.com'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/zone-routing' } }],
          backendRefs: [{ name: 'backend', port: 3000 }],
        },
      ],
    },
  ],
}

/** A topology of one service per name, each with one endpoint. */
export function services(...names: string[]) {
  return {
    services: names.map((name, index) => ({
      name,
      ports: [{ port: 80 }],
      endpoints: [{ address: `10.0.0.${index + 1}`, port: 8080 }],
    })),
  }
}
