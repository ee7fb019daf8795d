import { isIP } from 'node:net'

/** Where a server listens, or is to be reached. */
export interface Address {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

/** `HOST:PORT`, with IPv6 hosts in brackets; or what is wrong with it. */
export function parseAddress(text: string): Address | string {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):([0-9]{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || port > 65535 || (match?.[1] !== undefined && isIP(host) !== 6))
    return `"${text}" is not HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080`
  return { host, port }
}

export function formatAddress({ host, port }: Address): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.')
  return host === '::1' || host === 'localhost'
}
