import type { Command } from 'commander'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import type { Terminal } from './terminal.ts'

/** `vicinity heartbeat`: says nothing where all is well, as cron wants it. */
export function addHeartbeat(program: Command, terminal: Terminal): void {
  const command = program
    .command('heartbeat')
    .description('tell that the pusher of a source is there, though it has nothing new to say')
    .argument('<source>', 'the source')
  withConnection(command).action(async (source: string, flags: ConnectionOptions) => {
    await connect(flags, terminal).heartbeat(source)
  })
}
