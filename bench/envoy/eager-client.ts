import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** `status` and the whole body of one letter, at the end of the piece in which the answer comes. */
const ANSWER = /^HTTP\/1\.1 (\d+) [\s\S]*\r\n\r\n([\s\S]*)$/

/**
 * Sends requests for one host over one connection, each as soon as the last is answered, and tells of each answer: its
 * status and its body, which is short enough to come in one piece with its headers.
 */
export class EagerClient {
  readonly #socket: Socket
  readonly #request: string
  #requests = 0
  #isStopped = false
  #answered: (status: number, body: string) => void

  private constructor(socket: Socket, host: string, answered: (status: number, body: string) => void) {
    this.#socket = socket
    this.#request = `GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n`
    this.#answered = answered
    socket.setNoDelay().on('data', piece => this.#read(piece.toString('latin1')))
  }

  /** `address`: the port of an Envoy's listener on 127.0.0.1. */
  static async start(
    port: number,
    host: string,
    answered: (status: number, body: string) => void,
  ): Promise<EagerClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const client = new EagerClient(socket, host, answered)
    client.#send()
    return client
  }

  get requests(): number {
    return this.#requests
  }

  /** Sends no more. */
  stop(): void {
    this.#isStopped = true
    this.#socket.destroy()
  }

  #send(): void {
    this.#requests += 1
    this.#socket.write(this.#request)
  }

  #read(piece: string): void {
    const [, status, body] = ANSWER.exec(piece) ?? []
    if (status === undefined) throw new Error(`not an answer in one piece: ${piece}`)
    this.#answered(Number(status), body as string)
    if (!this.#isStopped) this.#send()
  }
}
