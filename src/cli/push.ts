import type { Command } from 'commander'
import type { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import type { WriteAnswer } from '../operations/write-answer.ts'
import { changeLines } from './change-lines.ts'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { CommandFailure, EXIT, exitCodeOf } from './exit-code.ts'
import type { MergedPush } from './pushed-files.ts'
import { printable, type Terminal } from './terminal.ts'

interface PushFlags extends ConnectionOptions {
  readonly source: string
  readonly wait?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `vicinity push`: replaces what a source says by what stands in files. */
export function addPush(program: Command, terminal: Terminal): void {
  const command = program
    .command('push')
    .description('push topology, routes or both from YAML or JSON; what the files leave out goes')
    .argument('<file...>', 'documents are merged; - is standard input')
    .requiredOption('--source <source>', 'whose topology and routes these are')
    .option('--wait <duration>', 'wait (at most 60s) until the connected proxies have it, such as 10s')
    .option('--dry-run', 'validate and say what would change, but store nothing')
    .option('--json', "print the server's answer as JSON")
  withConnection(command).action(async (files: string[], flags: PushFlags) => {
    const wait = flags.wait === undefined ? undefined : parseWait(flags.wait)
    const client = connect(flags)
    // The YAML parser is loaded only where it is needed.
    const { mergeDocuments, readDocuments } = await import('./pushed-files.ts')
    const documents = (await Promise.all(files.map(readDocuments))).flat()
    const merged = mergeDocuments(documents)
    const options = { dryRun: flags.dryRun ?? false, wait }
    const answer = await client
      .push(flags.source, merged.part, merged.document, options)
      .catch(error => rethrowLocated(error, merged))
    if (flags.json) terminal.out(JSON.stringify(answer, undefined, 2))
    else await show(answer, merged, client, terminal)
    requireConvergence(answer)
  })
}

const LONGEST_WAIT = 60

function parseWait(text: string): number {
  const match = /^([0-9]{1,3})(s|m)?$/.exec(text)
  const seconds = match ? Number(match[1]) * (match[2] === 'm' ? 60 : 1) : Number.NaN
  if (seconds >= 0 && seconds <= LONGEST_WAIT) return seconds
  throw new CommandFailure(EXIT.usage, `--wait: "${text}" is not a duration up to 60s, such as 10s`)
}

/** Pointers into what was sent mean nothing to somebody who has three files. */
function rethrowLocated(error: unknown, merged: MergedPush): never {
  if (!(error instanceof ClientError) || error.problems.length === 0) throw error
  const problems = error.problems.map(({ pointer, detail }) => `${merged.locate(pointer)}: ${detail}`)
  throw new CommandFailure(exitCodeOf(error), [error.message, ...problems].join('\n'))
}

/** The most changed entries that are listed. */
const SHOWN_CHANGES = 50

async function show(
  answer: WriteAnswer,
  merged: MergedPush,
  client: Client,
  terminal: Terminal,
): Promise<void> {
  const { added, updated, removed } = answer.changed
  const counts = `${added} added, ${updated} updated, ${removed} removed`
  const what = `${merged.part} of ${answer.source}`
  if (answer.unchanged) {
    const since = answer.revision === null ? '' : ` since revision ${answer.revision}`
    terminal.out(`${what}: unchanged${since}`)
  } else if (answer.revision === null) {
    terminal.out(`${what}: would change: ${counts} (dry run, nothing was stored)`)
  } else {
    const { items, total } = await client.diff(answer.revision, { limit: SHOWN_CHANGES })
    for (const line of items.flatMap(change => changeLines(change, terminal))) terminal.out(line)
    if (total > items.length) terminal.out(terminal.tone('faint', `… and ${total - items.length} more`))
    terminal.out(`${what}: revision ${answer.revision}: ${counts}`)
  }
  for (const { pointer, detail } of answer.warnings) {
    terminal.err(terminal.tone('warning', printable(`warning: ${merged.locate(pointer)}: ${detail}`)))
  }
  if (answer.convergence) {
    const { proxies, acked, nacked, pending } = answer.convergence
    terminal.out(
      `proxies: ${proxies} concerned, ${acked} have it, ${nacked.length} rejected it, ${pending.length} pending`,
    )
  }
}

function requireConvergence({ convergence }: WriteAnswer): void {
  if (!convergence || (convergence.nacked.length === 0 && convergence.pending.length === 0)) return
  const lines = [
    ...convergence.nacked.map(({ node, typeUrl, detail }) => `${node} rejected ${typeUrl}: ${detail}`),
    ...convergence.pending.map(({ node }) => `${node} has not answered in time`),
  ]
  throw new CommandFailure(EXIT.notConverged, lines.join('\n'))
}
