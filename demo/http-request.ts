import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'

export interface RequestOptions {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Milliseconds without an answer after which it rejects. */
  readonly timeout?: number
  readonly agent?: Agent
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Connections that nobody uses end with the process: an idle one does not keep it alive. */
const shared = new Agent({ keepAlive: true, maxSockets: 256 })

/** One HTTP/1.1 request over kept-alive connections; unlike `fetch` it may set `Host`. */
export function request(address: string, options: RequestOptions = {}): Promise<Answer> {
  const { method = 'GET', path = '/', headers = {}, body, timeout = 30_000, agent = shared } = options
  const [host, port] = splitAddress(address)
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host, port, method, path, headers, agent, timeout }, incoming => {
      let text = ''
      incoming
        .setEncoding('utf8')
        .on('data', chunk => {
          text += chunk
        })
        .on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }))
        .on('error', reject)
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${timeout} ms`)))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function splitAddress(address: string): [host: string, port: number] {
  const colon = address.lastIndexOf(':')
  return [address.slice(0, colon), Number(address.slice(colon + 1))]
}
