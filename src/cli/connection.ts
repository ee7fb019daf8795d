import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { Client } from '../client/client.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

/** Options of every command that talks to a server. */
export interface ConnectionOptions {
  readonly server?: string
  readonly tokenFile?: string
}

const DEFAULT_SERVER = 'http://127.0.0.1:8080'

export function withConnection(command: Command): Command {
  return command
    .option('--server <url>', `the REST API (VICINITY_SERVER; default: ${DEFAULT_SERVER})`)
    .option('--token-file <file>', 'file with the token (or the token itself in VICINITY_TOKEN)')
}

export function connect(
  { server, tokenFile }: ConnectionOptions,
  { environment }: Pick<Terminal, 'environment'>,
): Client {
  const url = server ?? environment.VICINITY_SERVER ?? DEFAULT_SERVER
  if (!/^https?:\/\/[^/]+\/?$/.test(url) || !URL.canParse(url))
    throw new CommandFailure(EXIT.usage, `--server: "${url}" is not a URL such as ${DEFAULT_SERVER}`)
  return new Client({ server: url, token: tokenFile ? readToken(tokenFile) : environment.VICINITY_TOKEN })
}

export function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `cannot read --token-file: ${(error as Error).message}`)
  }
}
