import type { Command } from 'commander'
import { nameOf } from '../store/location.ts'
import { locationOf } from './database.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import { Stopwatch } from './measures.ts'
import type { Terminal } from './terminal.ts'
import { problemLines, rowsText } from './verify.ts'

/** `vicinity copy`: moves to another form of the database, with history. */
export function addCopy(program: Command, { out }: Pick<Terminal, 'out'>): void {
  program
    .command('copy')
    .description(
      'bring a database with all its history into another, empty one: to move to PostgreSQL, or back',
    )
    .requiredOption('--from <url>', 'sqlite:PATH, which nobody may serve meanwhile, or postgres://…')
    .requiredOption('--to <url>', 'sqlite:PATH or postgres://…: an empty database, or none yet')
    .action(async (flags: { from: string; to: string }) => {
      const [from, to] = [locationOf('--from', flags.from), locationOf('--to', flags.to)]
      if (nameOf(from) === nameOf(to))
        throw new CommandFailure(EXIT.usage, '--from and --to are the same database')
      const [{ openUpkeep }, { copy }] = await Promise.all([
        import('../store/upkeep/open-upkeep.ts'),
        import('../store/upkeep/copy.ts'),
      ])
      const stopwatch = new Stopwatch()
      const copied = await copy(await openUpkeep(from, 'copy'), await openUpkeep(to, 'copy'))
      if (copied.outcome === 'not-empty') {
        const reason = `${nameOf(to)} is not empty (table ${copied.table}): nothing is ever replaced`
        throw new CommandFailure(EXIT.refused, `${reason}; drop what is there, or take another database`)
      }
      const { verification } = copied
      if (copied.outcome === 'damaged') {
        const lines = [...problemLines(verification), `${nameOf(from)} is not sound: nothing was copied`]
        throw new CommandFailure(EXIT.failed, lines.join('\n'))
      }
      const { revision } = verification
      out(`copied and verified: revision ${revision}, ${rowsText(verification)}, in ${stopwatch}`)
      if (copied.sourceHead !== revision) {
        const missing = `${nameOf(from)} went on to revision ${copied.sourceHead}`
        throw new CommandFailure(
          EXIT.conflict,
          `${missing}, and the copy ends at ${revision}: stop what writes to it`,
        )
      }
    })
}
