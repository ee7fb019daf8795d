/** Documents that a syncer would push: a test names only what matters to it. */

export interface EndpointAt {
  readonly name?: string
  readonly port: number
  readonly zone?: string
  readonly node?: string
  readonly [field: string]: unknown
}

const ZONES = [
  { zone: 'zone-a', region: 'r1' },
  { zone: 'zone-b', region: 'r1' },
]

/** A service with the one port 3000; endpoints listen on 127.0.0.1 in zone-a unless they say otherwise. */
export function service(name: string, endpoints: readonly EndpointAt[], settings: object = {}): object {
  return {
    name,
    ports: [{ port: 3000 }],
    endpoints: endpoints.map(endpoint => ({ address: '127.0.0.1', zone: 'zone-a', ...endpoint })),
    ...settings,
  }
}

export function topology(...services: readonly object[]): object {
  return { zones: ZONES, services }
}

export function gateway(name: string, port: number, settings: object = {}): object {
  return {
    name,
    listeners: [{ name: 'http', address: '127.0.0.1', port, protocol: 'HTTP' }],
    ...settings,
  }
}

/** A route for gateway `edge` with these rules. */
export function route(name: string, rules: readonly object[], settings: object = {}): object {
  return { name, kind: 'HTTPRoute', gateways: ['edge'], rules, ...settings }
}

/** A rule that sends what begins with `path` to a service. */
export function toService(path: string, name: string): object {
  return { matches: [{ path: { type: 'PathPrefix', value: path } }], backendRefs: [backend(name)] }
}

export function backend(name: string, weight?: number): object {
  return { name, port: 3000, ...(weight !== undefined && { weight }) }
}
