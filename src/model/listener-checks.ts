import type { z } from 'zod'
import { type ListenerPlace, overlap } from './listener-address.ts'

interface NamedListener extends ListenerPlace {
  readonly name: string
}

/** Listeners of one gateway have names of their own; several on one address and port (by hostname) are still to come. */
export function checkListeners(listeners: readonly NamedListener[], context: z.RefinementCtx): void {
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
