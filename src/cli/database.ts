import type { Command } from 'commander'
import { DEFAULTS } from '../config.ts'
import { type Location, parseLocation } from '../store/location.ts'
import { CommandFailure, EXIT } from './exit-code.ts'

/** Of the commands that open the database that `serve` would, beside it or in its place. */
export function withDatabase(command: Command): Command {
  return command.option(
    '--database <url>',
    `sqlite:PATH or postgres://… (VICINITY_DATABASE; default: ${DEFAULTS.database})`,
  )
}

/** Where what a flag names lies; one in memory is gone before anybody could look at it. */
export function locationOf(flag: string, url: string): Location {
  const location = parseLocation(url)
  if (typeof location === 'string') throw new CommandFailure(EXIT.usage, `${flag}: ${location}`)
  if (location.kind === 'sqlite' && location.path === ':memory:')
    throw new CommandFailure(EXIT.usage, `${flag}: ${url} is a database of the process that serves it alone`)
  return location
}
