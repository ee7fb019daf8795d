import { expect, test } from 'vitest'
import { Ledger, type Outcome, type Push } from '../../bench/chaos/ledger.ts'
import { after, NEVER_PUSHED } from '../../bench/chaos/part-model.ts'
import { Replay } from '../../bench/chaos/replay.ts'
import type { Revision } from '../../src/store/store.ts'

const zones = (...names: string[]) => ({ zones: names.map(zone => ({ zone, region: 'r1' })) })

const push = (document: object, ifMatch?: string): Push => ({
  source: 'east',
  part: 'topology',
  form: 'replace',
  document,
  ifMatch,
})

const digestOf = (document: object) => {
  const sent = new Ledger().note(push(document))
  return after(NEVER_PUSHED, sent).digest
}

const [A, B, C] = [zones('a'), zones('b'), zones('c')] as const

const acknowledged = (revision: number, document: object): Outcome => ({
  is: 'acknowledged',
  revision,
  digest: digestOf(document),
  unchanged: false,
})
const LOST: Outcome = { is: 'unknown', reason: 'the connection broke' }
const REFUSED: Outcome = { is: 'refused', status: 412 }

const row = (revision: number, document: object, fields: Partial<Revision> = {}): Revision => ({
  revision,
  source: 'east',
  part: 'topology',
  cause: 'push',
  restored: null,
  digest: digestOf(document),
  author: 'anonymous',
  createdAt: '2026-01-01T00:00:00.000Z',
  changed: { added: 1, updated: 0, removed: 0 },
  ...fields,
})

/** What was sent and answered, the history that there is, and what of it is wrong. */
const cases: Record<string, [sent: [Push, Outcome][], rows: Revision[], wrong: string[]]> = {
  'what was acknowledged, in order': [
    [
      [push(A), acknowledged(1, A)],
      [push(B, digestOf(A)), acknowledged(2, B)],
    ],
    [row(1, A), row(2, B)],
    [],
  ],
  'a push without an answer that was done': [
    [
      [push(A), LOST],
      [push(B), acknowledged(2, B)],
    ],
    [row(1, A), row(2, B)],
    [],
  ],
  'a push without an answer that was not done': [
    [
      [push(A), LOST],
      [push(B), acknowledged(1, B)],
    ],
    [row(1, B)],
    [],
  ],
  'a push without an answer that was done long after': [
    [
      [push(A), LOST],
      [push(B), acknowledged(1, B)],
    ],
    [row(1, B), row(2, A)],
    [],
  ],
  'what Vicinity found out by itself': [
    [[push(A), acknowledged(2, A)]],
    [row(1, A, { source: null, part: 'control', cause: 'demand', digest: null }), row(2, A)],
    [],
  ],
  'an acknowledged push that is not there': [
    [
      [push(A), acknowledged(1, A)],
      [push(B), acknowledged(2, B)],
    ],
    [row(1, A)],
    ['acknowledged push lost'],
  ],
  'another content than was acknowledged': [
    [[push(A), acknowledged(1, A)]],
    [row(1, B)],
    ['revision of unknown content', 'acknowledged push lost'],
  ],
  'one that was refused, and done': [[[push(A), REFUSED]], [row(1, A)], ['revision of unknown content']],
  'one that was sent once, and done twice': [
    [
      [push(A), LOST],
      [push(B), acknowledged(2, B)],
    ],
    [row(1, A), row(2, B), row(3, A)],
    ['revision of unknown content'],
  ],
  'a hole': [[[push(A), LOST]], [row(2, A)], ['hole in the history']],
  'an update that went over another one': [
    [
      [push(A), acknowledged(1, A)],
      [push(B, digestOf(A)), acknowledged(2, B)],
      [push(C, digestOf(A)), acknowledged(3, C)],
    ],
    [row(1, A), row(2, B), row(3, C)],
    ['update lost in spite of If-Match'],
  ],
}

test.each(Object.entries(cases))('the checker judges %s', (_, [sent, rows, wrong]) => {
  const ledger = new Ledger()
  for (const [one, outcome] of sent) ledger.note(one).outcome = outcome
  const found = new Replay(ledger).go(rows)
  expect(found.map(({ kind }) => kind)).toEqual(wrong)
})

test('the checker knows what a part is after a patch', () => {
  const ledger = new Ledger()
  const remove = [{ kind: 'Zone', name: 'r1/a' }]
  ledger.note(push(zones('a', 'b'))).outcome = acknowledged(1, zones('a', 'b'))
  const patch: Push = { ...push({ upsert: C, remove }), form: 'patch' }
  ledger.note(patch).outcome = acknowledged(2, zones('b', 'c'))
  const replay = new Replay(ledger)
  expect(replay.go([row(1, zones('a', 'b')), row(2, zones('b', 'c'))])).toEqual([])
  expect(replay.part('east', 'topology').digest).toBe(digestOf(zones('b', 'c')))
})
