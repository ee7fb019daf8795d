import { pushOf, type ServerFigures } from './figures.ts'

/** One thing that is compared: less is better. */
export interface Column {
  readonly key: string
  readonly heading: string
  /** Digits after the point of a value. */
  readonly digits: number
  of(figures: ServerFigures): number | undefined
}

/** Those that have targets. */
export const COMPARED: readonly Column[] = [
  {
    key: 'oneCpu',
    heading: '1 changed: CPU per push, s',
    digits: 3,
    of: one => pushOf(one, 1)?.cpuSeconds,
  },
  { key: 'oneP99', heading: '1 changed: p99, ms', digits: 0, of: one => pushOf(one, 1)?.ms.p99 },
  {
    key: 'manyCpu',
    heading: '100 changed: CPU per push, s',
    digits: 3,
    of: one => pushOf(one, 100)?.cpuSeconds,
  },
  { key: 'manyP99', heading: '100 changed: p99, ms', digits: 0, of: one => pushOf(one, 100)?.ms.p99 },
  { key: 'readyP99', heading: 'time to ready: p99, ms', digits: 0, of: one => one.ready.ms.p99 },
  { key: 'readyCpu', heading: 'CPU to ready, s', digits: 2, of: one => one.ready.cpuSeconds },
  { key: 'rss', heading: 'memory with all streams, MiB', digits: 0, of: one => one.rssMiB.ready },
  {
    key: 'reconnectCpu',
    heading: 'reconnect with versions: CPU, s',
    digits: 2,
    of: one => one.reconnect?.cpuSeconds,
  },
]

/** What else is good to know. */
export const BESIDE: readonly Column[] = [
  { key: 'oneP50', heading: '1 changed: p50, ms', digits: 0, of: one => pushOf(one, 1)?.ms.p50 },
  {
    key: 'oneBytes',
    heading: '1 changed: bytes per stream',
    digits: 0,
    of: one => pushOf(one, 1)?.bytesPerStream,
  },
  { key: 'manyP50', heading: '100 changed: p50, ms', digits: 0, of: one => pushOf(one, 100)?.ms.p50 },
  {
    key: 'manyBytes',
    heading: '100 changed: bytes per stream',
    digits: 0,
    of: one => pushOf(one, 100)?.bytesPerStream,
  },
  { key: 'readyP50', heading: 'time to ready: p50, ms', digits: 0, of: one => one.ready.ms.p50 },
  {
    key: 'readyBytes',
    heading: 'bytes per stream until ready',
    digits: 0,
    of: one => one.ready.bytesPerStream,
  },
  { key: 'rssEmpty', heading: 'memory without streams, MiB', digits: 0, of: one => one.rssMiB.empty },
  { key: 'rssEnd', heading: 'memory in the end, MiB', digits: 0, of: one => one.rssMiB.end },
  {
    key: 'reconnectBytes',
    heading: 'reconnect with versions: bytes resent',
    digits: 0,
    of: one => one.reconnect?.bytesResent,
  },
]
