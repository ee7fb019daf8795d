import type { Socket } from 'node:net'

/** What is wrong with a network; may change at any time. */
export interface Faults {
  frozen: boolean
  /** Milliseconds. */
  delay: number
}

/** How much may be under way in one direction; the sender waits while it is more, as it does for a slow network. */
const MOST_UNDER_WAY = 4 * 1024 * 1024

interface UnderWay {
  /** Undefined for the end of the stream. */
  readonly bytes: Buffer | undefined
  readonly due: number
}

/**
 * Passes on what `from` sends, and its end, to `to`, in order, as the faults allow. Returns what has to be called when a
 * freeze has ended.
 */
export function passBytes(from: Socket, to: Socket, faults: Faults): () => void {
  const underWay: UnderWay[] = []
  let size = 0
  let timer: NodeJS.Timeout | undefined

  const flush = () => {
    clearTimeout(timer)
    while (!faults.frozen && !to.destroyed) {
      const [next] = underWay
      if (!next) break
      const wait = next.due - performance.now()
      if (wait > 0) {
        timer = setTimeout(flush, wait)
        break
      }
      underWay.shift()
      if (next.bytes) {
        size -= next.bytes.length
        to.write(next.bytes)
      } else to.end()
    }
    if (size + to.writableLength < MOST_UNDER_WAY) from.resume()
  }
  const take = (bytes: Buffer | undefined) => {
    underWay.push({ bytes, due: performance.now() + faults.delay })
    size += bytes?.length ?? 0
    if (size + to.writableLength >= MOST_UNDER_WAY) from.pause()
    flush()
  }
  from.on('data', take)
  from.on('end', () => take(undefined))
  to.on('close', () => clearTimeout(timer))
  to.on('drain', flush)
  return flush
}
