import { CDS, EDS, LDS, RDS } from './forms.ts'
import type { Response } from './response.ts'
import type { Streams } from './streams.ts'

const CHILDREN: Readonly<Record<string, string>> = { [CDS]: EDS, [LDS]: RDS }
const ROOTS: readonly string[] = [CDS, LDS]

/**
 * Subscribes as an Envoy does: to all clusters and listeners, to the endpoints and routes that these name. It keeps what
 * it was sent, and notes every moment at which a route leads to a cluster that it has not, or has no endpoints of.
 */
export class EnvoyLike {
  /** What came and went, "+TYPE NAME" and "-TYPE NAME", as it happened. */
  readonly story: string[] = []
  readonly faults: string[] = []
  /** Does not answer until `answerLate`. */
  isLate = false
  readonly #streams: Streams
  readonly #held = new Map<string, Map<string, unknown>>()
  readonly #acked = new Map<string, { version: string; nonce: string }>()
  #unanswered: Response[] = []
  #waiting: (() => void)[] = []
  #failure: unknown

  constructor(streams: Streams) {
    this.#streams = streams
  }

  start(): void {
    for (const typeUrl of ROOTS) this.#streams.send(typeUrl, {})
    void this.#follow().catch(cause => {
      this.#failure = cause
      this.#tell()
    })
  }

  has(typeUrl: string, name: string): boolean {
    return this.#of(typeUrl).has(name)
  }

  /** The clusters that a listener's routes lead to. */
  routesTo(listener: string): string[] {
    return this.has(LDS, listener) ? clustersIn(this.#of(RDS).get(listener)) : []
  }

  answerLate(): void {
    const late = this.#unanswered
    this.#unanswered = []
    for (const response of late) this.#answer(response)
  }

  /** Resolves when it has come to that. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`waited in vain after ${this.story.join(', ')}`)),
        15_000,
      )
      const look = () => {
        if (this.#failure !== undefined) reject(this.#failure)
        else if (isSo()) resolve()
        else return
        clearTimeout(timer)
        this.#waiting = this.#waiting.filter(one => one !== look)
      }
      this.#waiting.push(look)
      look()
    })
  }

  async #follow(): Promise<void> {
    for (;;) {
      const response = await this.#streams.next().catch(() => undefined)
      if (response === undefined) return
      this.#take(response)
      if (this.isLate) this.#unanswered.push(response)
      else this.#answer(response)
      this.#tell()
    }
  }

  #of(typeUrl: string): Map<string, unknown> {
    const held = this.#held.get(typeUrl) ?? new Map<string, unknown>()
    this.#held.set(typeUrl, held)
    return held
  }

  #take({ typeUrl, resources, removed }: Response): void {
    const held = this.#of(typeUrl)
    const before = new Set(held.keys())
    for (const { name, body } of resources) {
      held.set(name, body)
      this.story.push(`+${typeUrl} ${name}`)
    }
    const isWhole = !this.#streams.form.isDelta && ROOTS.includes(typeUrl)
    const named = new Set(resources.map(({ name }) => name))
    const gone = isWhole ? [...before].filter(name => !named.has(name)) : removed
    for (const name of gone) this.#remove(typeUrl, name)
    this.#look(`${typeUrl} ${[...named, ...gone.map(name => `-${name}`)].join(' ')}`)
    const child = CHILDREN[typeUrl]
    if (child !== undefined)
      this.#subscribe(
        child,
        [...named].filter(name => !before.has(name)),
        gone,
      )
  }

  /** What a parent named is let go of with it. */
  #remove(typeUrl: string, name: string): void {
    if (this.#of(typeUrl).delete(name)) this.story.push(`-${typeUrl} ${name}`)
    const child = CHILDREN[typeUrl]
    if (child !== undefined) this.#of(child).delete(name)
  }

  #subscribe(typeUrl: string, fresh: readonly string[], gone: readonly string[]): void {
    if (fresh.length + gone.length === 0) return
    if (this.#streams.form.isDelta)
      this.#streams.send(typeUrl, { resourceNamesSubscribe: fresh, resourceNamesUnsubscribe: gone })
    else this.#state(typeUrl)
  }

  #state(typeUrl: string, more: object = {}): void {
    const { version = '', nonce = '' } = this.#acked.get(typeUrl) ?? {}
    this.#streams.send(typeUrl, {
      resourceNames: this.#names(typeUrl),
      versionInfo: version,
      responseNonce: nonce,
      ...more,
    })
  }

  #names(typeUrl: string): string[] {
    const parent = Object.entries(CHILDREN).find(([, child]) => child === typeUrl)?.[0]
    return parent === undefined ? [] : [...this.#of(parent).keys()]
  }

  #answer({ typeUrl, nonce, version }: Response): void {
    this.#acked.set(typeUrl, { version, nonce })
    if (this.#streams.form.isDelta) this.#streams.send(typeUrl, { responseNonce: nonce })
    else this.#state(typeUrl)
  }

  #look(after: string): void {
    for (const listener of this.#of(LDS).keys())
      for (const cluster of this.routesTo(listener)) {
        if (!this.has(CDS, cluster))
          this.faults.push(`${listener} leads to ${cluster}, which is not there: ${after}`)
        else if (!this.has(EDS, cluster)) this.faults.push(`${cluster} has no endpoints yet: ${after}`)
      }
  }

  #tell(): void {
    for (const look of [...this.#waiting]) look()
  }
}

function clustersIn(body: unknown): string[] {
  const found = JSON.stringify(body ?? {}).matchAll(/"cluster":"([^"]+)"/g)
  return [...new Set([...found].map(([, name]) => name as string))].sort()
}
