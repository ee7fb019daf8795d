import type { Command } from 'commander'
import { databaseOf } from '../config.ts'
import type { Verification } from '../store/upkeep/verify.ts'
import { locationOf, withDatabase } from './database.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import { Stopwatch } from './measures.ts'
import type { Terminal } from './terminal.ts'

/** `vicinity verify`: is what the database keeps consistent with itself? Beside `serve` or without it. */
export function addVerify(program: Command, { environment, out }: Terminal): void {
  const command = program
    .command('verify')
    .description(
      'check a database: its file, digests, intervals, revisions; reads only, while it is served or not',
    )
  withDatabase(command).action(async (flags: { database?: string }) => {
    const location = locationOf('--database', databaseOf(flags, environment))
    const [{ openUpkeep }, { verify }] = await Promise.all([
      import('../store/upkeep/open-upkeep.ts'),
      import('../store/upkeep/verify.ts'),
    ])
    const stopwatch = new Stopwatch()
    const upkeep = await openUpkeep(location, 'verify')
    const found = await upkeep.atMoment(verify, { own: false })
    const looked = `revision ${found.revision}: ${rowsText(found)}, in ${stopwatch}`
    if (found.problemCount === 0) out(`sound at ${looked}`)
    else throw new CommandFailure(EXIT.failed, [...problemLines(found), `not sound at ${looked}`].join('\n'))
  })
}

export function problemLines({ problems, problemCount }: Verification): string[] {
  const rest = problemCount - problems.length
  return rest === 0 ? [...problems] : [...problems, `and ${rest} more`]
}

export function rowsText({ rows }: Pick<Verification, 'rows'>): string {
  return `${rows.entry} entries, ${rows.part} intervals of parts, ${rows.revision} revisions`
}
