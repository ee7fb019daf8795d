import type { Entry, EntryKey, Kind, Part } from '../../src/model/entry.ts'
import type { PartWrite, Store } from '../../src/store/store.ts'
import type { NaiveStore } from './naive-store.ts'
import { item, patch, push, replacement } from './pushes.ts'

/** Mulberry32: the same numbers in [0, 1) for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const KINDS: Record<Part, readonly Kind[]> = {
  topology: ['Service', 'Endpoints', 'Zone'],
  routes: ['Gateway', 'HTTPRoute'],
}

/** Does one random thing to both stores; returns what each says it did. */
export class RandomHistory {
  readonly #random: () => number
  readonly #store: Store
  readonly #naive: NaiveStore

  constructor(seed: number, store: Store, naive: NaiveStore) {
    this.#random = randomNumbers(seed)
    this.#store = store
    this.#naive = naive
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)] as T
  }

  revision(): number {
    return Math.floor(this.#random() * (this.#naive.head + 1))
  }

  async step(): Promise<{ written: boolean; expected: boolean }> {
    const source = this.pick(['east', 'west', 'north'])
    const dice = this.#random()
    if (dice < 0.03) return this.#remove(source)
    if (dice < 0.13) return this.#restore(this.#random() < 0.3 ? undefined : source)
    if (dice < 0.25) return this.#write(source, [this.#replace('topology'), this.#replace('routes')])
    const part = this.pick(['topology', 'topology', 'routes'] as const)
    const known = this.#naive.now().has(`${source}/${part}`)
    return this.#write(source, [known && dice < 0.75 ? this.#patch(part) : this.#replace(part)])
  }

  async #write(source: string, edits: { write: PartWrite; edit: (old: Iterable<Entry>) => Entry[] }[]) {
    const result = await push(
      this.#store,
      edits.map(({ write }) => write),
      { source },
    )
    const naive = edits.map(({ write, edit }) => [
      write.part,
      (old: ReadonlyMap<string, Entry>) => edit(old.values()),
    ])
    const expected = this.#naive.change(source, new Map(naive as never))
    return { written: result.outcome === 'written', expected }
  }

  async #restore(source: string | undefined) {
    const revision = Math.max(1, this.revision())
    const parts = this.pick<readonly Part[]>([['routes'], ['topology'], ['topology', 'routes']])
    const result = await this.#store.restore({ revision, parts, author: 'me', ...(source && { source }) })
    return { written: result.outcome === 'written', expected: this.#naive.restore(revision, source, parts) }
  }

  async #remove(source: string) {
    const result = await this.#store.removeSource(source, 'me')
    return { written: result.outcome === 'written', expected: this.#naive.remove(source) }
  }

  #some(part: Part, chance: number): Entry[] {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].filter(() => this.#random() < chance)
    return names.flatMap(name =>
      KINDS[part].filter(() => this.#random() < 0.7).map(kind => item(kind, name, this.pick([1, 2, 3]))),
    )
  }

  #replace(part: Part) {
    const entries = this.#some(part, 0.6)
    return { write: replacement(part, entries), edit: () => entries }
  }

  #patch(part: Part) {
    const upsert = this.#some(part, 0.2)
    const remove = this.#some(part, 0.15).filter(entry => !upsert.some(other => same(other, entry)))
    const edit = (old: Iterable<Entry>) => [
      ...[...old].filter(entry => ![...upsert, ...remove].some(other => same(other, entry))),
      ...upsert,
    ]
    return { write: patch(part, upsert, remove), edit }
  }
}

function same(a: EntryKey, b: EntryKey): boolean {
  return a.kind === b.kind && a.name === b.name
}
