import type { Part } from '../model/entry.ts'
import type { ProxyStatus } from '../model/proxies.ts'
import type { Explanation } from '../operations/explain-assignment.ts'
import type { EntryChange } from '../operations/history.ts'
import type { Page } from '../operations/list.ts'
import type { RouteSummary } from '../operations/routes.ts'
import type { SimulationAnswer } from '../operations/simulation/answer.ts'
import type { WriteAnswer } from '../operations/write-answer.ts'
import { clientError, Unreachable } from './client-error.ts'
import { type JsonText, jsonText, zippedText } from './json-text.ts'

export interface ClientOptions {
  /** `http://HOST:PORT`, without a path. */
  readonly server: string
  readonly token?: string | undefined
  /** Milliseconds without an answer after which a request fails; a write is given its wait, and a large one more, on top. */
  readonly timeout?: number
}

export interface PushOptions {
  readonly dryRun?: boolean
  /** Seconds to wait for the proxies' answers. */
  readonly wait?: number | undefined
}

type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>

/** How fast a document is sent and read at least: a large one is given that time on top. */
const BYTES_PER_MILLISECOND = 1_000

/** A typed client of the REST API. Rejects with `ClientError` (the server said no) or `Unreachable`. */
export class Client {
  readonly #server: URL
  readonly #token: string | undefined
  readonly #timeout: number

  constructor({ server, token, timeout = 30_000 }: ClientOptions) {
    this.#server = new URL(server)
    this.#token = token
    this.#timeout = timeout
  }

  /** Replaces a part of a source, or both (`snapshot`). */
  push(
    source: string,
    part: Part | 'snapshot',
    document: unknown,
    options: PushOptions = {},
  ): Promise<WriteAnswer> {
    return this.#put(source, part, jsonText(Buffer.from(JSON.stringify(document))), options)
  }

  /** Replaces both parts of a source, or one, by what Kubernetes objects say. */
  pushKubernetes(
    source: string,
    json: JsonText,
    options: PushOptions & { readonly part?: Part | undefined } = {},
  ): Promise<WriteAnswer> {
    return this.#put(source, 'kubernetes', json, options)
  }

  async #put(
    source: string,
    what: string,
    json: JsonText,
    { dryRun, wait, part }: PushOptions & { readonly part?: Part | undefined },
  ): Promise<WriteAnswer> {
    const { bytes, isZipped } = await zippedText(json)
    const headers = {
      'Content-Type': 'application/json',
      ...(isZipped ? { 'Content-Encoding': 'gzip' } : {}),
      ...(wait === undefined ? {} : { Prefer: `wait=${wait}` }),
    }
    const path = `/v1/sources/${encodeURIComponent(source)}/${what}`
    const query = { dryRun: dryRun ? 'true' : undefined, part }
    const patience = (wait ?? 0) * 1000 + json.length / BYTES_PER_MILLISECOND
    const body = new Uint8Array(bytes)
    const response = await this.#send('PUT', path, query, { headers, body, patience })
    return (await response.json()) as WriteAnswer
  }

  /** What a revision changed. */
  diff(revision: number, query: { limit?: number } = {}): Promise<Page<EntryChange>> {
    return this.#get(`/v1/revisions/${revision}/diff`, query)
  }

  assignment(namespace: string, name: string, query: Query): Promise<Explanation> {
    const service = `${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`
    return this.#get(`/v1/services/${service}/assignment`, query)
  }

  /** What would become of the requests to services, had some things changed. */
  async simulate(simulation: object, query: Query): Promise<SimulationAnswer> {
    const headers = { 'Content-Type': 'application/json' }
    const body = new TextEncoder().encode(JSON.stringify(simulation))
    // Ten thousand services take seconds of a server that has other work first.
    const patience = 60_000
    const response = await this.#send('POST', '/v1/simulations', query, { headers, body, patience })
    return (await response.json()) as SimulationAnswer
  }

  /** All connected proxies that match. */
  proxies(query: Query): Promise<ProxyStatus[]> {
    return this.#all('/v1/proxies', query)
  }

  /** All routes whose fields have these values. */
  routes(fields: Readonly<Record<string, string | undefined>>): Promise<RouteSummary[]> {
    const filter = Object.entries(fields).flatMap(([field, value]) =>
      value === undefined ? [] : [`${field}=${value}`],
    )
    return this.#all('/v1/routes', { filter })
  }

  /** The items of all pages of a list. */
  async #all<T>(path: string, query: Query): Promise<T[]> {
    const items: T[] = []
    let after: string | undefined
    do {
      const page: Page<T> = await this.#get(path, { ...query, limit: 1000, after })
      items.push(...page.items)
      after = page.next ?? undefined
    } while (after !== undefined)
    return items
  }

  async #get<T>(path: string, query: Query): Promise<T> {
    const response = await this.#send('GET', path, query)
    return (await response.json()) as T
  }

  async #send(
    method: string,
    path: string,
    query: Query,
    {
      headers = {},
      body,
      patience = 0,
    }: { headers?: Record<string, string>; body?: Uint8Array<ArrayBuffer>; patience?: number } = {},
  ): Promise<Response> {
    const url = new URL(path, this.#server)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) for (const one of [value].flat()) url.searchParams.append(name, String(one))
    }
    const request = new Request(url, { method, headers, ...(body === undefined ? {} : { body }) })
    if (this.#token !== undefined) request.headers.set('Authorization', `Bearer ${this.#token}`)
    const signal = AbortSignal.timeout(this.#timeout + Math.ceil(patience))
    const response = await fetch(request, { signal, redirect: 'error' }).catch(error => {
      throw new Unreachable(`cannot reach ${this.#server.origin}: ${reasonOf(error)}`, { cause: error })
    })
    if (!response.ok) throw await clientError(response)
    return response
  }
}

/** fetch says "fetch failed" and hides why in its cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown }
  const reason = cause instanceof Error && cause.message !== '' ? cause : error
  return reason instanceof Error ? reason.message : String(reason)
}
