import type { EntryChange } from '../operations/history.ts'
import { jsonDifferences } from './json-difference.ts'
import { printable, type Terminal, valueText } from './terminal.ts'

const SIGNS = { added: '+', removed: '-', updated: '~' } as const

/** The most lines about one entry. */
const LINES_PER_ENTRY = 20

/** A change as lines: the entry, and of an updated one each field before and after. */
export function changeLines(change: EntryChange, terminal: Pick<Terminal, 'tone'>): string[] {
  const name = [change.namespace, change.name].filter(text => text !== '').join('/')
  const title = printable(`${SIGNS[change.change]} ${change.kind} ${name}`)
  const lines = [terminal.tone(change.change, title)]
  if (change.change !== 'updated') return lines
  const differences = jsonDifferences(change.before, change.after)
  for (const { path, before, after } of differences.slice(0, LINES_PER_ENTRY)) {
    const values = [before, after].map(valueText)
    lines.push(
      `    ${printable(path)}: ${terminal.tone('removed', values[0] ?? '')} → ${terminal.tone('added', values[1] ?? '')}`,
    )
  }
  const more = differences.length - LINES_PER_ENTRY
  if (more > 0) lines.push(terminal.tone('faint', `    … and ${more} more`))
  return lines
}
