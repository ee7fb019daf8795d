import { expect, test } from 'vitest'
import { warningLines } from '../../src/cli/warning-lines.ts'

const locate = (pointer: string) => `file: ${pointer}`
const alike = (count: number, detail: string) =>
  Array.from({ length: count }, (_, index) => ({ pointer: `/${index}`, detail }))

test('few warnings are all shown, in their order', () => {
  const warnings = [...alike(2, 'a'), ...alike(1, 'b'), ...alike(1, 'a')]
  expect(warningLines(warnings, locate)).toEqual([
    'warning: file: /0: a',
    'warning: file: /1: a',
    'warning: file: /0: b',
    'warning: file: /0: a',
  ])
})

test('of those that say the same three are shown and the others counted, so that others are seen', () => {
  expect(warningLines([...alike(500, 'a'), ...alike(4, 'b')], locate)).toEqual([
    'warning: file: /0: a',
    'warning: file: /1: a',
    'warning: file: /2: a (and at 497 more places)',
    'warning: file: /0: b',
    'warning: file: /1: b',
    'warning: file: /2: b (and at 1 more place)',
  ])
})

test('those of Kubernetes are alike but for the object that they name', () => {
  const warnings = Array.from({ length: 5 }, (_, index) => ({
    pointer: `/items/${index}`,
    detail: `Service team/s-${index}: left out: has no TCP port`,
  }))
  const node = { pointer: '/items/9', detail: 'Node n1: left out: has no TCP port' }
  expect(warningLines([...warnings, node], locate)).toEqual([
    'warning: file: /items/0: Service team/s-0: left out: has no TCP port',
    'warning: file: /items/1: Service team/s-1: left out: has no TCP port',
    'warning: file: /items/2: Service team/s-2: left out: has no TCP port (and at 3 more places)',
  ])
})

test('after twenty lines the rest is counted', () => {
  const different = Array.from({ length: 50 }, (_, index) => ({ pointer: '', detail: `detail ${index}` }))
  const lines = warningLines(different, locate)
  expect(lines).toHaveLength(21)
  expect(lines.at(-1)).toBe('… and 30 more warnings; --json has all of them')
})
