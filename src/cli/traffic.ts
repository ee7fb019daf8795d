import type { Command } from 'commander'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import { revisionTrafficLines } from './revision-traffic-lines.ts'
import { splitService } from './service-name.ts'
import type { Terminal } from './terminal.ts'
import { trafficLines } from './traffic-lines.ts'
import { wholeNumber } from './whole-number.ts'

interface TrafficFlags extends ConnectionOptions {
  readonly from?: string
  readonly to?: string
  readonly step?: string
  readonly revision?: number
  readonly window?: string
  readonly sort?: string
  readonly limit: number
  readonly json?: boolean
}

/** `vicinity traffic`: how many requests went where, by what proxies report. */
export function addTraffic(program: Command, terminal: Terminal): void {
  const command = program
    .command('traffic')
    .description('show how many requests stay in their zone, as proxies count them, and what the others cost')
    .argument('[service]', 'of this one alone: namespace/name, or web')
    .option('--from <time>', 'RFC 3339, or so long ago: -24h (default: an hour before --to)')
    .option('--to <time>', 'RFC 3339, or so long ago (default: now)')
    .option('--step <length>', 'show every so long by itself, too: 5m, 1h, 1d')
    .option(
      '--revision <number>',
      'what this revision changed: predicted, and measured before and after',
      wholeNumber,
    )
    .option('--window <length>', 'with --revision: how long is measured (default: 1h)')
    .option('--sort <field>', 'services by this field, -field for the greatest first')
    .option('--limit <count>', 'how many services are shown', wholeNumber, 20)
    .option('--json', "print the server's answer as JSON")
  withConnection(command).action(async (given: string | undefined, flags: TrafficFlags) => {
    requireOneKind(flags)
    const { from, to, step, revision, window, limit } = flags
    const service = given === undefined ? undefined : splitService(given).join('/')
    const client = connect(flags, terminal)
    const show = <T>(answer: T, lines: (answer: T) => string[]) => {
      if (flags.json) terminal.out(JSON.stringify(answer, undefined, 2))
      else for (const line of lines(answer)) terminal.out(line)
    }
    if (revision !== undefined) {
      const query = { service, window, limit, sort: flags.sort ?? '-moved' }
      show(await client.revisionTraffic(revision, query), answer => revisionTrafficLines(answer, terminal))
      return
    }
    const query = { service, from, to, step, limit, sort: flags.sort ?? '-requests' }
    const shown = { isOfOne: service !== undefined, bySteps: step !== undefined }
    show(await client.traffic(query), answer => trafficLines(answer, shown, terminal))
  })
}

function requireOneKind({ revision, window, from, to, step }: TrafficFlags): void {
  if (revision === undefined && window !== undefined)
    throw new CommandFailure(EXIT.usage, '--window needs the --revision that it is around')
  if (revision !== undefined && [from, to, step].some(one => one !== undefined))
    throw new CommandFailure(
      EXIT.usage,
      '--revision says the time by itself: --window in place of --from, --to, --step',
    )
}
