import type { Command } from 'commander'
import type { ZoneList, ZoneSummary } from '../operations/zones/list-zones.ts'
import type { ZoneServiceList } from '../operations/zones/zone-services.ts'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import { percent } from './percent.ts'
import { splitService } from './service-name.ts'
import { printable, type Terminal, table } from './terminal.ts'
import { wholeNumber } from './whole-number.ts'
import { zoneArgument } from './zone-argument.ts'

interface ZonesFlags extends ConnectionOptions {
  readonly service?: string
  readonly region?: string
  readonly limit: number
  readonly json?: boolean
}

/** `vicinity zones`: who stands where, and how many requests stay in their zone. */
export function addZones(program: Command, terminal: Terminal): void {
  const command = program
    .command('zones')
    .description('list the zones: who stands there, and how many of their requests are expected to stay')
    .argument('[zone]', 'list the services of this one (or region/zone), the worst first')
    .option('--region <region>', 'the region of that zone, where several have one of that name')
    .option('--service <service>', 'endpoints and shares of this one alone: namespace/name, or web')
    .option('--limit <count>', 'how many are shown', wholeNumber, 50)
    .option('--json', "print the server's answer as JSON")
  withConnection(command).action(async (given: string | undefined, flags: ZonesFlags) => {
    const { service, limit } = flags
    if (given !== undefined && service !== undefined)
      throw new CommandFailure(EXIT.usage, '--service is for the list of zones')
    if (given === undefined && flags.region !== undefined)
      throw new CommandFailure(EXIT.usage, '--region needs the zone that it is of')
    const client = connect(flags, terminal)
    const show = <T>(answer: T, lines: (answer: T, terminal: Pick<Terminal, 'tone'>) => string[]) => {
      if (flags.json) terminal.out(JSON.stringify(answer, undefined, 2))
      else for (const line of lines(answer, terminal)) terminal.out(line)
    }
    if (given !== undefined) {
      const { zone, region } = zoneArgument(given, flags.region)
      show(await client.zoneServices(zone, { region, limit, sort: 'inZoneShare' }), serviceLines)
    } else show(await client.zones({ service: service && splitService(service).join('/'), limit }), zoneLines)
  })
}

function zoneLines({ items, total, inZoneShare }: ZoneList, { tone }: Pick<Terminal, 'tone'>): string[] {
  if (items.length === 0) return ['no zone is known']
  const [header = '', ...rows] = table(
    ['ZONE', 'PROXIES', 'DEMAND', 'ENDPOINTS', 'CPUS', 'IN ZONE', ''],
    items.map(one => [
      zoneName(one),
      String(one.proxies),
      short(one.demand),
      String(one.endpoints),
      one.capacity === null ? '-' : short(one.capacity),
      percent(one.inZoneShare),
      drainedText(one),
    ]),
  )
  return [
    tone('faint', header),
    ...rows.map((row, index) => (items[index]?.drained ? tone('warning', row) : row)),
    ...remaining(total - items.length, { tone }),
    `in zone over all: ${percent(inZoneShare)}`,
  ]
}

function zoneName({ region, zone }: { readonly region: string; readonly zone: string }): string {
  return [region, zone].filter(Boolean).join('/')
}

function drainedText({ drained }: ZoneSummary): string {
  if (drained === null) return ''
  return drained.reason === undefined ? 'drained' : `drained (${drained.reason})`
}

/** Rates and CPUs have more digits than say something. */
function short(amount: number): string {
  return String(Math.round(amount * 100) / 100)
}

function serviceLines(
  { items, total, ...place }: ZoneServiceList,
  { tone }: Pick<Terminal, 'tone'>,
): string[] {
  const head = printable(`requests from zone ${zoneName(place)} at revision ${place.revision}`)
  if (items.length === 0) return [head, 'no service is known there']
  const [header = '', ...rows] = table(
    ['SERVICE', 'PORT', 'MODE', 'ENDPOINTS', 'IN ZONE'],
    items.map(({ service, source, port, mode, endpoints, inZoneShare }) => [
      source === undefined ? service : `${service} of ${source}`,
      String(port),
      mode,
      String(endpoints),
      percent(inZoneShare),
    ]),
  )
  return [head, tone('faint', header), ...rows, ...remaining(total - items.length, { tone })]
}

function remaining(count: number, { tone }: Pick<Terminal, 'tone'>): string[] {
  return count > 0 ? [tone('faint', `… and ${count} more; --limit shows them`)] : []
}
