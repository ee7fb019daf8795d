import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

const MIB = 2 ** 20
/** Each of the two halves, in MiB. */
const HALF = 8
/** Of half a KiB each: what is made at most until V8 lets the halves grow. */
const MOST_ARRAYS = 32 * 1024

let isBound = false

/**
 * V8 puts what is new into two halves of up to 16 MiB, and gives nothing of them back. A server fills them within its
 * first seconds, and is no faster for more than 8. A program cannot say so of itself after its start, but by how much
 * halves grow: once to what is meant, and then no more. Whoever starts it with a size of his own has that.
 */
export function boundNewSpace(): void {
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? '']
  if (given.some(one => /semi.space/.test(one))) return
  isBound = true
  // Threads cannot grow either: they begin with as much, within the limits of each.
  setFlagsFromString(`--min-semi-space-size=${HALF}`)
  grow(Math.floor((HALF * MIB) / half()))
  keepNewSpace()
}

/** V8 forgets it whenever a thread starts. */
export function keepNewSpace(): void {
  if (isBound) setFlagsFromString('--semi-space-growth-factor=1')
}

/** They do when so much of what is new was still in use that it would fill one. */
function grow(factor: number): void {
  if (factor < 2) return
  setFlagsFromString(`--semi-space-growth-factor=${factor}`)
  const before = half()
  const inUse: number[][] = []
  while (inUse.length < MOST_ARRAYS && half() <= before) {
    for (let made = 0; made < 64; made++) inUse.push(new Array(64).fill(0))
  }
}

/** There is but one before the first collection; they begin with 1 MiB. */
function half(): number {
  const { space_size = 0 } = getHeapSpaceStatistics().find(one => one.space_name === 'new_space') ?? {}
  return Math.max(space_size / 2, MIB)
}
