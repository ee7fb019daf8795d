import { expect, test } from 'vitest'
import { nackOf, type Refusal, together } from '../../src/model/nacks.ts'

const refusal = (other: Partial<Refusal> = {}): Refusal => ({
  proxy: 'stream-1',
  node: 'envoy-1',
  gateway: 'default/edge',
  typeUrl: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  resources: [{ name: 'default/web/80', version: '1' }],
  revision: 7,
  detail: 'no',
  at: '2026-03-01T12:00:00.000Z',
  ...other,
})

test('words that would command a terminal are kept without their commands', () => {
  const { detail, node } = nackOf(refusal({ detail: 'bad\n\u001b[31mred\u0000', node: 'en\u0007voy' }))
  expect(detail).toBe('bad [31mred ')
  expect(node).toBe('en voy')
})

test('a text is cut where it is long, and not into half a character', () => {
  const { detail } = nackOf(refusal({ detail: `${'x'.repeat(2047)}😀` }))
  expect(detail).toBe(`${'x'.repeat(2047)}\ufffd`)
})

test('of very many resources some are named, and all tell it from others', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({ name: `default/s${index}/80`, version: '1' }))
  const nack = nackOf(refusal({ resources: many }))
  expect(nack.resources).toHaveLength(20)
  expect(JSON.stringify(nack).length).toBeLessThan(8_000)
  const others = [...many.slice(0, -1), { name: 'default/s9999/80', version: '2' }]
  expect(nackOf(refusal({ resources: others })).key).not.toBe(nack.key)
})

test('equal ones together have the first time and revision, the last words, and both counts', () => {
  const later = refusal({
    revision: 9,
    detail: 'still no',
    proxy: 'stream-2',
    at: '2026-03-01T12:00:05.000Z',
  })
  expect(together(nackOf(refusal()), nackOf(later))).toEqual({
    ...nackOf(refusal()),
    detail: 'still no',
    proxy: 'stream-2',
    lastAt: later.at,
    count: 2,
  })
})
