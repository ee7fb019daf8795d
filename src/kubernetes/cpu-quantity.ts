/**
 * Kubernetes' quantities (apimachinery, api/resource/quantity.go) of CPU, as the model takes them: "4", "3920m", or
 * a decimal where thousandths are not enough.
 */

const QUANTITY = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+)|([numkMGTPE]|[KMGTPE]i))?$/
/** Longer texts and larger numbers stand for no machine. */
const MAX_TEXT = 64
const MAX_DIGITS = 32

const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }

/** The quantity in the model's form; undefined when it is none that could be an amount of CPU. */
export function cpuQuantity(quantity: string): string | undefined {
  const match = quantity.length <= MAX_TEXT ? QUANTITY.exec(quantity.trim()) : null
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = match
  if (whole === '' && fraction === '') return undefined
  const digits = BigInt(whole + fraction)
  if (sign === '-' && digits !== 0n) return undefined
  const binary = BigInt(BINARY[suffix] ?? 0)
  const power = Number(exponent ?? DECIMAL[suffix] ?? 0) - fraction.length + NANO
  return cpuText(nanoCpus(digits << binary, power))
}

const NANO = 9

/** `digits` times ten to the `power`. Finer than a billionth is rounded up, as ParseQuantity does. */
function nanoCpus(digits: bigint, power: number): bigint | undefined {
  if (digits === 0n) return 0n
  if (power >= 0) return power > MAX_TEXT ? undefined : digits * 10n ** BigInt(power)
  // By more than its digits are long, the number is less than one.
  const divisor = 10n ** BigInt(Math.min(-power, 2 * MAX_TEXT))
  return (digits + divisor - 1n) / divisor
}

function cpuText(nanos: bigint | undefined): string | undefined {
  if (nanos === undefined) return undefined
  const text = nanos % 1_000_000n === 0n ? milliText(nanos / 1_000_000n) : decimalText(nanos)
  return text.length > MAX_DIGITS ? undefined : text
}

function milliText(milli: bigint): string {
  return milli % 1000n === 0n ? `${milli / 1000n}` : `${milli}m`
}

function decimalText(nanos: bigint): string {
  const fraction = `${nanos % 1_000_000_000n}`.padStart(NANO, '0').replace(/0+$/, '')
  return `${nanos / 1_000_000_000n}.${fraction}`
}
