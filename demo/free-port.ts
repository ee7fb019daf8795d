import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the range from which systems pick ports of outgoing connections, so that none of those takes it first. */
const LOWEST = 15_000
const HIGHEST = 32_000

const given = new Set<number>()

/** A port of 127.0.0.1 that nobody listens on, for a program that must be told its port beforehand. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
