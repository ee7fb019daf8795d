import type { Command } from 'commander'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { epochOption } from './epoch-option.ts'
import type { Terminal } from './terminal.ts'

interface HeartbeatFlags extends ConnectionOptions {
  readonly epoch?: number
}

/** `vicinity heartbeat`: says nothing where all is well, as cron wants it. */
export function addHeartbeat(program: Command, terminal: Terminal): void {
  const command = program
    .command('heartbeat')
    .description('tell that the pusher of a source is there, though it has nothing new to say')
    .argument('<source>', 'the source')
    .addOption(epochOption())
  withConnection(command).action(async (source: string, { epoch, ...connection }: HeartbeatFlags) => {
    await connect(connection, terminal).heartbeat(source, { epoch })
  })
}
