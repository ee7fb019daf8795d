import type { Command } from 'commander'
import type { Client } from '../client/client.ts'
import type { WriteAnswer } from '../operations/write-answer.ts'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { printable, type Terminal } from './terminal.ts'
import { requireConvergence, showAftermath, type WritingFlags, withWriting, writeOptions } from './writing.ts'
import { zoneArgument } from './zone-argument.ts'

interface DrainFlags extends ConnectionOptions, WritingFlags {
  readonly region?: string | undefined
  readonly reason?: string
}

type Send = (client: Client, zone: string, flags: DrainFlags) => Promise<WriteAnswer>

/** `vicinity drain` and `vicinity undrain`: an operator empties a zone, and takes it back. */
export function addDrain(program: Command, terminal: Terminal): void {
  const drain = program
    .command('drain')
    .description("make a zone's endpoints the last step for everyone, its own proxies included")
    .option('--reason <text>', 'why, for those who look at the zone')
  addOrder(drain, terminal, 'is drained', 'would be drained', (client, zone, { region, reason, ...flags }) =>
    client.drainZone(zone, { region, reason }, writeOptions(flags)),
  )
  const undrain = program
    .command('undrain')
    .description('take the endpoints of a drained zone as all others again')
  addOrder(
    undrain,
    terminal,
    'is not drained',
    'would not be drained',
    (client, zone, { region, ...flags }) => client.undrainZone(zone, { region }, writeOptions(flags)),
  )
}

function addOrder(command: Command, terminal: Terminal, outcome: string, wouldBe: string, send: Send): void {
  command
    .argument('<zone>', 'the zone, or region/zone')
    .option('--region <region>', 'its region, where several have a zone of that name')
  withConnection(withWriting(command)).action(async (given: string, flags: DrainFlags) => {
    const { zone, region } = zoneArgument(given, flags.region)
    const answer = await send(connect(flags, terminal), zone, { ...flags, region })
    if (flags.json) terminal.out(JSON.stringify(answer, undefined, 2))
    else {
      const state = flags.dryRun ? wouldBe : outcome
      terminal.out(printable(`zone ${zone} ${state}${remarkOf(answer, flags)}`))
      showAftermath(answer, () => `zone ${zone}`, terminal)
    }
    requireConvergence(answer)
  })
}

function remarkOf({ unchanged, revision }: WriteAnswer, { dryRun }: DrainFlags): string {
  if (unchanged) return ': nothing changed'
  return dryRun ? ' (dry run, nothing was stored)' : `: revision ${revision}`
}
