import type { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import type { ProxyStatus } from '../model/proxies.ts'
import { CommandFailure, EXIT } from './exit-code.ts'

/** The connected proxies that somebody may mean: that of the id, those of the node id, those whose ids begin so. */
export async function findProxies(client: Client, text: string): Promise<ProxyStatus[]> {
  const one = await ofId(client, text)
  if (one !== undefined) return [one]
  const ofNode = await client.proxies({ node: text })
  if (ofNode.length > 0) return ofNode
  const similar = await client.proxies({ filter: [`id~${text}`] })
  const found = similar.filter(({ id }) => id.startsWith(text))
  if (found.length > 0) return found
  throw new CommandFailure(EXIT.refused, `no connected proxy has the id or the node id ${text}`)
}

async function ofId(client: Client, id: string): Promise<ProxyStatus | undefined> {
  return client.proxy(id).catch(error => {
    if (error instanceof ClientError && error.status === 404) return undefined
    throw error
  })
}
