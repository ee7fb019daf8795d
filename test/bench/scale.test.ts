import { expect, test } from 'vitest'
import { scaleTables } from '../../bench/page/scale.ts'
import type { Results } from '../../bench/results-file.ts'
import { figuresOf } from './figures.ts'

const machine = { cores: 2, cpu: 'some', memoryGiB: 1, system: '', node: '', go: '', load: 0 }
const part = { measured: '', right: true, title: '', at: '2026-01-01', commit: 'abc', machine }
const MIB = 2 ** 20

function change(changed: number, messages: number, cpuMs: number) {
  return { changed, messages, bytes: messages * 500, sendCpuMs: cpuMs, ackCpuMs: 0 }
}

const fanOut = {
  ...part,
  figures: [
    {
      name: 'all concerned, small',
      services: 1_000,
      streams: 1_000,
      bytesPerStream: 40 * 1024,
      rss: 100 * MIB,
      firstSync: { cpuMsPerStream: 2, bytesPerStream: MIB },
      changes: [change(1, 1_000, 50), change(100, 1_000, 200)],
    },
    {
      name: '1 % concerned',
      services: 10_000,
      streams: 10_000,
      bytesPerStream: 10 * 1024,
      rss: 500 * MIB,
      firstSync: { cpuMsPerStream: 1, bytesPerStream: MIB / 10 },
      changes: [change(1, 100, 14.9), change(100, 10_000, 500)],
    },
    {
      name: 'all concerned',
      services: 10_000,
      streams: 500,
      bytesPerStream: 200 * 1024,
      rss: 1_000 * MIB,
      firstSync: { cpuMsPerStream: 20, bytesPerStream: 8 * MIB },
      changes: [change(1, 500, 25), change(100, 500, 100)],
    },
  ],
}
function streamsOf(streams: number) {
  const figures = figuresOf({ server: 'vicinity', services: 1_000, streams })
  const push = (changed: number, us: number) => ({
    changed,
    ms: figures.ready.ms,
    cpuSeconds: 0.02 + us * streams * 1e-6,
    bytesPerStream: 1,
    responsesPerStream: 1,
    repetitions: [],
  })
  return {
    ...figures,
    ready: { ...figures.ready, cpuSeconds: 0.3 + 0.005 * streams },
    rssMiB: { empty: 200, ready: 200 + streams * (100 / 1024), end: 200 },
    pushes: [push(1, 80), push(100, 300)],
  }
}

const streams = { figures: [10, 100, 1_000].map(streamsOf), at: '', commit: '', machine }
const store = { ...part, forms: [{ form: 'SQLite' }] }
const RESULTS = { growth: { streams }, parts: { 'fan-out': fanOut, store } } as Results

function result(text: string | undefined, what: string): string | undefined {
  const row = text?.split('\n').find(line => line.startsWith(`| ${what}`))
  return row?.split(' | ').at(-1)?.replace(' |', '')
}

test('what was measured for a stream is projected to ten thousand of them', () => {
  const text = scaleTables(RESULTS)
  expect(result(text, 'one service changes, all concerned')).toBe('0.80 s')
  // 10,000 × (20 ms + 8 MiB × 3 ms): gRPC adds 5 ms − 2 ms for the MiB of the small plan.
  expect(result(text, 'first sync of all, every Envoy gets everything')).toBe('440 s')
  expect(result(text, 'memory of all streams')).toBe('2.5 GiB')
})

test('a stream that a change does not concern costs what is left after those that it does', () => {
  // 14.9 ms less 100 messages of 50 µs, over 9,900 streams.
  expect(scaleTables(RESULTS)).toContain('| u | CPU per stream that a change does not concern | 1 µs |')
})

test('nothing is projected from what was not measured', () => {
  expect(scaleTables({ growth: { streams } })).toBeUndefined()
})
