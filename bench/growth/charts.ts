import { type PushFigures, pushOf, type ServerFigures } from '../compare/figures.ts'
import type { Chart } from '../page/chart.ts'
import type { Growth } from './growth.ts'
import type { HistoryFigures } from './history.ts'

/** Pictures of the curves by their names; log axes, so that a straight line is a power. */
export function growthCharts({ services, streams, history }: Growth): Record<string, Chart[]> {
  return {
    ...(services && { services: chartsOf(services.figures, 'services', one => one.workload.services) }),
    ...(streams && { streams: chartsOf(streams.figures, 'streams', one => one.workload.streams) }),
    ...(history && { history: historyCharts(history.figures) }),
  }
}

type Figure = (figures: ServerFigures) => number | undefined

function chartsOf(
  figures: readonly ServerFigures[],
  growing: string,
  size: (figures: ServerFigures) => number,
): Chart[] {
  const servers = [...new Set(figures.map(one => one.server))]
  const line = (name: string, server: string, of: Figure) => ({
    name,
    points: figures
      .filter(one => one.server === server)
      .map(one => [size(one), of(one) ?? 0] as const)
      .filter(([, value]) => value > 0),
  })
  const x = { label: growing, log: true }
  const simple = (title: string, label: string, of: Figure): Chart => {
    return { title, x, y: { label, log: true }, series: servers.map(server => line(server, server, of)) }
  }
  const byChange = (title: string, label: string, of: (changed: number) => Figure): Chart => {
    const series = servers.flatMap(server =>
      [1, 100].map(changed => line(`${server}, ${changed}`, server, of(changed))),
    )
    return { title, x, y: { label, log: true }, series }
  }
  return [
    byChange(
      'CPU per push, 1 and 100 changed',
      'seconds',
      changed => one => pushOf(one, changed)?.cpuSeconds,
    ),
    byChange('Push to receipt, p99, 1 and 100 changed', 'ms', changed => one => pushOf(one, changed)?.ms.p99),
    simple('Memory with all streams', 'MiB', one => one.rssMiB.ready),
    simple('Time to ready, p99', 'ms', one => one.ready.ms.p99),
  ]
}

function historyCharts(history: readonly HistoryFigures[]): Chart[] {
  const x = { label: 'entry rows', log: true }
  const line = (name: string, of: (one: HistoryFigures) => number) => ({
    name,
    points: history.map(one => [one.rows, of(one)] as const).filter(([, value]) => value > 0),
  })
  const byChange = (title: string, label: string, of: (push: PushFigures) => number): Chart => ({
    title,
    x,
    y: { label, log: true },
    series: [1, 100].map(changed =>
      line(`${changed} changed`, one => {
        const found = one.pushes.find(push => push.changed === changed)
        return found ? of(found) : 0
      }),
    ),
  })
  return [
    byChange('CPU per push', 'seconds', push => push.cpuSeconds),
    byChange('Push to receipt, p99', 'ms', push => push.ms.p99),
    {
      title: 'Memory and database',
      x,
      y: { label: 'MiB', log: true },
      series: [line('memory', one => one.rssMiB), line('database', one => one.databaseMiB)],
    },
  ]
}
