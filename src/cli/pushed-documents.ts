import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { parseAllDocuments } from 'yaml'
import { CommandFailure, EXIT } from './exit-code.ts'

/** A file as it is, or standard input. */
export interface PushedFile {
  readonly name: string
  readonly bytes: Buffer
}

/** One YAML or JSON document, and where it came from. */
export interface PushedDocument {
  /** `fleet.yaml`, or `fleet.yaml (2)` for the second document of a file. */
  readonly name: string
  readonly value: unknown
  /** Its own text, where it is JSON. */
  readonly json?: Buffer
}

/** `-` is standard input. */
export async function readFiles(paths: readonly string[]): Promise<PushedFile[]> {
  if (paths.filter(path => path === '-').length > 1)
    throw new CommandFailure(EXIT.usage, '- stands for standard input, which can be read only once')
  return Promise.all(
    paths.map(async path => ({
      name: path === '-' ? 'stdin' : path,
      bytes: path === '-' ? await buffer(process.stdin) : await readFile(path).catch(failRead),
    })),
  )
}

function failRead(error: Error): never {
  throw new CommandFailure(EXIT.usage, `cannot read: ${error.message}`)
}

export function parseDocuments({ name, bytes }: PushedFile): PushedDocument[] {
  const content = bytes.toString('utf8')
  // YAML reads JSON too, but a large fleet in JSON takes seconds that way.
  if (/^\s*[{[]/.test(content)) {
    try {
      return [{ name, value: JSON.parse(content), json: bytes }]
    } catch {
      // YAML's parser says better what is wrong, and reads flow mappings that are no JSON.
    }
  }
  const documents = parseAllDocuments(content, { merge: true })
  const list = Array.isArray(documents) ? documents : []
  const errors = list.flatMap(document => document.errors.map(error => `${name}: ${error.message}`))
  if (errors.length > 0) throw new CommandFailure(EXIT.refused, errors.join('\n'))
  return list
    .map((document, index) => ({
      name: list.length === 1 ? name : `${name} (${index + 1})`,
      // Aliases are not expanded without end.
      value: document.toJS({ maxAliasCount: 100 }) as unknown,
    }))
    .filter(({ value }) => value !== null && value !== undefined)
}
