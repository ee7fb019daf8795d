import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { ClientError } from '../client/client-error.ts'
import { addBackup } from './backup.ts'
import { addBootstrap } from './bootstrap.ts'
import { addConfig } from './config.ts'
import { addCopy } from './copy.ts'
import { addDrain } from './drain.ts'
import { EXIT, EXIT_HELP, exitCodeOf } from './exit-code.ts'
import { addExplain } from './explain.ts'
import { addHeartbeat } from './heartbeat.ts'
import { addNacks } from './nacks.ts'
import { addProxies } from './proxies.ts'
import { addPush } from './push.ts'
import { addRoutes } from './routes.ts'
import { addServe } from './serve.ts'
import { addSimulate } from './simulate.ts'
import { addSources } from './sources.ts'
import { printable, type Terminal } from './terminal.ts'
import { addTraffic } from './traffic.ts'
import { addVerify } from './verify.ts'
import { addZones } from './zones.ts'

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

/** Runs `vicinity ARGS` and answers its exit code. Beside the terminal only `serve` knows of the process. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await programOf(terminal).parseAsync(args, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    return error instanceof CommanderError ? usageCode(error) : report(error, terminal)
  }
}

function programOf(terminal: Terminal): Command {
  const program = new Command('vicinity')
    .description('An xDS control plane that keeps traffic in its zone')
    .version(version)
    .exitOverride()
    // What comes behind a command is the command's.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: text => terminal.out(text.replace(/\n$/, '')),
      writeErr: text => terminal.err(text.replace(/\n$/, '')),
    })
    .showHelpAfterError('(--help says more)')
    .addHelpText('after', EXIT_HELP)
  addServe(program, terminal)
  addBootstrap(program, terminal)
  addPush(program, terminal)
  addZones(program, terminal)
  addDrain(program, terminal)
  addExplain(program, terminal)
  addSimulate(program, terminal)
  addTraffic(program, terminal)
  addRoutes(program, terminal)
  addProxies(program, terminal)
  addNacks(program, terminal)
  addConfig(program, terminal)
  addSources(program, terminal)
  addHeartbeat(program, terminal)
  addBackup(program, terminal)
  addVerify(program, terminal)
  addCopy(program, terminal)
  return program
}

/** Commander has said what was wrong; help and version are no errors. */
function usageCode(error: CommanderError): number {
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage
}

/** Users get what went wrong, never a stack trace. */
function report(error: unknown, terminal: Terminal): number {
  const message = error instanceof Error ? error.message : String(error)
  for (const line of message.split('\n')) terminal.err(`vicinity: ${printable(line)}`)
  if (error instanceof ClientError) {
    for (const { pointer, detail } of error.problems)
      terminal.err(printable(`  ${pointer || '/'}: ${detail}`))
  }
  return exitCodeOf(error)
}
