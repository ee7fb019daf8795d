import { describe, expect, test } from 'vitest'
import { type Chart, drawCharts } from '../../bench/page/chart.ts'

type Place = readonly [x: number, y: number]

const CHART: Chart = {
  title: 'Cost',
  x: { label: 'services', log: true },
  y: { label: 's < 1 & more' },
  series: [{ name: 'ours', points: [[100, 1], [1_000, 2], [10_000, 4]] }], // biome-ignore format: points
}

/** Where the dots are. */
function dots(svg: string): Place[] {
  return [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(found => [
    Number(found[1]),
    Number(found[2]),
  ])
}

describe('a chart', () => {
  test('has equal steps between powers on a log axis, and more is higher', () => {
    const [first, second, third] = dots(drawCharts([CHART])) as [Place, Place, Place]
    expect(second[0] - first[0]).toBeCloseTo(third[0] - second[0], 0)
    expect(first[1]).toBeGreaterThan(second[1])
    expect(second[1]).toBeGreaterThan(third[1])
  })

  test('has a linear axis from zero: twice as much is twice as high', () => {
    const [first, second, third] = dots(drawCharts([CHART])) as [Place, Place, Place]
    expect(second[1] - third[1]).toBeCloseTo(2 * (first[1] - second[1]), 0)
  })

  test('names its axes, its ticks and its lines, with what XML would misread escaped', () => {
    const svg = drawCharts([CHART])
    for (const words of ['Cost', 'services', 's &lt; 1 &amp; more', '10,000', 'ours']) {
      expect(svg).toContain(`>${words}</text>`)
    }
  })

  test('of one size alone is drawn too, without a place that is no number', () => {
    const points = [[100, 0.02]] as const
    const y = { label: 's', log: true }
    const svg = drawCharts([{ ...CHART, y, series: [{ name: 'ours', points }] }])
    expect(svg).not.toMatch(/NaN|Infinity/)
    expect(dots(svg)).toHaveLength(1)
  })
})

test('charts stand two beside each other in one picture', () => {
  const svg = drawCharts([CHART, CHART, CHART])
  const places = [...svg.matchAll(/<g transform="translate\((\d+) (\d+)\)">/g)].map(([, x, y]) => [x, y])
  expect(places).toEqual([['0', '0'], ['420', '0'], ['0', '280']]) // biome-ignore format: places
})
