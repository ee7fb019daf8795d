import { expect, test } from 'vitest'
import { believedRates } from '../../../src/xds/load-reports/believed-rates.ts'

test.each([
  ['nobody', [], []],
  ['one alone, whatever it says', [1e9], [1e9]],
  ['two: nobody can tell who lies', [1, 1e9], [1, 1e9]],
  ['one of three that lies, up to 3 times what the others send', [10, 20, 1e9], [10, 20, 45]],
  ['one of four', [10, 1e9, 30, 20], [10, 60, 30, 20]],
  ['all that are not much busier than their peers', [10, 20, 25, 29], [10, 20, 25, 29]],
  ['one that is busy while the others stand by', [0, 0, 0, 500], [0, 0, 0, 500]],
  ['those that stand by, beside the busy ones', [0, 10, 10, 90], [0, 10, 10, 30]],
  ['two that tell the same lie of five', [10, 10, 10, 1e9, 1e9], [10, 10, 10, 30, 30]],
])('believed are %s', (_, rates, believed) => {
  expect(believedRates(rates)).toEqual(believed)
})
