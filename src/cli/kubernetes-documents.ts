import { type JsonText, jsonText } from '../client/json-text.ts'
import { isObject } from '../model/json.ts'
import type { PushedDocument } from './pushed-documents.ts'

/** Kubernetes objects as one push. */
export interface KubernetesPush {
  /** Of several documents a list, in their order. */
  readonly json: JsonText
  /** Turns a pointer into what was pushed into the file and the pointer there. */
  readonly locate: (pointer: string) => string
}

/** Top-level fields that no document of Vicinity's own has. */
const MARKS = ['apiVersion', 'kind']
/** JSON that begins as kubectl and the API server write it. */
const BEGINNING = /^\s*\{\s*"(?:apiVersion|kind)"\s*:/

export function isKubernetes(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isKubernetes)
  return isObject(value) && MARKS.some(field => Object.hasOwn(value, field))
}

/** Whether JSON that begins so is of Kubernetes: then it need not be read here, the server checks it anyway. */
export function beginsKubernetes(bytes: Buffer): boolean {
  return BEGINNING.test(bytes.toString('latin1', 0, 1024))
}

/** JSON stays its own text, so that numbers and order are what they were. */
export function joinKubernetes(documents: readonly PushedDocument[]): KubernetesPush {
  const [only] = documents
  if (only !== undefined && documents.length === 1)
    return { json: jsonText(textOf(only)), locate: pointer => place(only.name, pointer) }
  const parts = documents.flatMap(itemsOf)
  const texts = parts.flatMap(({ json }, index) => [Buffer.from(index === 0 ? '[' : ','), json])
  return {
    json: jsonText(Buffer.concat([...texts, Buffer.from(']')])),
    locate: pointer => {
      const [, index, rest = ''] = /^\/(\d+)(.*)$/s.exec(pointer) ?? []
      const part = index === undefined ? undefined : parts[Number(index)]
      return part === undefined ? place('', pointer) : place(part.name, part.pointer + rest)
    },
  }
}

interface Item {
  readonly name: string
  readonly pointer: string
  readonly json: Buffer
}

/** A document that is a list of objects cannot stand in another list. */
function itemsOf(document: PushedDocument): Item[] {
  const { name, value } = document
  if (!Array.isArray(value)) return [{ name, pointer: '', json: textOf(document) }]
  return value.map((item, index) => ({ name, pointer: `/${index}`, json: textOf({ value: item }) }))
}

function textOf({ value, json }: Pick<PushedDocument, 'value' | 'json'>): Buffer {
  return json ?? Buffer.from(JSON.stringify(value))
}

export function place(name: string, pointer: string): string {
  if (name === '') return pointer || '/'
  return pointer === '' ? name : `${name}: ${pointer}`
}
