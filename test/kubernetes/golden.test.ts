import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { kubernetesSnapshot } from '../../src/kubernetes/snapshot.ts'
import { parseSnapshot } from '../../src/model/parse-snapshot.ts'
import { caseFile, caseNames, manifestsOf } from './documents.ts'

/**
 * A case is a folder: `manifests.yaml` is what somebody pushes, in the form that kubectl prints; `converted.yaml` is
 * the native snapshot that it means with the warnings, or the problems. `npx vitest run -u` writes it anew: review
 * behaviour as a diff.
 */
describe.each(caseNames)('%s', name => {
  const document = manifestsOf(name)
  const before = structuredClone(document)
  const converted = kubernetesSnapshot(document)

  test('is converted as reviewed', async () => {
    const shown = converted.ok
      ? { snapshot: converted.value.snapshot, has: converted.value.has, warnings: converted.warnings }
      : { problems: converted.problems }
    const text = stringify(shown, { lineWidth: 120, aliasDuplicateObjects: false })
    await expect(text).toMatchFileSnapshot(caseFile(name, 'converted.yaml').pathname)
  })

  test('is a snapshot that the model takes, and leaves the document as it was', () => {
    if (converted.ok) expect(parseSnapshot(converted.value.snapshot)).toMatchObject({ ok: true })
    expect(document).toEqual(before)
  })
})
