import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A load balancer for clients that know one address only. It knows nothing of what it passes on. */
export interface Balancer {
  readonly address: string
  close(): Promise<void>
}

/** Gives each connection to the next port of 127.0.0.1 that takes it, and resets it where none does. */
export async function openBalancer(ports: readonly number[]): Promise<Balancer> {
  const sockets = new Set<Socket>()
  let turn = 0
  const server = createServer({ noDelay: true }, async client => {
    keep(client)
    turn += 1
    for (let index = 0; index < ports.length; index += 1) {
      const target = connect({
        port: ports[(turn + index) % ports.length] as number,
        host: '127.0.0.1',
        noDelay: true,
      })
      keep(target)
      if (!(await connects(target))) continue
      client.pipe(target).pipe(client)
      client.on('close', () => target.destroy())
      target.on('close', () => client.destroy())
      if (client.destroyed) target.destroy()
      return
    }
    client.resetAndDestroy()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  }
}

function connects(socket: Socket): Promise<boolean> {
  return new Promise(resolve => {
    socket.once('connect', () => resolve(true))
    socket.once('close', () => resolve(false))
  })
}
