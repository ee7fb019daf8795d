import { NAMESPACE_NAME_LABEL } from '../model/label-selector.ts'
import type { KubernetesObject } from './object-list.ts'
import { ConvertedList, originAt } from './origin.ts'

export function convertNamespaces(objects: readonly KubernetesObject[]): ConvertedList {
  const namespaces = new ConvertedList()
  for (const { fields, name } of objects) {
    const labels = { ...fields.object('metadata')?.textMap('labels'), [NAMESPACE_NAME_LABEL]: name }
    namespaces.add({ name, labels }, originAt(fields.pointer, FIELDS))
  }
  return namespaces
}

const FIELDS = { '/name': '/metadata/name', '/labels': '/metadata/labels' }
