import { readdirSync, readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'

const folder = new URL('../golden/kubernetes/', import.meta.url)

export const caseNames = readdirSync(folder)

export function caseFile(name: string, file: string): URL {
  return new URL(`${name}/${file}`, folder)
}

/** What somebody pushes in a case: one YAML document is itself, several are an array, as the REST API takes them. */
export function manifestsOf(name: string): unknown {
  const yaml = readFileSync(caseFile(name, 'manifests.yaml'), 'utf8')
  const documents = parseAllDocuments(yaml).map(one => one.toJS() as unknown)
  return documents.length === 1 ? documents[0] : documents
}

/** What stands in a document at a JSON pointer. */
export function valueAt(document: unknown, pointer: string): unknown {
  const steps = pointer.split('/').slice(1)
  return steps.reduce<unknown>(
    (value, step) => Object(value)[step.replaceAll('~1', '/').replaceAll('~0', '~')],
    document,
  )
}
