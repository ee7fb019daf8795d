const HTTP2_PROTOCOLS: ReadonlySet<string> = new Set(['kubernetes.io/h2c', 'h2c', 'http2', 'grpc'])
const HTTP1_PROTOCOLS: ReadonlySet<string> = new Set(['http', 'kubernetes.io/ws'])

/** Endpoints that speak it are spoken to in HTTP/2; in HTTP/1.1 where it is any other. */
export function isHttp2Protocol(appProtocol: string): boolean {
  return HTTP2_PROTOCOLS.has(appProtocol)
}

/** What an endpoint can be spoken to as, without TLS. */
export function isKnownProtocol(appProtocol: string): boolean {
  return HTTP2_PROTOCOLS.has(appProtocol) || HTTP1_PROTOCOLS.has(appProtocol)
}
