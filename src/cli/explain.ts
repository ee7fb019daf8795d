import type { Command } from 'commander'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { explanationLines } from './explanation-lines.ts'
import { splitService } from './service-name.ts'
import type { Terminal } from './terminal.ts'
import { wholeNumber } from './whole-number.ts'
import { zoneArgument } from './zone-argument.ts'

interface ExplainFlags extends ConnectionOptions {
  readonly port?: number
  readonly region?: string
  readonly zone?: string
  readonly subzone?: string
  readonly node?: string
  readonly source?: string
  readonly network?: string
  readonly revision?: number
  readonly all?: boolean
  readonly json?: boolean
}

/** `vicinity explain`: who gets which endpoints of a service, and why. */
export function addExplain(program: Command, terminal: Terminal): void {
  const command = program
    .command('explain')
    .alias('assignment')
    .description('show a service as seen from one viewpoint: which endpoints, in which order, and why')
    .argument('<service>', 'namespace/name, or the name of one in the namespace default')
    .option('--zone <zone>', 'where the question stands: the zone, or region/zone')
    .option('--region <region>', 'the region of that zone, where several have one of that name')
    .option('--subzone <subzone>', 'the part of that zone')
    .option('--node <name>', 'the Kubernetes node of the question')
    .option('--source <source>', 'the source of the question')
    .option('--network <network>', "the network of the question (default: the source's)")
    .option('--port <port>', "the service's port, where it has several", wholeNumber)
    .option('--revision <revision>', 'as it was at that revision (default: now)', wholeNumber)
    .option('--all', 'list every endpoint, however many there are')
    .option('--json', "print the server's answer as JSON")
  withConnection(command).action(async (service: string, flags: ExplainFlags) => {
    const { port, subzone: subZone, node, source, network, revision } = flags
    const { zone, region } = zoneArgument(flags.zone ?? '', flags.region)
    const [namespace, name] = splitService(service)
    const query = { port, region, zone: zone || undefined, subZone, node, source, network, revision }
    const answer = await connect(flags, terminal).assignment(namespace, name, query)
    if (flags.json) terminal.out(JSON.stringify(answer, undefined, 2))
    else for (const line of explanationLines(answer, terminal, { all: flags.all })) terminal.out(line)
  })
}
