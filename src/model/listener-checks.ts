import type { z } from 'zod'
import { type ListenerSocket, overlap, sameSocket } from './listener-address.ts'
import { refuse } from './refusals.ts'

interface NamedListener extends ListenerSocket {
  readonly name: string
  readonly hostname?: string | undefined
}

/**
 * Listeners of one gateway have names of their own. Several on one address and port differ by hostname (Gateway API,
 * GatewaySpec.listeners: "distinct"); two addresses that overlap without being equal cannot both be bound.
 */
export function checkListeners(listeners: readonly NamedListener[], context: z.RefinementCtx): void {
  listeners.forEach((listener, index) => {
    const before = listeners.slice(0, index)
    if (before.some(other => other.name === listener.name)) {
      refuse(context, [index, 'name'], `is given twice: "${listener.name}"`)
    }
    const clash = before.find(other => overlap(other, listener) && !sameSocket(other, listener))
    if (clash !== undefined) {
      refuse(
        context,
        [index, 'port'],
        `is taken: listener "${clash.name}" has it on an address that includes this one`,
      )
    }
    const twin = before.find(other => sameSocket(other, listener) && other.hostname === listener.hostname)
    if (twin === undefined) return
    const hostname = listener.hostname === undefined ? 'no hostname' : `hostname "${listener.hostname}"`
    refuse(
      context,
      [index, 'hostname'],
      `must differ from that of listener "${twin.name}" on the same address and port, which has ${hostname} too`,
    )
  })
}
