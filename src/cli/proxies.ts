import type { Command } from 'commander'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import { findProxies } from './find-proxies.ts'
import { proxiesLines, proxyLines } from './proxy-lines.ts'
import type { Terminal } from './terminal.ts'

interface ProxiesFlags extends ConnectionOptions {
  readonly node?: string
  readonly gateway?: string
  readonly zone?: string
  readonly json?: boolean
}

/** `vicinity proxies`: who is connected, and what was sent, acknowledged and rejected. */
export function addProxies(program: Command, terminal: Terminal): void {
  const command = program
    .command('proxies')
    .description(
      'list the connected proxies: what was sent, acknowledged and rejected, and how far behind each is',
    )
    .argument('[proxy]', 'say more of this one: its id, the beginning of it, or a node id')
    .option('--node <id>', 'only this node id')
    .option('--gateway <gateway>', 'only those of this gateway')
    .option('--zone <zone>', 'only those in this zone')
    .option('--json', 'print them as a JSON list')
  withConnection(command).action(async (given: string | undefined, flags: ProxiesFlags) => {
    const { node, gateway, zone } = flags
    if (given !== undefined && [node, gateway, zone].some(filter => filter !== undefined))
      throw new CommandFailure(EXIT.usage, '--node, --gateway and --zone are for the list of proxies')
    const client = connect(flags, terminal)
    const proxies =
      given === undefined ? await client.proxies({ node, gateway, zone }) : await findProxies(client, given)
    if (flags.json) {
      terminal.out(JSON.stringify(proxies, undefined, 2))
      return
    }
    for (const line of proxiesLines(proxies, terminal)) terminal.out(line)
    if (given !== undefined) for (const one of proxies) for (const line of proxyLines(one)) terminal.out(line)
  })
}
