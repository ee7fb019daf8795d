import type { Command } from 'commander'
import type { ProxyStatus } from '../model/proxies.ts'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { printable, type Terminal, table } from './terminal.ts'

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
    .description('list the connected proxies')
    .option('--node <id>', 'only this node id')
    .option('--gateway <gateway>', 'only those of this gateway')
    .option('--zone <zone>', 'only those in this zone')
    .option('--json', 'print them as a JSON list')
  withConnection(command).action(async (flags: ProxiesFlags) => {
    const { node, gateway, zone } = flags
    const proxies = await connect(flags, terminal).proxies({ node, gateway, zone })
    if (flags.json) terminal.out(JSON.stringify(proxies, undefined, 2))
    else for (const line of proxiesLines(proxies, terminal)) terminal.out(line)
  })
}

function proxiesLines(proxies: readonly ProxyStatus[], terminal: Pick<Terminal, 'tone'>): string[] {
  if (proxies.length === 0) return ['no proxy is connected']
  const [header = '', ...rows] = table(
    ['NODE', 'GATEWAY', 'ZONE', 'STATE', 'REVISION', 'REPLICA', 'PEER', 'CONNECTED', 'ID'],
    proxies.map(proxy => [
      proxy.node,
      proxy.gateway,
      [proxy.viewpoint.region, proxy.viewpoint.zone].filter(Boolean).join('/') || '-',
      stateOf(proxy),
      String(proxy.revision),
      proxy.replica,
      proxy.peer,
      proxy.connectedAt,
      proxy.id,
    ]),
  )
  return [
    terminal.tone('faint', header),
    ...rows.flatMap((row, index) => [row, ...remarks(proxies[index], terminal)]),
  ]
}

function stateOf(proxy: ProxyStatus): string {
  if (proxy.types.some(type => type.rejected)) return 'rejected'
  return proxy.synced ? 'synced' : 'pending'
}

function remarks(proxy: ProxyStatus | undefined, terminal: Pick<Terminal, 'tone'>): string[] {
  const rejections = proxy?.types.flatMap(({ typeUrl, rejected }) =>
    rejected ? [`rejected ${typeUrl.split('.').at(-1)}: ${rejected.detail}`] : [],
  )
  return [...(proxy?.warnings ?? []), ...(rejections ?? [])].map(text =>
    terminal.tone('warning', printable(`    ${text}`)),
  )
}
