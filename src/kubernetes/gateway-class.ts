import type { KubernetesObject } from './object-list.ts'

/** Nothing is made of a class. Returns whether a Gateway's class is there, which may be anywhere when none is. */
export function readGatewayClasses(objects: readonly KubernetesObject[]): (name: string) => boolean {
  for (const { fields } of objects) {
    const spec = fields.object('spec')
    if (spec?.has('parametersRef')) spec.warn('parametersRef', 'is not supported yet: ignored')
  }
  const names = new Set(objects.map(({ name }) => name))
  return name => names.size === 0 || names.has(name)
}
