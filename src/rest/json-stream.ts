import { setImmediate } from 'node:timers/promises'

const CHUNK_CHARACTERS = 64 * 1024

/**
 * A response of JSON text in pieces. A short one is sent whole, with its length; of a long one each chunk is made
 * when the reader has room for it, in a turn of its own, so that megabytes never hold up the event loop.
 */
export function jsonResponse(pieces: Iterable<string>, headers: Record<string, string> = {}): Response {
  const iterator = pieces[Symbol.iterator]()
  const first = nextChunk(iterator)
  const all = { 'Content-Type': 'application/json', ...headers }
  if (first.last) return new Response(first.text, { headers: all })

  const encoder = new TextEncoder()
  let pending: { text: string; last: boolean } | undefined = first
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await setImmediate()
      const chunk = pending ?? nextChunk(iterator)
      pending = undefined
      if (chunk.text !== '') controller.enqueue(encoder.encode(chunk.text))
      if (chunk.last) controller.close()
    },
  })
  return new Response(body, { headers: all })
}

function nextChunk(iterator: Iterator<string>): { text: string; last: boolean } {
  let text = ''
  while (text.length < CHUNK_CHARACTERS) {
    const { value, done } = iterator.next()
    if (done) return { text, last: true }
    text += value
  }
  return { text, last: false }
}
