import { pushOf, type ServerFigures } from '../compare/figures.ts'
import { markdownTable } from '../compare/markdown-table.ts'
import { OURS } from '../compare/ratios.ts'
import type { Growth } from './growth.ts'
import type { HistoryFigures } from './history.ts'
import type { JoiningFigures } from './joining.ts'
import { slopesOf } from './slopes.ts'

/** What grew, in numbers, with what is to hold of it. */
export function growthTables({ services, streams, joining, history }: Growth): string {
  return [
    ...(services
      ? [ladder('services', services.figures, one => one.workload.services), flatness(services.figures)]
      : []),
    ...(streams
      ? [ladder('streams', streams.figures, one => one.workload.streams), slopesText(streams.figures)]
      : []),
    ...(joining ? [joiningTable(joining.figures)] : []),
    ...(history ? [historyTable(history.figures)] : []),
  ]
    .filter(text => text !== '')
    .join('\n\n')
}

function ladder(
  growing: string,
  figures: readonly ServerFigures[],
  size: (figures: ServerFigures) => number,
): string {
  const headings = [
    '1 changed: CPU s',
    'p99 ms',
    '100 changed: CPU s',
    'p99 ms',
    'memory MiB',
    'ready p99 ms',
  ]
  return markdownTable(
    [growing, 'server', ...headings],
    figures.map(one => [
      size(one),
      one.server,
      ...[1, 100].flatMap(changed => {
        const push = pushOf(one, changed)
        return [push?.cpuSeconds.toFixed(3) ?? '–', push?.ms.p99.toFixed(0) ?? '–']
      }),
      one.rssMiB.ready,
      one.ready.ms.p99.toFixed(0),
    ]),
  )
}

/** A push must cost what has changed, however much there is: within 1.3 times from the fewest services to the most. */
export function flatness(figures: readonly ServerFigures[]): string {
  const ours = figures.filter(one => one.server === OURS)
  const [fewest, most] = [ours[0], ours.at(-1)]
  const [from, to] = [fewest && pushOf(fewest, 1)?.cpuSeconds, most && pushOf(most, 1)?.cpuSeconds]
  if (!fewest || !most || !from || to === undefined) return ''
  const ratio = to / from
  const sizes = `${most.workload.services} services to that with ${fewest.workload.services}`
  return `CPU per push of one change with ${sizes}: ${ratio.toFixed(2)} ≤ 1.3 ${ratio <= 1.3 ? '✓' : '✗'}`
}

/** What one more stream costs Vicinity. */
function slopesText(figures: readonly ServerFigures[]): string {
  const slopes = slopesOf(figures)
  if (!slopes) return ''
  const { memoryKiB, readyCpuMs, pushCpuUs, pushHundredCpuUs } = slopes
  return `One more stream costs Vicinity ${memoryKiB.toFixed(0)} KiB of memory, ${readyCpuMs.toFixed(1)} ms of CPU until it is ready, ${pushCpuUs.toFixed(0)} µs when one service changes and ${pushHundredCpuUs.toFixed(0)} µs when 100 change: slopes of straight lines through all sizes.`
}

function historyTable(history: readonly HistoryFigures[]): string {
  return markdownTable(
    [
      'entry rows',
      '1 changed: CPU s',
      'p99 ms',
      '100 changed: CPU s',
      'p99 ms',
      'memory MiB',
      'database MiB',
    ],
    history.map(one => [
      one.rows,
      ...one.pushes.flatMap(push => [push.cpuSeconds.toFixed(3), push.ms.p99.toFixed(0)]),
      one.rssMiB,
      one.databaseMiB,
    ]),
  )
}

function joiningTable(joining: readonly JoiningFigures[]): string {
  return markdownTable(
    ['server', 'while', 'quiet p50 / p99 ms', 'meanwhile p50 / p99 ms', 'p99: meanwhile / quiet', 'pushes'],
    joining.map(one => {
      const ratio = one.meanwhile.p99 / one.quiet.p99
      const judged = one.server === OURS ? ` < 3 ${ratio < 3 ? '✓' : '✗'}` : ''
      const both = ({ p50, p99 }: typeof one.quiet) => `${p50.toFixed(0)} / ${p99.toFixed(0)}`
      return [
        one.server,
        `${one.joining} join ${one.streams} with ${one.services} services each, ready after ${(Math.max(...one.readyP99Ms) / 1_000).toFixed(1)} s`,
        both(one.quiet),
        both(one.meanwhile),
        `${ratio.toFixed(2)}${judged}`,
        one.pushesMeanwhile,
      ]
    }),
  )
}
