import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cpuQuantity } from '../../src/kubernetes/cpu-quantity.ts'
import { node } from '../../src/model/topology.ts'

test.each([
  ['4', '4'],
  ['+4', '4'],
  ['3920m', '3920m'],
  ['4000m', '4'],
  ['.5', '500m'],
  ['5.', '5'],
  ['1E', '1000000000000000000'],
  ['1E1', '10'],
  ['1e-1', '100m'],
  ['0.1m', '0.0001'],
  ['1e-999999999', '0.000000001'],
  ['0e999999999', '0'],
  ['-0', '0'],
])('%s is %s', (quantity, cpu) => {
  expect(cpuQuantity(quantity)).toBe(cpu)
})

test.each([
  '',
  '.',
  'm',
  '4x',
  '4 m',
  '-1',
  '1e',
  '1e1k',
  '0x10',
  '1e999999999',
  '9'.repeat(65),
  'NaN',
  '1K',
])('%s is no amount of CPU', quantity => {
  expect(cpuQuantity(quantity)).toBeUndefined()
})

test('is exact down to a billionth, and a value that the model takes', () => {
  const suffix = fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'e0', 'E-3', 'e3', 'Ki', 'Mi')
  fc.assert(
    fc.property(fc.nat(10_000_000), fc.nat(4), suffix, (digits, decimals, unit) => {
      const padded = `${digits}`.padStart(decimals + 1, '0')
      const point = padded.length - decimals
      const cpu =
        cpuQuantity(`${padded.slice(0, point)}${decimals ? '.' : ''}${padded.slice(point)}${unit}`) ?? ''
      expect(node.safeParse({ name: 'n', cpu }).success).toBe(true)
      // Both sides times 10^13, where everything is whole.
      const exact = BigInt(digits) * 10n ** BigInt(4 - decimals) * (UNITS[unit] ?? 0n)
      expect(nanos(cpu) * 10_000n - exact).toBeGreaterThanOrEqual(0n)
      expect(nanos(cpu) * 10_000n - exact).toBeLessThan(10_000n)
    }),
  )
})

/** In billionths. */
const UNITS: Record<string, bigint> = {
  n: 1n,
  u: 1000n,
  m: 10n ** 6n,
  'E-3': 10n ** 6n,
  '': 10n ** 9n,
  e0: 10n ** 9n,
  k: 10n ** 12n,
  e3: 10n ** 12n,
  M: 10n ** 15n,
  Ki: 1024n * 10n ** 9n,
  Mi: 1024n ** 2n * 10n ** 9n,
}

function nanos(cpu: string): bigint {
  if (cpu.endsWith('m')) return BigInt(cpu.slice(0, -1)) * 10n ** 6n
  const [whole = '', fraction = ''] = cpu.split('.')
  return BigInt(whole + fraction.padEnd(9, '0'))
}
