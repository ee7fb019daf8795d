import { CommandFailure, EXIT } from './exit-code.ts'

/** Namespace and name of a service as people name it: `team/web`, or `web` of the namespace default. */
export function splitService(text: string): [namespace: string, name: string] {
  const [namespace, name, ...more] = text.includes('/') ? text.split('/') : ['default', text]
  if (!namespace || !name || more.length > 0)
    throw new CommandFailure(EXIT.usage, `service: "${text}" is not namespace/name, such as default/web`)
  return [namespace, name]
}
