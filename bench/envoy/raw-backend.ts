import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Closing } from '../../demo/closing.ts'

/**
 * Answers each request with its name of one letter, and does nothing else: what a measurement spends of the machine is taken
 * from what is measured. A request has no body and comes in one piece, as Envoy sends it.
 */
export async function startRawBackend(closing: Closing, name: string): Promise<number> {
  const answer = `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${name.length}\r\n\r\n${name}`
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.setNoDelay().on('data', () => socket.write(answer))
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.addWay(async () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}
