import type { Resource } from '../../translate/resource.ts'
import type { Bodies, BodyContent, EncodeBody } from '../protocol/form.ts'

interface Body extends BodyContent {
  readonly encode: EncodeBody
  readonly bytes: Buffer
}

/** Bytes that are kept at most: those of a first sync of ten thousand services from three zones. */
const LIMIT = 24 * 1024 * 1024
/** Bodies that begin alike and are kept at most: gateways may begin with one cluster. */
const ALIKE = 4
/** How long bodies are kept at most when nobody is sent anything, in milliseconds: a fleet may come back at once. */
const IDLE = 10_000

/**
 * Bodies of responses, made for the first stream that is sent them: many streams are sent the same at about the same
 * time, a change or all that there is.
 */
export class SharedBodies implements Bodies {
  readonly controlPlane: string
  /** By the first resource, or the first name, of the body; those that were used last come last. */
  readonly #bodies = new Map<Resource | string, Body[]>()
  #size = 0
  #isUsed = false
  #timer: NodeJS.Timeout | undefined

  /** `controlPlane`: what every response calls this replica. */
  constructor(controlPlane: string) {
    this.controlPlane = controlPlane
  }

  of(content: BodyContent, encode: EncodeBody): Buffer {
    this.#isUsed = true
    this.#timer ??= setInterval(() => this.#rest(), IDLE).unref()
    const key = content.resources[0] ?? content.removed[0] ?? content.typeUrl
    const known = this.#bodies.get(key)
    const found = known?.find(one => one.encode === encode && isEqual(one, content))
    if (found !== undefined) return found.bytes
    const bytes = encode(content, this.controlPlane)
    this.#drop(key)
    this.#keep(key, [...(known ?? []).slice(1 - ALIKE), { ...content, encode, bytes }])
    for (const [oldest] of this.#bodies) {
      if (this.#size <= LIMIT) break
      this.#drop(oldest)
    }
    return bytes
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #keep(key: Resource | string, bodies: Body[]): void {
    this.#bodies.set(key, bodies)
    for (const { bytes } of bodies) this.#size += bytes.length
  }

  #drop(key: Resource | string): void {
    for (const { bytes } of this.#bodies.get(key) ?? []) this.#size -= bytes.length
    this.#bodies.delete(key)
  }

  #rest(): void {
    if (this.#isUsed) {
      this.#isUsed = false
      return
    }
    this.close()
    this.#timer = undefined
    this.#bodies.clear()
    this.#size = 0
  }
}

function isEqual(a: BodyContent, b: BodyContent): boolean {
  return a.typeUrl === b.typeUrl && areEqual(a.resources, b.resources) && areEqual(a.removed, b.removed)
}

function areEqual<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
