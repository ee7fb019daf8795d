import type { Command } from 'commander'
import { DEFAULT_WHEN_STALE } from '../model/control.ts'
import type { SourceSummary } from '../operations/sources.ts'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { type Terminal, table } from './terminal.ts'

/** `vicinity sources`: who pushes, and of whom nothing is heard any more. */
export function addSources(program: Command, terminal: Terminal): void {
  const command = program
    .command('sources')
    .description('list the sources, when they were last heard, and which are silent')
    .option('--json', 'print them as a JSON list')
  withConnection(command).action(async ({ json, ...connection }: ConnectionOptions & { json?: boolean }) => {
    const sources = await connect(connection, terminal).sources()
    if (json) terminal.out(JSON.stringify(sources, undefined, 2))
    else for (const line of sourcesLines(sources, terminal)) terminal.out(line)
  })
}

function sourcesLines(sources: readonly SourceSummary[], terminal: Pick<Terminal, 'tone'>): string[] {
  if (sources.length === 0) return ['there is no source']
  const [header = '', ...rows] = table(
    ['SOURCE', 'ENTRIES', 'REVISION', 'HEARD', 'STATE'],
    sources.map(one => [
      one.source,
      one.parts.map(({ part, entries }) => `${entries} ${part}`).join(', '),
      String(Math.max(...one.parts.map(({ revision }) => revision))),
      one.heardAt ?? '-',
      stateOf(one),
    ]),
  )
  const lines = rows.map((row, index) => (sources[index]?.stale ? terminal.tone('warning', row) : row))
  return [terminal.tone('faint', header), ...lines]
}

function stateOf({ stale, settings: { staleAfter, whenStale = DEFAULT_WHEN_STALE } }: SourceSummary): string {
  if (stale !== null) return `silent since ${stale.since} (${whenStale})`
  return staleAfter === undefined ? '-' : `heard within ${staleAfter}`
}
