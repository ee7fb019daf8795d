import { encodeResponseHead } from '../../src/proto/response-head.ts'
import { readRequest } from './floor-request.ts'

/** Sends a message of these two pieces; tells when the transport has taken it. */
export type Send = (head: Buffer, body: Buffer, sent: () => void) => void

/** Bytes that may wait in the transport, as of Vicinity's streams. */
const UNWRITTEN_LIMIT = 256 * 1024

/** One stream: the first request of each type is answered with all that there is, an answer with nothing. */
export class FloorStream {
  readonly #id: string
  readonly #send: Send
  readonly #all: (typeUrl: string) => readonly Buffer[]
  readonly #asked = new Set<string>()
  readonly #waiting: Buffer[] = []
  #unwritten = 0
  #responses = 0

  /** `all`: the bodies of what is sent first of a type. */
  constructor(id: string, send: Send, all: (typeUrl: string) => readonly Buffer[]) {
    this.#id = id
    this.#send = send
    this.#all = all
  }

  onMessage(bytes: Buffer): void {
    const { typeUrl, isAnswer, hasVersions } = readRequest(bytes)
    if (isAnswer || this.#asked.has(typeUrl)) return
    this.#asked.add(typeUrl)
    if (hasVersions) return
    this.#waiting.push(...this.#all(typeUrl))
    this.#pump()
  }

  push(body: Buffer): void {
    this.#waiting.push(body)
    this.#pump()
  }

  #pump(): void {
    while (this.#unwritten < UNWRITTEN_LIMIT) {
      const body = this.#waiting.shift()
      if (body === undefined) return
      this.#responses += 1
      this.#unwritten += body.length
      const head = encodeResponseHead({ version: '1', nonce: `${this.#id}-${this.#responses}` })
      this.#send(head, body, () => {
        const wasFull = this.#unwritten >= UNWRITTEN_LIMIT
        this.#unwritten -= body.length
        if (wasFull) this.#pump()
      })
    }
  }
}
