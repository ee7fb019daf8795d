import { setTimeout as delay } from 'node:timers/promises'
import { type Entry, PARTS, type Part } from '../../../src/model/entry.ts'
import type { PartState, Store } from '../../../src/store/store.ts'
import { item, patch, push, replacement, revisionOf } from '../pushes.ts'
import { randomNumbers } from '../random-history.ts'

/** What all writers together were told. */
export interface Told {
  /** Of writes that were answered with a revision. */
  readonly revisions: number[]
  readonly increments: Map<string, number>
  conflicts: number
}

const SHARED = ['shared-1', 'shared-2']
export const COUNTERS = ['counter-1', 'counter-2']
/** Few, so that content comes back. */
const NAMES = Array.from({ length: 5 }, (_, n) => `service-${n}`)

/** One pusher at one replica: writes of all forms to a source of its own, and to sources that others write too. */
export class Writer {
  readonly #store: Store
  readonly #random: () => number
  readonly #told: Told
  readonly #sources: readonly string[]

  constructor(seed: number, store: Store, told: Told) {
    this.#store = store
    this.#random = randomNumbers(seed)
    this.#told = told
    this.#sources = [`own-${seed}`, ...SHARED]
  }

  async step(): Promise<void> {
    const source = this.#pick(this.#sources)
    const part = this.#pick(PARTS)
    const dice = this.#random()
    if (dice < 0.25) return this.#increment(this.#pick(COUNTERS))
    if (dice < 0.3) return this.#note(await this.#store.removeSource(source, 'me'))
    if (dice < 0.45) return this.#restore(this.#random() < 0.2 ? undefined : source)
    if (dice < 0.5) return this.#drain()
    if (dice < 0.6) return this.#repeat(source)
    if (dice < 0.75) return this.#push(source, [this.#replace('topology'), this.#replace('routes')])
    const edit = dice < 0.9 ? patch(part, this.#some(part, 0.3), this.#some(part, 0.2)) : this.#replace(part)
    return this.#push(source, [edit])
  }

  async #push(source: string, parts: Parameters<typeof push>[1]): Promise<void> {
    await this.#note(await push(this.#store, parts, { source }))
  }

  /** Read, modify, write; again where somebody wrote in between. */
  async #increment(source: string): Promise<void> {
    for (;;) {
      const state = (await this.#store.part(source, 'topology')) as PartState | null
      const condition = state === null ? { ifNoneMatch: true } : { ifMatch: [state.digest] }
      const next = counted(state) + 1
      const parts = replacement('topology', [item('Service', 'counter', next)])
      const result = await push(this.#store, parts, { source, ...condition })
      if (result.outcome === 'written') {
        const { increments } = this.#told
        increments.set(source, (increments.get(source) ?? 0) + 1)
        return this.#note(result)
      }
      this.#told.conflicts += 1
      await delay(this.#random() * 5)
    }
  }

  /** The counters are left alone: what they were is not what was counted. */
  async #restore(source: string | undefined): Promise<void> {
    const head = await this.#store.head()
    const revision = Math.max(1, head - Math.floor(this.#random() * 30))
    const parts = this.#pick<readonly Part[]>([['routes'], ['topology', 'routes']])
    const wanted = source === undefined ? { parts: ['routes'] as const } : { parts, source }
    this.#note(await this.#store.restore({ revision, author: 'me', ...wanted }))
  }

  async #drain(): Promise<void> {
    const entry = item('Zone', this.#pick(NAMES))
    const zone = { ...entry, kind: 'Drain' as const }
    const [upsert, remove] = this.#random() < 0.5 ? [[zone], []] : [[], [zone]]
    this.#note(await this.#store.control({ cause: 'drain', source: null, author: 'me', upsert, remove }))
  }

  async #repeat(source: string): Promise<void> {
    const bodyDigest = bodyOf(this.#some('topology', 0.6))
    const result = await this.#store.repeat({ source, author: 'me', parts: ['topology'], bodyDigest })
    if (result?.outcome === 'written') throw new Error('a repeat wrote something')
    await this.#store.heard(source)
  }

  #note(result: { readonly outcome: string; readonly revision?: number | null }): void {
    if (result.outcome === 'written') this.#told.revisions.push(revisionOf(result))
  }

  #replace(part: Part) {
    const entries = this.#some(part, 0.6)
    return replacement(part, entries, bodyOf(entries))
  }

  #some(part: Part, share: number): Entry[] {
    const kind = part === 'topology' ? 'Service' : 'HTTPRoute'
    const names = NAMES.filter(() => this.#random() < share)
    return names.map(name => item(kind, name, this.#pick([1, 2, 3])))
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)] as T
  }
}

/** Bytes stand for their entries: equal ones are pushed again. */
function bodyOf(entries: readonly Entry[]): string {
  return entries.map(({ digest }) => digest).join()
}

/** Where a counter stands; 0 when it was never pushed. */
export function counted(state: PartState | null): number {
  const [entry] = state?.entries ?? []
  return entry === undefined ? 0 : (JSON.parse(entry.body) as { content: number }).content
}
