import type { Part } from '../model/entry.ts'
import type { ProxyStatus } from '../model/proxies.ts'
import type { DifferenceAnswer } from '../operations/configuration/difference.ts'
import type { ConfigurationAnswer } from '../operations/configuration/document.ts'
import type { Explanation } from '../operations/explain-assignment.ts'
import type { EntryChange } from '../operations/history.ts'
import type { Page } from '../operations/list.ts'
import type { NackSummary } from '../operations/nacks.ts'
import type { RouteSummary } from '../operations/routes.ts'
import type { SimulationAnswer } from '../operations/simulation/answer.ts'
import type { SourceSummary } from '../operations/sources.ts'
import type { TrafficAnswer } from '../operations/traffic/read-traffic.ts'
import type { RevisionTraffic } from '../operations/traffic/revision-traffic.ts'
import type { WriteAnswer } from '../operations/write-answer.ts'
import type { ZoneList } from '../operations/zones/list-zones.ts'
import type { ZoneServiceList } from '../operations/zones/zone-services.ts'
import { clientError, Unreachable } from './client-error.ts'
import { type JsonText, jsonText, zippedText } from './json-text.ts'

export interface ClientOptions {
  /** `http://HOST:PORT`, without a path. */
  readonly server: string
  readonly token?: string | undefined
  /** Milliseconds without an answer after which a request fails; a write is given its wait, and a large one more, on top. */
  readonly timeout?: number
}

export interface WriteOptions {
  readonly dryRun?: boolean
  /** Seconds to wait for the proxies' answers. */
  readonly wait?: number | undefined
}

type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>

/** Of a push that replaces what a source says. */
export interface PushOptions extends WriteOptions {
  /** However many of the source's endpoints go. */
  readonly force?: boolean
  /** Which of the source's pushers, one after the other, this is: refused where one with a greater number has written. */
  readonly epoch?: number | undefined
}

/** How fast a document is sent and read at least: a large one is given that time on top. */
const BYTES_PER_MILLISECOND = 1_000

/** Milliseconds more: ten thousand services take seconds of a server that has other work first. */
const MANY_SERVICES = 60_000

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
    { dryRun, force, wait, epoch, part }: PushOptions & { readonly part?: Part | undefined },
  ): Promise<WriteAnswer> {
    const { bytes, isZipped } = await zippedText(json)
    const waiting = writing(wait)
    const headers = {
      'Content-Type': 'application/json',
      ...(isZipped ? { 'Content-Encoding': 'gzip' } : {}),
      ...waiting.headers,
      ...epochHeader(epoch),
    }
    const path = `/v1/sources/${encodeURIComponent(source)}/${what}`
    const query = { dryRun: dryRun ? 'true' : undefined, force: force ? 'true' : undefined, part }
    const patience = waiting.patience + json.length / BYTES_PER_MILLISECOND
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
  simulate(simulation: object, query: Query): Promise<SimulationAnswer> {
    return this.#post('/v1/simulations', simulation, query, { patience: MANY_SERVICES })
  }

  zones(query: Query): Promise<ZoneList> {
    return this.#get('/v1/zones', query, MANY_SERVICES)
  }

  zoneServices(zone: string, query: Query): Promise<ZoneServiceList> {
    return this.#get(`/v1/zones/${encodeURIComponent(zone)}/services`, query, MANY_SERVICES)
  }

  /** Makes a zone's endpoints the last step for everyone; `region` where several have one of that name. */
  drainZone(
    zone: string,
    order: { region?: string | undefined; reason?: string | undefined },
    options: WriteOptions = {},
  ): Promise<WriteAnswer> {
    return this.#order(`/v1/zones/${encodeURIComponent(zone)}/drain`, order, options)
  }

  undrainZone(
    zone: string,
    order: { region?: string | undefined },
    options: WriteOptions = {},
  ): Promise<WriteAnswer> {
    return this.#order(`/v1/zones/${encodeURIComponent(zone)}/undrain`, order, options)
  }

  /** Requests between zones, as proxies report them. */
  traffic(query: Query): Promise<TrafficAnswer> {
    return this.#get('/v1/traffic', query, MANY_SERVICES)
  }

  /** How many requests stay in their zone since a revision: predicted and measured. */
  revisionTraffic(revision: number, query: Query): Promise<RevisionTraffic> {
    return this.#get(`/v1/revisions/${revision}/traffic`, query, MANY_SERVICES)
  }

  sources(): Promise<SourceSummary[]> {
    return this.#all('/v1/sources', {})
  }

  /** Tells that the pusher of a source is there. */
  async heartbeat(source: string, { epoch }: Pick<PushOptions, 'epoch'> = {}): Promise<void> {
    const path = `/v1/sources/${encodeURIComponent(source)}/heartbeat`
    await this.#send('POST', path, {}, { headers: epochHeader(epoch) })
  }

  /** All connected proxies that match. */
  proxies(query: Query): Promise<ProxyStatus[]> {
    return this.#all('/v1/proxies', query)
  }

  /** One connected proxy. */
  proxy(id: string): Promise<ProxyStatus> {
    return this.#get(`/v1/proxies/${encodeURIComponent(id)}`, {})
  }

  /** What a connected proxy has, or would have had at a revision. */
  configuration(id: string, query: Query): Promise<ConfigurationAnswer> {
    return this.#get(`/v1/proxies/${encodeURIComponent(id)}/config`, query, MANY_SERVICES)
  }

  /** How what a connected proxy would have been sent at two revisions differs. */
  configurationDiff(id: string, query: Query): Promise<DifferenceAnswer> {
    return this.#get(`/v1/proxies/${encodeURIComponent(id)}/config/diff`, query, MANY_SERVICES)
  }

  /** What proxies refused, seen last first. */
  nacks(query: Query): Promise<Page<NackSummary>> {
    return this.#get('/v1/nacks', query)
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

  #order(path: string, order: object, { dryRun, wait }: WriteOptions): Promise<WriteAnswer> {
    return this.#post(path, order, { dryRun: dryRun ? 'true' : undefined }, writing(wait))
  }

  async #post<T>(
    path: string,
    document: object,
    query: Query,
    { headers = {}, patience = 0 }: { headers?: Record<string, string>; patience?: number } = {},
  ): Promise<T> {
    const body = new TextEncoder().encode(JSON.stringify(document))
    const response = await this.#send('POST', path, query, {
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
      patience,
    })
    return (await response.json()) as T
  }

  async #get<T>(path: string, query: Query, patience = 0): Promise<T> {
    const response = await this.#send('GET', path, query, { patience })
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

/** What asks a write to wait so many seconds for the proxies, and the time that it is given for it. */
function writing(wait: number | undefined): { headers: Record<string, string>; patience: number } {
  return wait === undefined
    ? { headers: {}, patience: 0 }
    : { headers: { Prefer: `wait=${wait}` }, patience: wait * 1000 }
}

function epochHeader(epoch: number | undefined): Record<string, string> {
  return epoch === undefined ? {} : { Epoch: String(epoch) }
}

/** fetch says "fetch failed" and hides why in its cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown }
  const reason = cause instanceof Error && cause.message !== '' ? cause : error
  return reason instanceof Error ? reason.message : String(reason)
}
