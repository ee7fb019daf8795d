import { type Entry, type EntryKey, keyText, PARTS, type Part } from '../../src/model/entry.ts'
import { EMPTY_PART_DIGEST, nextPartDigest } from '../../src/model/part-digest.ts'
import type { EntryDiff, StoredEntry } from '../../src/store/store.ts'

type Content = ReadonlyMap<string, StoredEntry>
/** All parts of all sources by `source/part`. */
type State = ReadonlyMap<string, Content>

/** The store as anyone would write it who has memory without end: a whole copy of everything per revision. */
export class NaiveStore {
  readonly states: State[] = [new Map()]

  get head(): number {
    return this.states.length - 1
  }

  now(): State {
    return this.at(this.head)
  }

  at(revision: number): State {
    return this.states[revision] as State
  }

  entriesAt(revision: number): StoredEntry[] {
    return [...this.at(revision).values()].flatMap(content => [...content.values()])
  }

  /** Applies to several parts at once; returns whether that made a revision. */
  change(source: string, edits: ReadonlyMap<Part, (old: Content) => Entry[] | null>): boolean {
    return this.changeAll([...edits].map(([part, edit]) => ({ source, part, edit })))
  }

  restore(revision: number, source: string | undefined, parts: readonly Part[]): boolean {
    const places = new Set([...this.now().keys(), ...this.at(revision).keys()])
    const edits = [...places].map(place => {
      const [where, part] = place.split('/') as [string, Part]
      const then = this.at(revision).get(place)
      return { source: where, part, edit: () => (then ? [...then.values()] : null) }
    })
    return this.changeAll(edits.filter(e => parts.includes(e.part) && (source ?? e.source) === e.source))
  }

  remove(source: string): boolean {
    return this.change(source, new Map(PARTS.map(part => [part, () => null])))
  }

  changeAll(edits: { source: string; part: Part; edit: (old: Content) => Entry[] | null }[]): boolean {
    const next = new Map(this.now())
    let changed = false
    for (const { source, part, edit } of edits) {
      const place = `${source}/${part}`
      const old = next.get(place)
      const wanted = edit(old ?? new Map())
      const content = wanted && this.#content(source, old ?? new Map(), wanted)
      if (digestOf(content) === digestOf(old)) continue
      changed = true
      if (content) next.set(place, content)
      else next.delete(place)
    }
    if (changed) this.states.push(next)
    return changed
  }

  #content(source: string, old: Content, wanted: readonly Entry[]): Content {
    const revision = this.head + 1
    return new Map(
      wanted.map(entry => {
        const before = old.get(keyText(entry))
        if (before?.digest === entry.digest) return [keyText(entry), before]
        return [keyText(entry), { ...entry, source, since: revision, created: before?.created ?? revision }]
      }),
    )
  }

  diff(from: number, to: number): EntryDiff[] {
    const side = (revision: number) =>
      new Map(this.entriesAt(revision).map(e => [`${e.source}/${keyText(e)}`, e]))
    const [before, after] = [side(from), side(to)]
    const keys = [...new Set([...before.keys(), ...after.keys()])].sort()
    return keys
      .filter(key => before.get(key)?.digest !== after.get(key)?.digest)
      .map(key => {
        const { source, kind, namespace, name } = (before.get(key) ?? after.get(key)) as StoredEntry
        return {
          source,
          kind,
          namespace,
          name,
          before: bodyOf(before.get(key)),
          after: bodyOf(after.get(key)),
        }
      })
  }
}

function bodyOf(entry: Entry | undefined): string | null {
  return entry?.body ?? null
}

export function digestOf(content: Content | undefined | null): string | null {
  if (!content) return null
  return nextPartDigest(
    EMPTY_PART_DIGEST,
    [...content.values()].map(entry => entry.digest),
  )
}

/** In the order in which a part is listed. */
export function sorted<K extends EntryKey>(entries: Iterable<K>): K[] {
  return [...entries].sort((a, b) => (keyText(a) < keyText(b) ? -1 : 1))
}
