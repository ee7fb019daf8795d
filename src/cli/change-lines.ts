import type { EntryChange } from '../operations/history.ts'
import { jsonDifferences, type NameOf, ownName } from './json-difference.ts'
import { printable, type Terminal, valueText } from './terminal.ts'

const SIGNS = { added: '+', removed: '-', updated: '~' } as const

/** The most lines about one thing that changed. */
const LINES_PER_CHANGE = 20

type Change = Pick<EntryChange, 'change' | 'before' | 'after'>

/** A change of an entry as lines. */
export function changeLines(change: EntryChange, terminal: Pick<Terminal, 'tone'>): string[] {
  const name = [change.namespace, change.name].filter(text => text !== '').join('/')
  return linesOfChange(`${change.kind} ${name}`, change, terminal)
}

/** The title, and of an update each field before and after. `nameOf`: what members of lists are matched by. */
export function linesOfChange(
  title: string,
  { change, before, after }: Change,
  { tone }: Pick<Terminal, 'tone'>,
  nameOf: NameOf = ownName,
): string[] {
  const lines = [tone(change, printable(`${SIGNS[change]} ${title}`))]
  if (change !== 'updated') return lines
  const differences = jsonDifferences(before, after, nameOf)
  for (const { path, before, after } of differences.slice(0, LINES_PER_CHANGE)) {
    const [was, is] = [tone('removed', valueText(before)), tone('added', valueText(after))]
    lines.push(`    ${printable(path)}: ${was} → ${is}`)
  }
  const more = differences.length - LINES_PER_CHANGE
  if (more > 0) lines.push(tone('faint', `    … and ${more} more`))
  return lines
}
