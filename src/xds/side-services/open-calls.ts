import type { status } from '@grpc/grpc-js'

/** What ends when the server does. */
export interface OpenStream {
  end(code: status, details: string): void
}

/** A call as far as its end is concerned. */
interface EndingCall {
  on(event: 'cancelled' | 'close' | 'finish', listener: () => void): unknown
  emit(event: 'error', error: object): boolean
}

/** Calls that last, so that the server can end them. */
export class OpenCalls implements Iterable<OpenStream> {
  readonly #calls = new Set<OpenStream>()

  get size(): number {
    return this.#calls.size
  }

  add(call: EndingCall): void {
    const stream = {
      end: (code: status, details: string) => {
        if (this.#calls.delete(stream)) call.emit('error', { code, details })
      },
    }
    this.#calls.add(stream)
    for (const event of ['cancelled', 'close', 'finish'] as const) {
      call.on(event, () => this.#calls.delete(stream))
    }
  }

  [Symbol.iterator](): Iterator<OpenStream> {
    return this.#calls[Symbol.iterator]()
  }
}
