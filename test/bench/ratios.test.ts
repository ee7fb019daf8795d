import { describe, expect, test } from 'vitest'
import { BESIDE, COMPARED, type Column } from '../../bench/compare/columns.ts'
import { ratioOf, spreadOf } from '../../bench/compare/ratios.ts'
import { figuresOf } from './figures.ts'

function column(key: string): Column {
  const found = [...COMPARED, ...BESIDE].find(one => one.key === key)
  if (!found) throw new Error(`no column ${key}`)
  return found
}

describe('spread over runs', () => {
  test('is the value in the middle, and the outermost', () => {
    expect(spreadOf([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5, runs: 3 })
  })

  test('has the mean of the two in the middle of an even number', () => {
    expect(spreadOf([1, 2, 4, 100])?.median).toBe(3)
  })

  test('is none without runs', () => {
    expect(spreadOf([])).toBeUndefined()
  })
})

describe('ratio to the best peer', () => {
  test('takes the best peer of each run by itself', () => {
    const figures = [
      figuresOf({ server: 'vicinity', run: 1, cpu: 1 }),
      figuresOf({ server: 'linear', run: 1, cpu: 2 }),
      figuresOf({ server: 'snapshot', run: 1, cpu: 4 }),
      figuresOf({ server: 'vicinity', run: 2, cpu: 3 }),
      figuresOf({ server: 'linear', run: 2, cpu: 40 }),
      figuresOf({ server: 'snapshot', run: 2, cpu: 4 }),
    ]
    expect(ratioOf(column('oneCpu'), figures)).toEqual({ median: 0.625, min: 0.5, max: 0.75, runs: 2 })
  })

  test('leaves out a run in which Vicinity or all peers failed', () => {
    const figures = [
      figuresOf({ server: 'vicinity', run: 1, cpu: 1 }),
      figuresOf({ server: 'linear', run: 1, cpu: 2 }),
      figuresOf({ server: 'linear', run: 2, cpu: 2 }),
      figuresOf({ server: 'vicinity', run: 3, cpu: 2 }),
    ]
    expect(ratioOf(column('oneCpu'), figures)).toEqual({ median: 0.5, min: 0.5, max: 0.5, runs: 1 })
  })

  test('is none where a figure was not measured, or the best peer used nothing', () => {
    const figures = [
      figuresOf({ server: 'vicinity', cpu: 0, reconnectBytes: 10 }),
      figuresOf({ server: 'linear', cpu: 0, reconnectBytes: 0 }),
    ]
    expect(ratioOf(column('manyCpu'), figures)).toBeUndefined()
    expect(ratioOf(column('reconnectBytes'), figures)).toBeUndefined()
  })
})
