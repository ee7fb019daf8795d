import { describe, expect, test } from 'vitest'
import { parseTrafficPrices, priceBetween } from '../../src/model/traffic-prices.ts'

function prices(text: string) {
  const parsed = parseTrafficPrices(text)
  if (typeof parsed === 'string') throw new Error(parsed)
  return (from: string, to: string) => priceBetween(parsed, from, to)
}

describe('a price', () => {
  const price = prices('zone=0.01, region=0.02, r1/a>r2/b=0.05, r1/a>r1/a=0.001')

  test.each([
    ['between zones of one region', 'r1/a', 'r1/b', 0.01],
    ['between regions', 'r1/b', 'r2/b', 0.02],
    ['of a pair of zones', 'r1/a', 'r2/b', 0.05],
    ['of a pair the other way round', 'r2/b', 'r1/a', 0.02],
    ['between zones of which one has no region that is known', 'r1/a', 'b', 0.01],
    ['within a zone', 'r1/b', 'r1/b', 0],
    ['within a zone, where that is said', 'r1/a', 'r1/a', 0.001],
    ['to where nobody knows', 'r1/a', '', 0],
    ['of zones that are not told apart', '*', '*', 0],
  ])('%s', (_, from, to, expected) => {
    expect(price(from, to)).toBe(expected)
  })

  test('between regions is that between zones where it is left out', () => {
    expect(prices('zone=0.01')('r1/a', 'r2/a')).toBe(0.01)
    expect(prices('a>b=1')('b', 'a')).toBe(0)
  })
})

test.each(['', 'zone', 'zone=', 'zone=free', 'zone=-1', 'town=1', 'a>=1', 'a>b>c=1', 'zone=1,,region=2'])(
  'prices "%s" are refused',
  text => {
    expect(parseTrafficPrices(text)).toContain('is no price such as zone=0.01')
  },
)

test('a price that is given twice is refused', () => {
  expect(parseTrafficPrices('zone=1,zone=2')).toBe('zone is given twice')
})
