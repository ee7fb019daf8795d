#!/usr/bin/env node
import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { ClientError } from '../client/client-error.ts'
import { addBootstrap } from './bootstrap.ts'
import { addDrain } from './drain.ts'
import { EXIT, EXIT_HELP, exitCodeOf } from './exit-code.ts'
import { addExplain } from './explain.ts'
import { addHeartbeat } from './heartbeat.ts'
import { addProxies } from './proxies.ts'
import { addPush } from './push.ts'
import { addRoutes } from './routes.ts'
import { addServe } from './serve.ts'
import { addSimulate } from './simulate.ts'
import { addSources } from './sources.ts'
import { printable, processTerminal } from './terminal.ts'
import { addZones } from './zones.ts'

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }
const terminal = processTerminal()

const program = new Command('vicinity')
  .description('An xDS control plane that keeps traffic in its zone')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(--help says more)')
  .addHelpText('after', EXIT_HELP)
addServe(program)
addBootstrap(program, terminal)
addPush(program, terminal)
addZones(program, terminal)
addDrain(program, terminal)
addExplain(program, terminal)
addSimulate(program, terminal)
addRoutes(program, terminal)
addProxies(program, terminal)
addSources(program, terminal)
addHeartbeat(program)

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = error instanceof CommanderError ? usageCode(error) : report(error)
}

/** Commander has said what was wrong; help and version are no errors. */
function usageCode(error: CommanderError): number {
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage
}

/** Users get what went wrong, never a stack trace. */
function report(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error)
  for (const line of message.split('\n')) terminal.err(`vicinity: ${printable(line)}`)
  if (error instanceof ClientError) {
    for (const { pointer, detail } of error.problems)
      terminal.err(printable(`  ${pointer || '/'}: ${detail}`))
  }
  return exitCodeOf(error)
}
