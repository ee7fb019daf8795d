import { Command } from 'commander'
import { addServe } from '../../src/cli/serve.ts'
import type { ServeFlags } from '../../src/config.ts'

/** What `vicinity` makes of a container's arguments: the flags of `serve`, and whatever it does not know. */
export function serveArguments([command, ...args]: readonly string[]): {
  readonly unknown: readonly string[]
  readonly flags: ServeFlags
} {
  const program = new Command()
  addServe(program, { environment: {} })
  const serve = program.commands.find(one => one.name() === command)
  if (!serve) return { unknown: [`${command}`], flags: {} }
  const { operands, unknown } = serve.parseOptions(args)
  return { unknown: [...operands, ...unknown], flags: serve.opts<ServeFlags>() }
}
