import type { Command } from 'commander'
import { databaseOf } from '../config.ts'
import { locationOf, withDatabase } from './database.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import { Stopwatch, sizeText } from './measures.ts'
import type { Terminal } from './terminal.ts'

interface BackupFlags {
  readonly database?: string
  readonly force?: boolean
}

/** `vicinity backup`: a copy of one moment, while `serve` runs. */
export function addBackup(program: Command, { environment, out }: Terminal): void {
  const command = program
    .command('backup')
    .description('copy a SQLite database into a file, while it is served or not')
    .argument('<file>', 'the copy: start on it to restore')
    .option('--force', 'replace the file where there is one')
  withDatabase(command).action(async (file: string, flags: BackupFlags) => {
    const location = locationOf('--database', databaseOf(flags, environment))
    const { openUpkeep } = await import('../store/upkeep/open-upkeep.ts')
    const stopwatch = new Stopwatch()
    const upkeep = await openUpkeep(location, 'backup')
    const done = await upkeep.backup(file, { replace: flags.force ?? false })
    if (done.outcome === 'refused') throw new CommandFailure(EXIT.refused, `no backup: ${done.reason}`)
    out(`${file}: revision ${done.revision}, ${sizeText(done.bytes)}, in ${stopwatch}`)
  })
}
