import { isIP } from 'node:net'
import { type Command, Option } from 'commander'
import { type Address, isLoopback, parseAddress } from '../address.ts'
import { DEFAULTS } from '../config.ts'
import { readToken } from './connection.ts'
import { BOOTSTRAP_FORMS, type BootstrapForm, envoyBootstrap } from './envoy-bootstrap.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

interface BootstrapFlags {
  readonly id: string
  readonly zone: string
  readonly region?: string
  readonly gateway: string
  readonly xds: string
  readonly node?: string
  readonly source?: string
  readonly network?: string
  readonly admin?: string
  readonly tokenFile?: string
  readonly form: BootstrapForm
}

/** `vicinity bootstrap`: prints the configuration with which an Envoy starts. */
export function addBootstrap(program: Command, terminal: Terminal): void {
  program
    .command('bootstrap')
    .description('print an Envoy bootstrap (JSON, which is YAML too): vicinity bootstrap … > envoy.yaml')
    .requiredOption('--id <id>', 'node id')
    .requiredOption('--zone <zone>', 'where the Envoy stands')
    .option('--region <region>', 'the region of that zone')
    .requiredOption('--gateway <gateway>', 'which gateway it serves: edge, or team/edge')
    .option('--xds <host:port>', 'where Vicinity serves xDS', DEFAULTS.xds)
    .option('--node <name>', "the Kubernetes node's name")
    .option('--source <source>', 'the source that it belongs to')
    .option('--network <network>', "the network that it is on, where that is not its source's")
    .option('--admin <host:port>', "Envoy's admin interface, on a loopback address (default: none)")
    .option(
      '--token-file <file>',
      'file with the token that the Envoy shows; it is written into the bootstrap',
    )
    .addOption(
      new Option('--form <form>', 'how the Envoy speaks: in changes, or in states of the world (sotw)')
        .choices(BOOTSTRAP_FORMS)
        .default('delta'),
    )
    .option('--no-load-reports', 'the Envoy does not report what it sends where')
    .action((flags: BootstrapFlags) => {
      const xds = address('--xds', flags.xds)
      const admin = flags.admin === undefined ? undefined : address('--admin', flags.admin)
      // Whoever reaches it may read keys and stop the Envoy.
      if (admin && !isLoopback(admin.host))
        throw new CommandFailure(EXIT.usage, `--admin: ${flags.admin} is not a loopback address`)
      if (admin && isIP(admin.host) === 0)
        throw new CommandFailure(EXIT.usage, '--admin: must be an address, such as 127.0.0.1:9901')
      const token = flags.tokenFile === undefined ? undefined : readToken(flags.tokenFile)
      terminal.out(JSON.stringify(envoyBootstrap({ ...flags, xds, admin, token }), undefined, 2))
    })
}

function address(flag: string, text: string): Address {
  const parsed = parseAddress(text)
  if (typeof parsed === 'string') throw new CommandFailure(EXIT.usage, `${flag}: ${parsed}`)
  return parsed
}
