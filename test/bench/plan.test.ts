import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseOptions } from '../../bench/options.ts'
import { planOf } from '../../bench/plan.ts'
import { ResultsFile } from '../../bench/results-file.ts'
import { Closing } from '../../demo/closing.ts'

const machine = { cores: 2, cpu: '', memoryGiB: 1, system: '', node: '', go: '', load: 0 }

async function namesOf(...args: string[]): Promise<string[]> {
  const file = await ResultsFile.open(join(tmpdir(), 'no-results-of-vicinity.json'))
  const bench = () => Promise.reject(new Error('nothing is measured here'))
  const origin = { at: '', commit: '', machine }
  const steps = planOf(parseOptions(args), { bench, closing: new Closing(), file, origin })
  return steps.map(({ name }) => name)
}

test('all sizes are compared once before any is compared again', async () => {
  expect(await namesOf('--only', 'compare', '--sizes', '10x1,20x2', '--runs', '2')).toEqual([
    'compare:10x1',
    'compare:20x2',
    'compare:10x1',
    'compare:20x2',
  ])
})

test('a section is all of its steps, and a step can be had by itself', async () => {
  const growth = await namesOf('--only', 'growth')
  expect(growth).toContain('growth:history')
  expect(growth.every(name => name.startsWith('growth:'))).toBe(true)
  expect(await namesOf('--only', 'growth:history,parts:store')).toEqual(['growth:history', 'parts:store'])
})

test('a step that there is not is said, with those that there are', async () => {
  await expect(namesOf('--only', 'parts:stores')).rejects.toThrow(/no parts:stores, but .*parts:store/)
})

test('a quick look compares and does nothing else', async () => {
  expect((await namesOf('--quick')).every(name => name.startsWith('compare:'))).toBe(true)
})
