import type { Convergence } from '../src/model/proxies.ts'
import { type Answer, request } from './http-request.ts'

export interface RestAnswer<T> extends Answer {
  readonly body: T
}

/** What the calls of a write answer. */
export interface PushAnswer {
  readonly revision: number
  readonly digest: string
  readonly unchanged: boolean
  readonly changed: { readonly added: number; readonly updated: number; readonly removed: number }
  readonly warnings: readonly { readonly pointer: string; readonly detail: string }[]
}

/** The REST API of one server, as a pusher uses it: every call that is not answered with 2xx rejects. */
export class RestApi {
  readonly address: string

  constructor(address: string) {
    this.address = address
  }

  async get<T>(path: string): Promise<T> {
    return (await this.call<T>('GET', path)).body
  }

  async put(path: string, body: unknown, headers?: Record<string, string>): Promise<PushAnswer> {
    return (await this.call<PushAnswer>('PUT', path, body, headers)).body
  }

  /** Resolves when every Envoy that the push concerns has taken it; rejects when one has not after 10 s. */
  async putAndWait(path: string, body: unknown): Promise<void> {
    const answer = await this.call<{ convergence: Convergence }>('PUT', path, body, { prefer: 'wait=10' })
    const { nacked, pending } = answer.body.convergence
    if (nacked.length > 0) throw new Error(`an Envoy refused the push: ${nacked[0]?.detail}`)
    if (pending.length > 0) throw new Error(`an Envoy has not answered after 10 s: ${pending[0]?.node}`)
  }

  async patch(path: string, body: unknown): Promise<PushAnswer> {
    return (await this.call<PushAnswer>('PATCH', path, body)).body
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return (await this.call<T>('POST', path, body)).body
  }

  async call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<RestAnswer<T>> {
    return this.callText(method, path, body === undefined ? undefined : JSON.stringify(body), headers)
  }

  /** The same with a body that is JSON text already. */
  async callText<T>(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<RestAnswer<T>> {
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = { ...(body !== undefined && { body }), headers: { ...json, ...headers } }
    const answer = await request(this.address, { method, path, ...sent, timeout: 120_000 })
    if (answer.status >= 300) {
      throw new Error(`${method} ${path} was answered with ${answer.status}: ${answer.text.slice(0, 2_000)}`)
    }
    return { ...answer, body: (answer.text === '' ? undefined : JSON.parse(answer.text)) as T }
  }
}
