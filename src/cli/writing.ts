import type { Command } from 'commander'
import type { Client, WriteOptions } from '../client/client.ts'
import type { WriteAnswer } from '../operations/write-answer.ts'
import { changeLines } from './change-lines.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import { printable, type Terminal } from './terminal.ts'
import { warningLines } from './warning-lines.ts'

/** Flags of every command that writes, and how its answer is shown. */
export interface WritingFlags {
  readonly wait?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

export function withWriting(command: Command): Command {
  return command
    .option('--wait <duration>', 'wait (at most 60s) until the connected proxies have it, such as 10s')
    .option('--dry-run', 'validate and say what would change, but store nothing')
    .option('--json', "print the server's answer as JSON")
}

export function writeOptions({ wait, dryRun = false }: WritingFlags): WriteOptions {
  return { dryRun, wait: wait === undefined ? undefined : parseWait(wait) }
}

const LONGEST_WAIT = 60

function parseWait(text: string): number {
  const match = /^([0-9]{1,3})(s|m)?$/.exec(text)
  const seconds = match ? Number(match[1]) * (match[2] === 'm' ? 60 : 1) : Number.NaN
  if (seconds >= 0 && seconds <= LONGEST_WAIT) return seconds
  throw new CommandFailure(EXIT.usage, `--wait: "${text}" is not a duration up to 60s, such as 10s`)
}

/** The most changed entries that are listed, and the most of which somebody wants a list. */
const SHOWN_CHANGES = 50
const LISTED_UP_TO = 1000

/** What a write that was stored has changed, entry by entry. */
export async function showChanges(
  { revision, changed: { added, updated, removed } }: WriteAnswer,
  client: Client,
  terminal: Terminal,
): Promise<void> {
  if (revision === null || added + updated + removed > LISTED_UP_TO) return
  const { items, total } = await client.diff(revision, { limit: SHOWN_CHANGES })
  for (const line of items.flatMap(change => changeLines(change, terminal))) terminal.out(line)
  if (total > items.length) terminal.out(terminal.tone('faint', `… and ${total - items.length} more`))
}

/** What is odd about it, and how far the proxies are. */
export function showAftermath(
  { warnings, convergence }: WriteAnswer,
  locate: (pointer: string) => string,
  terminal: Terminal,
): void {
  for (const line of warningLines(warnings, locate)) terminal.err(terminal.tone('warning', printable(line)))
  if (convergence === undefined) return
  const { proxies, acked, nacked } = convergence
  const rejecting = new Set(nacked.map(one => one.proxy)).size
  // Of very many only some are named.
  const pending = proxies - acked - rejecting
  terminal.out(
    `proxies: ${proxies} concerned, ${acked} have it, ${rejecting} rejected it, ${pending} pending`,
  )
}

/** Fails where a proxy that was waited for does not have it. */
export function requireConvergence({ convergence }: WriteAnswer): void {
  if (!convergence || (convergence.nacked.length === 0 && convergence.pending.length === 0)) return
  const lines = [
    ...convergence.nacked.map(({ node, typeUrl, detail }) => `${node} rejected ${typeUrl}: ${detail}`),
    ...convergence.pending.map(({ node }) => `${node} has not answered in time`),
  ]
  throw new CommandFailure(EXIT.notConverged, lines.join('\n'))
}
