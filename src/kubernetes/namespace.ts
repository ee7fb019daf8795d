import type { KubernetesObject } from './object-list.ts'
import { ConvertedList, originAt } from './origin.ts'

/** core/v1, types.go, LabelMetadataName: the API server gives every namespace its name as a label. */
const NAME_LABEL = 'kubernetes.io/metadata.name'

export function convertNamespaces(objects: readonly KubernetesObject[]): ConvertedList {
  const namespaces = new ConvertedList()
  for (const { fields, name } of objects) {
    const labels = { ...fields.object('metadata')?.textMap('labels'), [NAME_LABEL]: name }
    namespaces.add({ name, labels }, originAt(fields.pointer, FIELDS))
  }
  return namespaces
}

const FIELDS = { '/name': '/metadata/name', '/labels': '/metadata/labels' }
