import type { Resource } from '../../../src/translate/resource.ts'
import type { DeltaStream, DeltaStreamResponse } from '../../../src/xds/protocol/delta-stream.ts'
import { CDS, deltaRequest, EDS, LDS, RDS, type Wish } from './session.ts'

const TYPES: readonly string[] = [CDS, EDS, LDS, RDS]

/** What a response says. */
export type ModelResponse = Pick<DeltaStreamResponse, 'typeUrl' | 'nonce' | 'resources' | 'removed'>

/** What an Envoy has to do with of a stream. */
export interface ModelStream {
  say(typeUrl: string, wish: Wish, at: Date): void
  next(now: number): ModelResponse | undefined
}

/** A delta stream, as it is. */
export function modelStream(stream: DeltaStream): ModelStream {
  return {
    say: (typeUrl, wish, at) => stream.onRequest(deltaRequest(typeUrl, wish), at),
    next: now => stream.next(now),
  }
}

/** What an Envoy does with responses: applies or refuses them in order, asks for what they refer to, ACKs or NACKs. */
export class EnvoyModel {
  readonly has = new Map(TYPES.map(type => [type, new Map<string, Resource>()]))
  /** Refused in the version that was sent last. */
  readonly refused = new Set<string>()
  readonly #inbox: ModelResponse[] = []
  #stream: ModelStream | undefined

  /** A new stream: what was in flight is lost, what is there is claimed. */
  connect(stream: ModelStream, now: number): void {
    this.#inbox.length = 0
    this.#stream = stream
    for (const type of TYPES) {
      const initialVersions = new Map([...this.of(type)].map(([name, { version }]) => [name, version]))
      const subscribe = type === EDS ? this.#namedBy(CDS) : type === RDS ? this.#namedBy(LDS) : []
      if (subscribe.length > 0 || type === CDS || type === LDS)
        this.#send(type, { initialVersions, subscribe }, now)
    }
  }

  of(type: string): Map<string, Resource> {
    return this.has.get(type) as Map<string, Resource>
  }

  pull(now: number): void {
    for (let next = this.#stream?.next(now); next; next = this.#stream?.next(now)) this.#inbox.push(next)
  }

  /** Takes the oldest response; resources for which `refuses` says so are refused. False: there is none. */
  process(refuses: (name: string) => boolean, now: number): boolean {
    const response = this.#inbox.shift()
    if (!response) return false
    const { typeUrl, nonce } = response
    const children = { [CDS]: EDS, [LDS]: RDS }[typeUrl]
    const before = children === undefined ? [] : this.#namedBy(typeUrl)
    for (const name of response.removed) this.of(typeUrl).delete(name)
    const parents = { [EDS]: CDS, [RDS]: LDS }[typeUrl]
    const wanted = parents && this.#namedBy(parents)
    const has = this.of(typeUrl)
    // What it has is not looked at again.
    const isNews = ({ name, version }: Resource) => has.get(name)?.version !== version
    const refused = response.resources.filter(one => refuses(one.name) && isNews(one))
    for (const one of response.resources) {
      if (refused.includes(one)) this.refused.add(`${typeUrl} ${one.name}`)
      else {
        this.refused.delete(`${typeUrl} ${one.name}`)
        // What is not subscribed any more is passed over.
        if (!wanted || wanted.includes(one.name)) this.of(typeUrl).set(one.name, one)
      }
    }
    if (children) this.#follow(children, before, this.#namedBy(typeUrl), now)
    const error = refused.length > 0 && { error: `refused: ${refused.map(one => one.name).join('; ')}` }
    this.#send(typeUrl, { nonce, ...error }, now)
    return true
  }

  askAgain(type: string, name: string, now: number): void {
    if (this.of(type).has(name)) this.#send(type, { subscribe: [name] }, now)
  }

  /** Clusters that a route names and this Envoy does not know. */
  get dangling(): string[] {
    return this.#namedBy(RDS).filter(name => !this.of(CDS).has(name))
  }

  #namedBy(type: string): string[] {
    return [...new Set([...this.of(type).values()].flatMap(one => one.references))]
  }

  #follow(type: string, before: string[], after: string[], now: number): void {
    const subscribe = after.filter(name => !before.includes(name))
    const unsubscribe = before.filter(name => !after.includes(name))
    for (const name of unsubscribe) this.of(type).delete(name)
    if (subscribe.length + unsubscribe.length > 0) this.#send(type, { subscribe, unsubscribe }, now)
  }

  #send(typeUrl: string, wish: Wish, now: number): void {
    this.#stream?.say(typeUrl, wish, new Date(now))
  }
}
