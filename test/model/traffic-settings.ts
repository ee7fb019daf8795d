import { parseTopology } from '../../src/model/parse-topology.ts'
import { bodies, good } from './parsed-bodies.ts'

/** What is stored of a service that has these settings, beside its name. */
export function storedService(settings: object): object {
  const body = bodies(good(parsed(settings)))['Service/default/web'] as Record<string, unknown>
  const { namespace: _namespace, name: _name, ...kept } = body
  return kept
}

/** Pointers, inside the service, of what is wrong with these settings; sorted. */
export function refusals(settings: object): string[] {
  const result = parsed(settings)
  return result.ok ? [] : result.problems.map(({ pointer }) => inside(pointer)).sort()
}

/** Pointers, inside the service, of what these settings are warned of. */
export function warned(settings: object): string[] {
  const result = parsed(settings)
  return result.ok ? result.warnings.map(({ pointer }) => inside(pointer)) : ['refused']
}

function parsed(settings: object) {
  return parseTopology({ services: [{ name: 'web', ...settings }] })
}

function inside(pointer: string): string {
  return pointer.slice('/services/0'.length)
}
