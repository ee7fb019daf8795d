import { expect, test } from 'vitest'
import { type LabelSelector, selects } from '../../src/model/label-selector.ts'

const labels = { tier: 'web', team: 'a' }

test.each<[LabelSelector, boolean]>([
  [{}, true],
  [{ matchLabels: { tier: 'web' } }, true],
  [{ matchLabels: { tier: 'web', team: 'b' } }, false],
  [{ matchLabels: { other: '' } }, false],
  [{ matchExpressions: [{ key: 'tier', operator: 'In', values: ['db', 'web'] }] }, true],
  [{ matchExpressions: [{ key: 'other', operator: 'In', values: ['x'] }] }, false],
  [{ matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['web'] }] }, false],
  [{ matchExpressions: [{ key: 'other', operator: 'NotIn', values: ['x'] }] }, true],
  [{ matchExpressions: [{ key: 'team', operator: 'Exists' }] }, true],
  [{ matchExpressions: [{ key: 'other', operator: 'Exists' }] }, false],
  [{ matchExpressions: [{ key: 'other', operator: 'DoesNotExist' }] }, true],
  [{ matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] }, false],
  [
    { matchLabels: { tier: 'web' }, matchExpressions: [{ key: 'team', operator: 'In', values: ['b'] }] },
    false,
  ],
])('%j selects {tier: web, team: a}: %j', (selector, expected) => {
  expect(selects(selector, labels)).toBe(expected)
})
