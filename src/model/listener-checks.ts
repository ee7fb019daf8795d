import { isIP } from 'node:net'
import type { z } from 'zod'
import { canonicalAddress } from './names.ts'
import type { Listener } from './routes.ts'

export const DEFAULT_LISTENER_ADDRESS = '0.0.0.0'

/** Listeners of one gateway have names of their own; several on one address and port (by hostname) are still to come. */
export function checkListeners(listeners: readonly Listener[], context: z.RefinementCtx): void {
  listeners.forEach((listener, index) => {
    const before = listeners.slice(0, index)
    if (before.some(other => other.name === listener.name)) {
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: `is given twice: "${listener.name}"`,
      })
    }
    const clash = before.find(other => overlap(other, listener))
    if (clash === undefined) return
    const message = `is not supported yet: a second listener on this address and port, beside "${clash.name}"`
    context.addIssue({ code: 'custom', path: [index, 'port'], message })
  })
}

/** Envoy cannot bind one address and port twice; 0.0.0.0 and :: are every address of their family. */
function overlap(a: Listener, b: Listener): boolean {
  if (a.port !== b.port) return false
  const [one, other] = [addressOf(a), addressOf(b)]
  if (one === other) return true
  return isIP(one) === isIP(other) && [one, other].some(address => address === '0.0.0.0' || address === '::')
}

function addressOf({ address }: Listener): string {
  return canonicalAddress(address ?? DEFAULT_LISTENER_ADDRESS)
}
