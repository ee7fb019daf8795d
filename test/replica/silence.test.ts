import { Map as ImmutableMap } from 'immutable'
import { expect, test } from 'vitest'
import type { SourceSettings } from '../../src/model/control.ts'
import { type Judgement, judgeSilence } from '../../src/replica/silence.ts'

/** Times are seconds after noon. */
interface Case {
  readonly settings?: SourceSettings
  readonly heard?: number
  /** The row that stands says that it was heard then. */
  readonly stale?: number
  readonly listening?: number
  readonly now?: number
}

const NOON = Date.parse('2026-01-01T12:00:00Z')
const MINUTE: SourceSettings = { staleAfter: '60s' }
const at = (seconds: number) => new Date(NOON + seconds * 1000).toISOString()

/** Of the one source east. */
function judged({ settings, heard, stale, listening = -9999, now = 0 }: Case): Judgement {
  return judgeSilence({
    sourceSettings: ImmutableMap(settings === undefined ? [] : [['east', settings]]),
    staleSources: ImmutableMap(stale === undefined ? [] : [['east', { source: 'east', heardAt: at(stale) }]]),
    lastHeard: new Map(heard === undefined ? [] : [['east', at(heard)]]),
    listeningSince: NOON + listening * 1000,
    now: NOON + now * 1000,
  })
}

test.each<[string, Case, number | undefined]>([
  ['without settings', { heard: -9000 }, undefined],
  ['for which nobody waits', { settings: { whenStale: 'drop' }, heard: -9000 }, undefined],
  ['heard just now', { settings: MINUTE, heard: 0 }, 61],
  ['heard a while ago', { settings: MINUTE, heard: -50 }, 11],
  ['whose note may be older than what was heard', { settings: MINUTE, heard: -60 }, 1],
  ['of a time before anybody listened', { settings: MINUTE, heard: -9000, listening: -10 }, 51],
  ['never heard', { settings: MINUTE }, 61],
  ['heard by a clock that was set back', { settings: MINUTE, heard: 3600 }, 61],
])('a source %s is not silent yet', (_, given, seconds) => {
  const next = seconds === undefined ? undefined : seconds * 1000
  expect(judged(given)).toEqual({ fallen: [], ended: [], next })
})

test('a source falls silent when nothing was heard for as long as its settings say', () => {
  const fallen = [{ source: 'east', heardAt: at(-61) }]
  expect(judged({ settings: MINUTE, heard: -61 })).toEqual({ fallen, ended: [], next: undefined })
  expect(judged({ settings: MINUTE, heard: -61, listening: -61 }).fallen).toEqual(fallen)
})

test.each<[string, Case]>([
  ['is not told twice', { settings: MINUTE, heard: -90, stale: -90 }],
  ['stays so when the process starts again', { settings: MINUTE, heard: -90, stale: -90, listening: 0 }],
  ['stays so when the clock is set back', { settings: MINUTE, heard: 3600, stale: 3600 }],
])('a silent source %s', (_, given) => {
  expect(judged(given)).toEqual({ fallen: [], ended: [], next: undefined })
})

test.each<[string, Case, string]>([
  ['it was heard again', { settings: MINUTE, heard: -1, stale: -90 }, 'heard'],
  ['a clock that was set back heard it', { settings: MINUTE, heard: -3600, stale: -90 }, 'heard'],
  ['it may be silent for longer now', { settings: { staleAfter: '2m' }, heard: -90, stale: -90 }, 'settings'],
  ['nobody waits for it any more', { heard: -90, stale: -90 }, 'settings'],
  ['it was removed', { settings: MINUTE, stale: -90 }, 'delete'],
])('a silence ends when %s', (_, given, cause) => {
  expect(judged(given)).toMatchObject({ fallen: [], ended: [{ source: 'east', cause }] })
})

test('of several sources the next one that can fall silent says when to look again', () => {
  const { fallen, next } = judgeSilence({
    sourceSettings: ImmutableMap({ east: MINUTE, west: { staleAfter: '5m' }, north: { staleAfter: '2m' } }),
    staleSources: ImmutableMap(),
    lastHeard: new Map([
      ['east', at(-90)],
      ['west', at(-90)],
      ['north', at(-90)],
    ]),
    listeningSince: 0,
    now: NOON,
  })
  expect(fallen).toMatchObject([{ source: 'east' }])
  expect(next).toBe(31_000)
})
