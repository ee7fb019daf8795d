import { BESIDE, COMPARED, type Column } from './columns.ts'
import type { ServerFigures } from './figures.ts'
import { markdownTable } from './markdown-table.ts'
import { OURS, ratioOf, type Spread, spreadOfServer } from './ratios.ts'
import { sizeOf, targetsOf } from './targets.ts'

/** The ratios of all sizes, and for each size what every server showed. */
export function comparisonTables(figures: readonly ServerFigures[]): string {
  const sizes = [...new Set(figures.map(one => sizeOf(one.workload)))]
  const ofSize = (size: string) => figures.filter(one => sizeOf(one.workload) === size)
  return [
    ...summary(sizes.map(ofSize)),
    ratioTable(sizes.map(ofSize)),
    ...sizes.flatMap(size => [`**${size}**`, valueTable(ofSize(size))]),
  ].join('\n\n')
}

/** How many of the targets are met, and which are not. */
function summary(sizes: readonly (readonly ServerFigures[])[]): string[] {
  const judged = sizes.flatMap(figures =>
    COMPARED.flatMap(column => {
      const ratio = ratioOf(column, figures)
      const target = figures[0] && targetsOf(figures[0].workload)[column.key]
      if (!ratio || !figures[0] || target === undefined) return []
      const name = `${sizeOf(figures[0].workload)} ${withoutUnit(column)} (${ratioText(ratio)} ≤ ${target})`
      return [{ name, isMet: ratio.median <= target }]
    }),
  )
  if (judged.length === 0) return []
  const missed = judged.filter(one => !one.isMet).map(one => one.name)
  const not = missed.length === 0 ? '' : ` Not met: ${missed.join('; ')}.`
  return [`${judged.length - missed.length} of ${judged.length} targets are met.${not}`]
}

function withoutUnit({ heading }: Column): string {
  return heading.replace(/, (s|ms|MiB)$/, '')
}

/** A row for each size, a column for each thing: the ratio, its spread, what is to be reached, and whether it is. */
function ratioTable(sizes: readonly (readonly ServerFigures[])[]): string {
  const headings = COMPARED.map(withoutUnit)
  return markdownTable(
    ['services × streams', ...headings],
    sizes.map(figures => [
      figures[0] ? sizeOf(figures[0].workload) : '',
      ...COMPARED.map(column => judged(column, figures)),
    ]),
  )
}

function judged(column: Column, figures: readonly ServerFigures[]): string {
  const ratio = ratioOf(column, figures)
  const target = figures[0] && targetsOf(figures[0].workload)[column.key]
  if (!ratio) return '–'
  if (target === undefined) return ratioText(ratio)
  return `${ratioText(ratio)} ≤ ${target} ${ratio.median <= target ? '✓' : '✗'}`
}

function ratioText({ median, min, max, runs }: Spread): string {
  const digits = median < 0.1 ? 3 : 2
  const spread = runs > 1 ? ` (${min.toFixed(digits)}–${max.toFixed(digits)})` : ''
  return `**${median.toFixed(digits)}**${spread}`
}

/** A row for each thing, a column for each server: medians over the runs. */
function valueTable(figures: readonly ServerFigures[]): string {
  const servers = [OURS, ...new Set(figures.map(one => one.server).filter(name => name !== OURS))]
  return markdownTable(
    ['median of the runs', ...servers, 'ratio to the best peer'],
    [...COMPARED, ...BESIDE].map(column => {
      const ratio = ratioOf(column, figures)
      const values = servers.map(server =>
        spreadOfServer(column, figures, server)?.median.toFixed(column.digits),
      )
      return [column.heading, ...values.map(value => value ?? '–'), ratio ? ratioText(ratio) : '–']
    }),
  )
}
