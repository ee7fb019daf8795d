import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { freePort } from '../../demo/free-port.ts'
import { type Faults, passBytes } from './pass-bytes.ts'

/** A port of 127.0.0.1; whatever has one will do: a server of the tests. */
interface Target {
  readonly port: number
}

/** Stands between a client and a server, and breaks the network between them. */
export interface TcpProxy {
  readonly port: number
  /** The URL of something at the target, as it is reached through the proxy. */
  through(url: string): string
  /** Resets all connections and refuses new ones. */
  cut(): Promise<void>
  /** Takes connections again, after a cut. */
  heal(): Promise<void>
  /** A black hole: nothing is passed on, and no connection closes. New connections are taken, and find the same. */
  freeze(): void
  /** Passes on what was held back, in order. */
  thaw(): void
  /** What arrives from now on is passed on so many milliseconds later, in each direction; 0 as it is at first. */
  delay(milliseconds: number): void
  /** Where new connections go; those that there are stay. */
  retarget(target: Target): void
  close(): Promise<void>
}

export async function openTcpProxy(target: Target): Promise<TcpProxy> {
  const port = await freePort()
  const faults: Faults = { frozen: false, delay: 0 }
  const pairs = new Set<Pair>()
  let to = target
  let server: Server | undefined

  const heal = async () => {
    if (server) return
    server = createServer({ allowHalfOpen: true, noDelay: true }, client => {
      const pair = join(client, to, faults, () => pairs.delete(pair))
      pairs.add(pair)
    })
    await once(server.listen(port, '127.0.0.1'), 'listening')
  }
  const cut = async () => {
    if (!server) return
    const closed = once(server, 'close')
    server.close()
    server = undefined
    for (const { reset } of pairs) reset()
    await closed
  }
  await heal()
  return {
    port,
    through: url => {
      const changed = new URL(url)
      changed.port = String(port)
      return changed.href
    },
    cut,
    heal,
    freeze: () => {
      faults.frozen = true
    },
    thaw: () => {
      faults.frozen = false
      for (const { flush } of pairs) flush()
    },
    delay: milliseconds => {
      faults.delay = milliseconds
    },
    retarget: other => {
      to = other
    },
    close: cut,
  }
}

/** A client's connection and the one that is made for it. */
interface Pair {
  /** Looks again at what is held back. */
  flush(): void
  reset(): void
}

function join(client: Socket, { port }: Target, faults: Faults, closed: () => void): Pair {
  const target = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  let broken = false
  const reset = () => {
    client.resetAndDestroy()
    target.resetAndDestroy()
  }
  for (const socket of [client, target]) {
    // Also that the target takes no connections: the client finds out by the reset of its own. Out of a black hole
    // comes no reset either.
    socket.on('error', () => {
      broken = true
      if (!faults.frozen) reset()
    })
    socket.on('close', () => {
      if (client.closed && target.closed) closed()
    })
  }
  const ways = [passBytes(client, target, faults), passBytes(target, client, faults)]
  const flush = () => {
    if (broken) reset()
    else for (const flushWay of ways) flushWay()
  }
  return { flush, reset }
}
