import { type Command, Option } from 'commander'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import { splitService } from './service-name.ts'
import { simulationLines } from './simulation-lines.ts'
import type { Terminal } from './terminal.ts'
import { wholeNumber } from './whole-number.ts'

interface SimulateFlags extends ConnectionOptions {
  readonly loseZone: readonly string[]
  readonly loseSource: readonly string[]
  readonly loseEndpoint: readonly string[]
  readonly drain: readonly string[]
  readonly undrain: readonly string[]
  readonly silent: readonly string[]
  readonly demand: readonly string[]
  readonly revision?: number
  readonly file?: string
  readonly limit: number
  readonly json?: boolean
}

/** `vicinity simulate`: what would become of the requests to services, had some things changed. */
export function addSimulate(program: Command, terminal: Terminal): void {
  const command = program
    .command('simulate')
    .description('show where requests would go if zones, sources, endpoints, settings or demand changed')
    .argument('[service]', 'only this one, zone by zone: namespace/name, or a name in the namespace default')
    .addOption(repeated('--lose-zone <zone>', 'a zone whose endpoints fail (zone, or region/zone)'))
    .addOption(repeated('--lose-source <source>', 'a source that is gone with all that it pushed'))
    .addOption(
      repeated('--lose-endpoint <service/name>', 'an endpoint that fails: web/web-1, team/web/web-1'),
    )
    .addOption(repeated('--drain <zone>', 'a zone whose endpoints are the last that anybody is sent to'))
    .addOption(repeated('--undrain <zone>', 'a zone that is no longer drained'))
    .addOption(repeated('--silent <source>', 'a source of whose pusher nothing is heard for too long'))
    .addOption(repeated('--demand <zone=number>', 'how much a zone asks, beside what the others do'))
    .option('--revision <revision>', 'of the state as it was then (default: now)', wholeNumber)
    .option('--file <file>', 'more changes, in YAML or JSON, as POST /v1/simulations takes them')
    .option('--limit <count>', 'how many services are shown, those first that change most', wholeNumber, 50)
    .option('--json', "print the server's answer as JSON")
  withConnection(command).action(async (service: string | undefined, flags: SimulateFlags) => {
    const simulation = { ...(await simulationOf(flags, terminal)), ...(service !== undefined && { service }) }
    const query = { sort: '-moved', limit: flags.limit }
    const answer = await connect(flags, terminal).simulate(simulation, query)
    if (flags.json) terminal.out(JSON.stringify(answer, undefined, 2))
    else for (const line of simulationLines(answer, service !== undefined, terminal)) terminal.out(line)
  })
}

function repeated(flags: string, description: string): Option {
  const collected = (value: string, before: readonly string[]) => [...before, value]
  return new Option(flags, `${description}; may be repeated`).argParser(collected).default([], 'none')
}

/** What the flags say goes before, or is put to, what the file says. */
async function simulationOf(flags: SimulateFlags, terminal: Terminal): Promise<object> {
  const file = flags.file === undefined ? {} : await readChanges(flags.file, terminal)
  const lose = isFields(file.lose) ? file.lose : {}
  const lost = {
    ...listed(lose, 'zones', flags.loseZone),
    ...listed(lose, 'sources', flags.loseSource),
    ...listed(lose, 'endpoints', flags.loseEndpoint.map(lostEndpoint)),
  }
  const demand = Object.fromEntries(flags.demand.map(zoneDemand))
  return {
    ...file,
    ...(Object.keys(lost).length > 0 && { lose: { ...lose, ...lost } }),
    ...listed(file, 'drain', flags.drain),
    ...listed(file, 'undrain', flags.undrain),
    ...listed(file, 'silent', flags.silent),
    ...(flags.demand.length > 0 && { demand: { ...(isFields(file.demand) && file.demand), ...demand } }),
    ...(flags.revision !== undefined && { revision: flags.revision }),
  }
}

type Fields = Readonly<Record<string, unknown>>

/** A list of a file with what flags say put to it; nothing where they say nothing. */
function listed(fields: Fields, field: string, more: readonly unknown[]): Fields {
  const said = fields[field]
  return more.length > 0 ? { [field]: [...(Array.isArray(said) ? said : []), ...more] } : {}
}

async function readChanges(path: string, terminal: Terminal): Promise<Fields> {
  // The YAML parser is loaded only where it is needed.
  const { openFile, readFile, parseDocuments } = await import('./pushed-documents.ts')
  const documents = parseDocuments(await readFile(await openFile(path, terminal)))
  const [first] = documents
  if (documents.length === 1 && isFields(first?.value)) return first.value
  throw new CommandFailure(EXIT.refused, `--file: ${path} must be one document with the changes`)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Names of endpoints may have a slash, those of services have none: "web/web-1", "team/web/web-1". */
function lostEndpoint(text: string): object {
  const parts = text.split('/')
  const name = parts.pop() ?? ''
  if (parts.length === 0 || parts.length > 2 || name === '')
    throw usage('--lose-endpoint', text, 'a service and the name of an endpoint, such as web/web-1')
  return { service: splitService(parts.join('/')).join('/'), name }
}

function zoneDemand(text: string): [string, number] {
  const match = /^([^=]+)=([0-9]+(?:\.[0-9]+)?)$/.exec(text)
  if (match === null) throw usage('--demand', text, 'a zone and a number, such as zone-b=3')
  return [match[1] ?? '', Number(match[2])]
}

function usage(flag: string, text: string, expected: string): CommandFailure {
  return new CommandFailure(EXIT.usage, `${flag}: "${text}" is not ${expected}`)
}
