import { createReadStream } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { KUBECTL_YAML } from '../model/kubectl-yaml.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

/** A file, or standard input, as it is. */
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

/** A file, or standard input, of which the beginning is known and nothing is lost. */
export interface OpenedFile {
  readonly name: string
  readonly beginning: Buffer
  readonly chunks: AsyncIterable<Buffer>
}

/** `-` is standard input. */
export async function openFile(path: string, { input }: Pick<Terminal, 'input'>): Promise<OpenedFile> {
  const chunks = reading(path, input)
  const first = await chunks.next()
  const beginning = first.done ? Buffer.alloc(0) : first.value
  return { name: path === '-' ? 'stdin' : path, beginning, chunks: from(beginning, chunks) }
}

async function* reading(path: string, input: Terminal['input']): AsyncGenerator<Buffer> {
  try {
    yield* path === '-' ? input : createReadStream(path)
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `cannot read: ${(error as Error).message}`)
  }
}

async function* from(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* rest
}

export async function readFile({ name, chunks }: OpenedFile): Promise<PushedFile> {
  const read: Buffer[] = []
  for await (const chunk of chunks) read.push(chunk)
  return { name, bytes: Buffer.concat(read) }
}

/** A field that all manifests have, and none of Vicinity's own documents. */
const OF_KUBERNETES = /^[-{["' \t]*apiVersion["']?[ \t]*:/m

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
  const documents = parseAllDocuments(content, OF_KUBERNETES.test(content) ? KUBECTL_YAML : { merge: true })
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
