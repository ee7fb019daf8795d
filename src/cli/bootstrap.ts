import { isIP } from 'node:net'
import { type Command, Option } from 'commander'
import { type Address, isLoopback, parseAddress } from '../address.ts'
import { DEFAULTS } from '../config.ts'
import { PROXY_FORMS, type ProxyForm } from '../model/proxies.ts'
import { REFRESH_DELAY } from '../model/rest-polling.ts'
import { readToken } from './connection.ts'
import { envoyBootstrap } from './envoy-bootstrap.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import { grpcBootstrap } from './grpc-bootstrap.ts'
import type { RestTarget } from './rest-bootstrap.ts'
import type { Terminal } from './terminal.ts'
import { wholeNumber } from './whole-number.ts'

interface BootstrapFlags {
  readonly id: string
  readonly zone: string
  readonly region?: string
  readonly gateway?: string
  readonly xds: string
  readonly node?: string
  readonly source?: string
  readonly network?: string
  readonly admin?: string
  readonly tokenFile?: string
  readonly form: ProxyForm
  readonly rest: string
  readonly refreshDelay: number
  readonly tlsCa: string
  readonly grpc?: boolean
}

/** `vicinity bootstrap`: prints the configuration with which an Envoy, or a gRPC client, starts. */
export function addBootstrap(program: Command, terminal: Terminal): void {
  program
    .command('bootstrap')
    .description('print an Envoy bootstrap (JSON, which is YAML too): vicinity bootstrap … > envoy.yaml')
    .option(
      '--grpc',
      'print the bootstrap of a gRPC client or server instead, for GRPC_XDS_BOOTSTRAP to name',
    )
    .requiredOption('--id <id>', 'node id')
    .requiredOption('--zone <zone>', 'where it stands')
    .option('--region <region>', 'the region of that zone')
    .option('--gateway <gateway>', 'which gateway the Envoy serves: edge, or team/edge')
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
      new Option(
        '--form <form>',
        'how the Envoy speaks: in changes or in states of the world (sotw), over one stream or several, or by HTTP requests',
      )
        .choices(PROXY_FORMS)
        .default('delta'),
    )
    .option(
      '--rest <target>',
      'where Vicinity serves REST, for --form rest: HOST:PORT, or https://HOST for functions',
      DEFAULTS.rest,
    )
    .option(
      '--refresh-delay <seconds>',
      'how often an Envoy asks by REST; it takes up to twice as long',
      wholeNumber,
      REFRESH_DELAY.default,
    )
    .option(
      '--tls-ca <file>',
      'certificates that the Envoy trusts, on its machine, for https',
      '/etc/ssl/certs/ca-certificates.crt',
    )
    .option('--no-load-reports', 'the Envoy does not report what it sends where')
    .action((flags: BootstrapFlags) => {
      const bootstrap = flags.grpc ? grpcBootstrapOf(flags) : envoyBootstrapOf(flags)
      terminal.out(JSON.stringify(bootstrap, undefined, 2))
    })
}

function envoyBootstrapOf({ gateway, ...flags }: BootstrapFlags): object {
  if (gateway === undefined)
    throw new CommandFailure(EXIT.usage, '--gateway: say which gateway the Envoy serves, such as edge')
  const xds = address('--xds', flags.xds)
  const admin = flags.admin === undefined ? undefined : address('--admin', flags.admin)
  // Whoever reaches it may read keys and stop the Envoy.
  if (admin && !isLoopback(admin.host))
    throw new CommandFailure(EXIT.usage, `--admin: ${flags.admin} is not a loopback address`)
  if (admin && isIP(admin.host) === 0)
    throw new CommandFailure(EXIT.usage, '--admin: must be an address, such as 127.0.0.1:9901')
  const token = flags.tokenFile === undefined ? undefined : readToken(flags.tokenFile)
  const rest = flags.form === 'rest' ? restTarget(flags) : undefined
  return envoyBootstrap({ ...flags, gateway, xds, admin, token, rest })
}

function grpcBootstrapOf({ gateway, admin, tokenFile, ...flags }: BootstrapFlags): object {
  if (gateway !== undefined) throw new CommandFailure(EXIT.usage, '--gateway: a gRPC client serves none')
  if (admin !== undefined) throw new CommandFailure(EXIT.usage, '--admin: is of Envoys, gRPC has none')
  // gRFC A97: the only credentials of calls that a bootstrap may name are JWTs, and only over TLS.
  if (tokenFile !== undefined)
    throw new CommandFailure(
      EXIT.usage,
      '--token-file: a gRPC bootstrap has no place for a token; let gRPC clients reach an xDS address that asks for none',
    )
  return grpcBootstrap({ ...flags, xds: address('--xds', flags.xds) })
}

function restTarget({ rest, refreshDelay, tlsCa }: BootstrapFlags): RestTarget {
  if (refreshDelay < 1 || refreshDelay > REFRESH_DELAY.most)
    throw new CommandFailure(EXIT.usage, `--refresh-delay: must be 1 to ${REFRESH_DELAY.most} seconds`)
  if (!rest.startsWith('https://')) return { address: address('--rest', rest), refreshDelay }
  const url = URL.canParse(rest) ? new URL(rest) : undefined
  if (url === undefined || url.pathname !== '/' || url.search !== '' || isIP(url.hostname) !== 0)
    throw new CommandFailure(EXIT.usage, `--rest: "${rest}" is not https://HOST or https://HOST:PORT`)
  const port = url.port === '' ? 443 : Number(url.port)
  return { address: { host: url.hostname, port }, trustedCa: tlsCa, refreshDelay }
}

function address(flag: string, text: string): Address {
  const parsed = parseAddress(text)
  if (typeof parsed === 'string') throw new CommandFailure(EXIT.usage, `${flag}: ${parsed}`)
  return parsed
}
