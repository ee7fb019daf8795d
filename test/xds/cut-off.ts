import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A line to a port of this machine. Once it is cut, neither end hears of the other, nor that it has gone. */
export async function cutOff(target: number): Promise<{ port: number; cut(): void; close(): void }> {
  const sockets: Socket[] = []
  const line = createServer({ allowHalfOpen: true }, near => {
    const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true })
    near.pipe(far)
    far.pipe(near)
    for (const socket of [near, far]) sockets.push(socket.on('error', () => undefined))
  })
  line.listen(0, '127.0.0.1')
  await once(line, 'listening')
  return {
    port: (line.address() as AddressInfo).port,
    cut: () => {
      for (const socket of sockets) socket.unpipe().pause()
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      line.close()
    },
  }
}
