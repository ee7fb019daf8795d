import { expect, test } from 'vitest'
import { comparisonTables } from '../../bench/compare/tables.ts'
import { flatness } from '../../bench/growth/tables.ts'
import { partTables } from '../../bench/page/part-tables.ts'
import { figuresOf } from './figures.ts'

/** Of the table of ratios. */
function rowOf(size: string, text: string): string | undefined {
  return text.split('\n').find(line => line.startsWith(`| ${size} |`))
}

test('a ratio stands with its spread, what is to be reached, and whether it is', () => {
  const figures = [1, 2, 3].flatMap(run => [
    figuresOf({ server: 'vicinity', run, cpu: run * 0.3, readyP99: 300 }),
    figuresOf({ server: 'linear', run, cpu: 1, readyP99: 100 }),
  ])
  const row = rowOf('100 × 100', comparisonTables(figures))
  expect(row).toContain('| 100 × 100 | **0.60** (0.30–0.90) ≤ 0.7 ✓ |')
  expect(row).toContain('| **3.00** (3.00–3.00) ≤ 2 ✗ |')
})

test('targets that are not met are named before all tables', () => {
  const figures = [
    figuresOf({ server: 'vicinity', cpu: 0.3, readyP99: 300 }),
    figuresOf({ server: 'linear', cpu: 1, readyP99: 100 }),
  ]
  const [first] = comparisonTables(figures).split('\n')
  expect(first).toMatch(
    /^\d of \d targets are met\. Not met: .*100 × 100 time to ready: p99 \(\*\*3\.00\*\* ≤ 2\)/,
  )
  expect(first).not.toContain('1 changed: CPU per push')
})

test('a size without targets has ratios alone', () => {
  const size = { services: 50, streams: 20 }
  const figures = [
    figuresOf({ server: 'vicinity', cpu: 0.05, ...size }),
    figuresOf({ server: 'linear', cpu: 1, ...size }),
  ]
  expect(rowOf('50 × 20', comparisonTables(figures))).toContain('| 50 × 20 | **0.050** | **1.00** |')
})

test('what was not measured is a dash', () => {
  const text = comparisonTables([figuresOf({ server: 'vicinity' }), figuresOf({ server: 'linear', run: 2 })])
  expect(rowOf('100 × 100', text)).toMatch(/^\| 100 × 100 (\| – )+\|$/)
  expect(text).toContain('| reconnect with versions: CPU, s | – | – | – |')
})

test('values are medians over the runs, Vicinity first', () => {
  const figures = [
    ...[4, 6, 9].map((cpu, run) => figuresOf({ server: 'snapshot', run, cpu })),
    ...[1, 2, 7].map((cpu, run) => figuresOf({ server: 'vicinity', run, cpu })),
  ]
  const text = comparisonTables(figures)
  expect(text).toContain('| median of the runs | vicinity | snapshot | ratio to the best peer |')
  expect(text).toContain('| 1 changed: CPU per push, s | 2.000 | 6.000 |')
})

test('the most services are judged by the fewest, of Vicinity alone', () => {
  const at = (server: string, services: number, cpu: number) => figuresOf({ server, services, cpu })
  const figures = [
    at('vicinity', 100, 1),
    at('linear', 100, 1),
    at('vicinity', 9_000, 1.5),
    at('linear', 9_000, 9),
  ]
  expect(flatness(figures)).toMatch(/9000 services to that with 100: 1\.50 ≤ 1\.3 ✗/)
})

test('a part is a heading, its words and its tables as they are', () => {
  const tables = [{ caption: 'On SQLite:', columns: ['what', 'ms'], rows: [['PUT', 12]] }]
  const text = partTables({ measured: 'store', right: true, title: 'The store', text: 'How.', tables })
  expect(text).toBe('### The store\n\nHow.\n\nOn SQLite:\n\n| what | ms |\n| --- | --- |\n| PUT | 12 |')
})
