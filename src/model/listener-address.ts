import { isIP } from 'node:net'
import { canonicalAddress } from './names.ts'

/** Where a listener accepts connections. */
export interface ListenerSocket {
  readonly address?: string | undefined
  readonly port: number
}

export const DEFAULT_LISTENER_ADDRESS = '0.0.0.0'

/** Without an address a listener accepts on every IPv4 address. */
export function listenerAddress({ address }: ListenerSocket): string {
  return canonicalAddress(address ?? DEFAULT_LISTENER_ADDRESS)
}

/** Envoy cannot bind one address and port twice; 0.0.0.0 and :: are every address of their family. */
export function overlap(a: ListenerSocket, b: ListenerSocket): boolean {
  if (a.port !== b.port) return false
  const [one, other] = [listenerAddress(a), listenerAddress(b)]
  if (one === other) return true
  return isIP(one) === isIP(other) && [one, other].some(address => address === '0.0.0.0' || address === '::')
}

/** Equal address and port: such listeners are one socket, and differ by hostname. */
export function sameSocket(a: ListenerSocket, b: ListenerSocket): boolean {
  return a.port === b.port && listenerAddress(a) === listenerAddress(b)
}
