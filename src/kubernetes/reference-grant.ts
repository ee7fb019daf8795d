import type { Fields } from './fields.ts'
import type { KubernetesObject } from './object-list.ts'
import { ConvertedList, originAt } from './origin.ts'

export function convertReferenceGrants(objects: readonly KubernetesObject[]): ConvertedList {
  const grants = new ConvertedList()
  for (const { fields, namespace, name } of objects) {
    const spec = fields.object('spec')
    if (spec === undefined) {
      if (!fields.has('spec')) fields.refuse('spec', 'is required: an object')
      continue
    }
    spec.warnOfUnknown(['from', 'to'])
    const from = spec.objects('from').map(one => picked(one, ['group', 'kind', 'namespace']))
    const to = spec.objects('to').map(one => picked(one, ['group', 'kind', 'name']))
    grants.add({ namespace, name, from, to }, originAt(fields.pointer, FIELDS))
  }
  return grants
}

const FIELDS = {
  '/name': '/metadata/name',
  '/namespace': '/metadata/namespace',
  '/from': '/spec/from',
  '/to': '/spec/to',
}

function picked(fields: Fields, names: readonly string[]): Record<string, unknown> {
  fields.warnOfUnknown(names)
  return Object.fromEntries(names.filter(name => fields.has(name)).map(name => [name, fields.get(name)]))
}
