import { Agent, request } from 'node:https'

/** A Kubernetes object, as far as a test looks into it. */
export interface KubernetesObject {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly [field: string]: unknown
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: KubernetesObject
}

export interface Connection {
  /** https://HOST:PORT */
  readonly server: string
  readonly token: string
  /** The authority that signed the server's certificate, PEM. */
  readonly ca: string
}

/** Time enough for a controller to act on a machine that is busy. */
const LONGEST_WATCH = 20_000

/** The API server's HTTPS API, for what is awkward or slow with kubectl. */
export class ApiClient {
  readonly #connection: Connection
  readonly #agent: Agent

  constructor(connection: Connection) {
    this.#connection = connection
    this.#agent = new Agent({ ca: connection.ca, keepAlive: true })
  }

  /** Changes fields of an object; the path may name a subresource such as `/status`. */
  async patch(path: string, change: object): Promise<void> {
    const { status, text } = await this.call('PATCH', path, change, 'application/merge-patch+json')
    if (status !== 200) throw new Error(`PATCH ${path} was answered with ${status}: ${text}`)
  }

  call(method: string, path: string, body?: object, contentType = 'application/json') {
    return new Promise<{ status: number; text: string }>((resolve, reject) => {
      const headers = { ...this.#authorization(), ...(body && { 'content-type': contentType }) }
      const url = `${this.#connection.server}${path}`
      const outgoing = request(url, { method, headers, agent: this.#agent }, incoming => {
        let text = ''
        incoming
          .setEncoding('utf8')
          .on('data', chunk => {
            text += chunk
          })
          .on('end', () => resolve({ status: incoming.statusCode ?? 0, text }))
          .on('error', reject)
      })
      outgoing.on('error', reject).end(body && JSON.stringify(body))
    })
  }

  /**
   * Watches a collection until its objects are as `holds` wants them. A watch without a resourceVersion begins with
   * an event for every object that is there, so nothing is missed.
   */
  until(what: string, path: string, holds: (objects: readonly KubernetesObject[]) => boolean): Promise<void> {
    const objects = new Map<string, KubernetesObject>()
    return new Promise((resolve, reject) => {
      const url = `${this.#connection.server}${path}?watch=true`
      const outgoing = request(url, { headers: this.#authorization(), agent: this.#agent }, incoming => {
        let rest = ''
        incoming.setEncoding('utf8').on('data', (text: string) => {
          const lines = (rest + text).split('\n')
          rest = lines.pop() as string
          for (const line of lines) apply(JSON.parse(line) as WatchEvent)
          if (holds([...objects.values()])) end()
        })
        incoming.on('close', () => end(new Error(`the watch of ${path} ended with ${incoming.statusCode}`)))
      })
      const apply = ({ type, object }: WatchEvent) => {
        if (type === 'DELETED') objects.delete(object.metadata.uid)
        else if (type === 'ERROR') end(new Error(`the watch of ${path} failed: ${JSON.stringify(object)}`))
        else objects.set(object.metadata.uid, object)
      }
      const late = setTimeout(() => {
        const seen = JSON.stringify([...objects.values()])
        end(new Error(`waited ${LONGEST_WATCH} ms in vain: ${what}; there is ${seen}`))
      }, LONGEST_WATCH)
      const end = (error?: Error) => {
        clearTimeout(late)
        outgoing.destroy()
        if (error) reject(error)
        else resolve()
      }
      outgoing.on('error', end).end()
    })
  }

  close(): void {
    this.#agent.destroy()
  }

  #authorization() {
    return { authorization: `Bearer ${this.#connection.token}` }
  }
}
