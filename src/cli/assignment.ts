import type { Command } from 'commander'
import { formatAddress } from '../address.ts'
import type { Explanation } from '../operations/explain-assignment.ts'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { printable, type Terminal, table } from './terminal.ts'

interface AssignmentFlags extends ConnectionOptions {
  readonly port?: string
  readonly region?: string
  readonly zone?: string
  readonly node?: string
  readonly source?: string
  readonly revision?: string
  readonly json?: boolean
}

/** `vicinity assignment`: who gets which endpoints of a service, and why. */
export function addAssignment(program: Command, terminal: Terminal): void {
  const command = program
    .command('assignment')
    .description('show a service as seen from one viewpoint: which endpoints, in which order, and why')
    .argument('<service>', 'namespace/name, or the name of one in the namespace default')
    .option('--zone <zone>', 'where the question stands')
    .option('--region <region>', 'the region of that zone, where several have one of that name')
    .option('--node <name>', 'the Kubernetes node of the question')
    .option('--source <source>', 'the source of the question')
    .option('--port <port>', "the service's port, where it has several")
    .option('--revision <revision>', 'as it was at that revision (default: now)')
    .option('--json', "print the server's answer as JSON")
  withConnection(command).action(async (service: string, flags: AssignmentFlags) => {
    const { port, region, zone, node, source, revision } = flags
    const [namespace, name] = splitService(service)
    const query = { port, region, zone, node, source, revision }
    const answer = await connect(flags).assignment(namespace, name, query)
    if (flags.json) terminal.out(JSON.stringify(answer, undefined, 2))
    else for (const line of assignmentLines(answer, terminal)) terminal.out(line)
  })
}

function splitService(text: string): [string, string] {
  const at = text.indexOf('/')
  return at < 0 ? ['default', text] : [text.slice(0, at), text.slice(at + 1)]
}

function assignmentLines(answer: Explanation, terminal: Pick<Terminal, 'tone'>): string[] {
  const { region, zone, subZone, node, source } = answer.viewpoint
  const place = [region, zone, subZone].filter(Boolean).join('/') || 'an unknown zone'
  const viewpoint = [place, node && `node ${node}`, source && `source ${source}`].filter(Boolean).join(', ')
  const [header = '', ...rows] = table(
    ['PRIORITY', 'SHARE', 'WEIGHT', 'ENDPOINT', 'ADDRESS', 'ZONE', 'NODE', 'SOURCE', 'REASON'],
    answer.endpoints.map(one => [
      one.priority === null ? '-' : String(one.priority),
      one.chosen ? `${Math.round(one.share * 1000) / 10}%` : '-',
      String(one.weight),
      one.name,
      formatAddress({ host: one.address, port: one.port }),
      [one.region, one.zone, one.subZone].filter(Boolean).join('/') || '-',
      one.node || '-',
      one.source,
      one.reason,
    ]),
  )
  return [
    printable(`${answer.service} port ${answer.port} from ${viewpoint}, revision ${answer.revision}`),
    printable(`${answer.mode}: ${answer.rule}`),
    ...answer.notes.map(note => terminal.tone('warning', printable(`note: ${note}`))),
    '',
    terminal.tone('faint', header),
    ...rows.map((row, index) => (answer.endpoints[index]?.chosen ? terminal.tone('added', row) : row)),
  ]
}
