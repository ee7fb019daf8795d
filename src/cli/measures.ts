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

const DECIMAL_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Of what was sent: prices are of a GB of 10^9 bytes. */
export function bytesText(bytes: number): string {
  const power = Math.min(DECIMAL_UNITS.length - 1, Math.max(0, Math.floor(Math.log10(bytes || 1) / 3)))
  const amount = bytes / 1_000 ** power
  return `${power === 0 ? amount : Number(amount.toPrecision(3))} ${DECIMAL_UNITS[power]}`
}
