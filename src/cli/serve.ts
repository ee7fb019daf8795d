import type { Command } from 'commander'
import { type Config, DEFAULTS, LOG_LEVELS, parseConfig, type ServeFlags } from '../config.ts'
import { boundNewSpace } from '../new-space.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

/** `vicinity serve`: runs a replica until SIGTERM or SIGINT. */
export function addServe(program: Command, { environment }: Pick<Terminal, 'environment'>): void {
  program
    .command('serve')
    .description('run a replica: REST for pushers, xDS for Envoys')
    .option(
      '--database <url>',
      `sqlite:PATH or sqlite::memory: (VICINITY_DATABASE; default: ${DEFAULTS.database})`,
    )
    .option('--rest <host:port>', `where the REST API listens (VICINITY_REST; default: ${DEFAULTS.rest})`)
    .option('--xds <host:port>', `where Envoys connect (VICINITY_XDS; default: ${DEFAULTS.xds})`)
    .option(
      '--admin-token-file <file>',
      'file with the admin token (or the token itself in VICINITY_ADMIN_TOKEN)',
    )
    .option(
      '--allow-empty',
      'serve a database without any revision to Envoys that have configuration already',
    )
    .option(
      '--max-connection-age <age>',
      'proxies connect again after at most this long, and so spread over all replicas (VICINITY_MAX_CONNECTION_AGE; ' +
        'default: never)',
    )
    .option(
      '--load-interval <age>',
      `how often proxies report what they send where (default: ${DEFAULTS.loadInterval})`,
    )
    .option(
      '--resource-ttl <age>',
      'proxies that know of times to live drop what they have when they have not heard from a replica for so long (default: ' +
        'never)',
    )
    .option(
      '--retain-routes <age>',
      `keep the history of routes for this long (default: ${DEFAULTS.retainRoutes})`,
    )
    .option(
      '--retain-topology <age>',
      `keep the history of topology for this long (default: ${DEFAULTS.retainTopology})`,
    )
    .option(
      '--retain-traffic <age>',
      `keep counts of requests between zones for this long (default: ${DEFAULTS.retainTraffic})`,
    )
    .option(
      '--traffic-prices <list>',
      'what a GB between zones, between regions, or from one zone to another costs, such as ' +
        'zone=0.01,region=0.02,r1/zone-a>r2/zone-b=0.05 (VICINITY_TRAFFIC_PRICES; default: not told)',
    )
    .option(
      '--log-level <level>',
      `${LOG_LEVELS.join(', ')} (VICINITY_LOG_LEVEL; default: ${DEFAULTS.logLevel})`,
    )
    .action(async (flags: ServeFlags) => {
      const parsed = parseConfig(flags, environment)
      if (!parsed.ok) throw new CommandFailure(EXIT.usage, parsed.problems.join('\n'))
      await serve(parsed.config)
    })
}

async function serve(config: Config): Promise<void> {
  boundNewSpace()
  // What only a server needs is loaded here, so that the other commands start fast.
  const [{ openLog }, { start }] = await Promise.all([import('../log.ts'), import('../control-plane.ts')])
  const log = openLog(config.logLevel)
  const stopped = stopSignal()
  if (config.adminToken === undefined)
    log.warn('no admin token was given: everybody on this machine may do everything')

  // The database may be long in coming.
  const giveUp = new AbortController()
  void stopped.then(() => giveUp.abort())
  const running = await start(config, log, { signal: giveUp.signal }).catch(error => {
    if (giveUp.signal.aborted) return undefined
    const reason = error instanceof Error ? error.message : String(error)
    throw new CommandFailure(EXIT.failed, `cannot start: ${reason}`)
  })
  if (running === undefined) process.exit(EXIT.ok)
  // Whoever started this waits for the line, however little else of the log is wanted.
  log.child({}, { level: 'info' }).info({ rest: running.rest, xds: running.xds, pid: process.pid }, 'ready')
  log.info({ signal: await stopped }, 'stopping')
  await running.close()
  log.info('stopped')
  process.exit(EXIT.ok)
}

/** The first signal asks for an orderly end; the second does not wait for it. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve(signal)
        process.once(signal, () => process.exit(EXIT.failed))
      })
    }
  })
}
