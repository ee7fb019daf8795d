/** Time since it was made, as text. */
export class Stopwatch {
  readonly #start = performance.now()

  toString(): string {
    return `${((performance.now() - this.#start) / 1_000).toFixed(1)} s`
  }
}

const MEBIBYTE = 1_048_576

export function sizeText(bytes: number): string {
  return bytes < MEBIBYTE ? `${Math.ceil(bytes / 1_024)} KiB` : `${(bytes / MEBIBYTE).toFixed(1)} MiB`
}
