import { type Command, Option } from 'commander'
import type { Client } from '../client/client.ts'
import type { ProxyStatus } from '../model/proxies.ts'
import { RESOURCE_TYPE_NAMES, RESOURCE_TYPES, type ResourceType } from '../model/resource-types.ts'
import { configurationLines, differenceLines, resourceTable } from './configuration-lines.ts'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import { findProxies } from './find-proxies.ts'
import type { Terminal } from './terminal.ts'
import { wholeNumber } from './whole-number.ts'

const PROXY = 'its id, the beginning of it, or its node id'

interface ConfigFlags extends ConnectionOptions {
  readonly type?: ResourceType
  readonly name?: string
  readonly revision?: number
  readonly names?: boolean
  readonly json?: boolean
}

interface DiffFlags extends ConnectionOptions {
  readonly type?: ResourceType
  readonly from: number
  readonly to?: number
  readonly json?: boolean
}

/** `vicinity config`: what a proxy has, or would have had; `vicinity config diff`: how that changed. */
export function addConfig(program: Command, terminal: Terminal): void {
  const command = program
    .command('config')
    .description('show what a connected proxy has, as Envoy JSON, or would have had at a revision')
    .enablePositionalOptions()
    .argument('<proxy>', PROXY)
    .addOption(typeOption())
    .option('--name <name>', 'only the resources of this name')
    .option(
      '--revision <revision>',
      'what it would have had at that revision (default: what it has)',
      wholeNumber,
    )
    .option('--names', 'list the resources without their messages')
    .option('--json', "print the server's answer as JSON")
  withConnection(command).action(async (given: string, flags: ConfigFlags) => {
    const { type, name, revision, names } = flags
    const client = connect(flags, terminal)
    const { id } = await theProxy(client, given, type)
    const query = { type, name, revision, contents: names ? 'false' : undefined }
    const answer = await client.configuration(id, query)
    if (flags.json) terminal.out(JSON.stringify(answer, undefined, 2))
    else {
      const lines = names ? resourceTable(answer, terminal) : configurationLines(answer, terminal)
      for (const line of lines) terminal.out(line)
    }
  })
  addDiff(command, terminal)
}

function addDiff(config: Command, terminal: Terminal): void {
  const command = config
    .command('diff')
    .description('show how what a connected proxy is sent differs between two revisions')
    .argument('<proxy>', PROXY)
    .requiredOption('--from <revision>', 'the older one; 0 is the empty database', wholeNumber)
    .option('--to <revision>', 'the newer one (default: the newest)', wholeNumber)
    .addOption(typeOption())
    .option('--json', "print the server's answer as JSON")
  withConnection(command).action(async (given: string, flags: DiffFlags) => {
    const { type, from, to } = flags
    const client = connect(flags, terminal)
    const { id } = await theProxy(client, given, type)
    const answer = await client.configurationDiff(id, { type, from, to })
    if (flags.json) terminal.out(JSON.stringify(answer, undefined, 2))
    else for (const line of differenceLines(answer, terminal)) terminal.out(line)
  })
}

function typeOption(): Option {
  return new Option('--type <type>', 'only resources of this type').choices(RESOURCE_TYPE_NAMES)
}

/** An Envoy with a stream for each type is as many proxies: of these the one that is asked about. */
async function theProxy(client: Client, given: string, type: ResourceType | undefined): Promise<ProxyStatus> {
  const found = await findProxies(client, given)
  const [one, ...others] = type === undefined ? found : found.filter(proxy => isSubscribed(proxy, type))
  if (one !== undefined && others.length === 0) return one
  const which = found.map(({ id, node, form }) => `\n  ${id}  ${node}  ${form}`).join('')
  const what = one === undefined ? `none of these asks for ${type}` : `${given} may be any of these`
  throw new CommandFailure(EXIT.refused, `${what}:${which}`)
}

function isSubscribed({ types }: ProxyStatus, type: ResourceType): boolean {
  return types.some(({ typeUrl }) => typeUrl === RESOURCE_TYPES[type])
}
