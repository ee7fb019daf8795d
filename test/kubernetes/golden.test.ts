import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { kubernetesSnapshot } from '../../src/kubernetes/snapshot.ts'
import { parseSnapshot } from '../../src/model/parse-snapshot.ts'

/**
 * A case is a folder: `manifests.yaml` is what somebody pushes, in the form that kubectl prints; `converted.yaml` is
 * the native snapshot that it means with the warnings, or the problems. `npx vitest run -u` writes it anew: review
 * behaviour as a diff.
 */
const folder = new URL('../golden/kubernetes/', import.meta.url)

describe.each(readdirSync(folder))('%s', name => {
  const document = documentOf(readFileSync(new URL(`${name}/manifests.yaml`, folder), 'utf8'))
  const before = structuredClone(document)
  const converted = kubernetesSnapshot(document)

  test('is converted as reviewed', async () => {
    const shown = converted.ok
      ? { snapshot: converted.value.snapshot, has: converted.value.has, warnings: converted.warnings }
      : { problems: converted.problems }
    const file = new URL(`${name}/converted.yaml`, folder).pathname
    await expect(stringify(shown, { lineWidth: 120, aliasDuplicateObjects: false })).toMatchFileSnapshot(file)
  })

  test('is a snapshot that the model takes, and leaves the document as it was', () => {
    if (converted.ok) expect(parseSnapshot(converted.value.snapshot)).toMatchObject({ ok: true })
    expect(document).toEqual(before)
  })
})

/** One document is itself, several are an array, as the REST API takes them. */
function documentOf(yaml: string): unknown {
  const documents = parseAllDocuments(yaml).map(one => one.toJS() as unknown)
  return documents.length === 1 ? documents[0] : documents
}
