import { TYPE_URLS } from '../../proto/type-urls.ts'
import { ROOT_TYPES, WILDCARD } from '../protocol/wildcard.ts'
import { Question } from './question.ts'

/** What clusters and listeners refer to. */
const REFERRED_BY: Readonly<Record<string, string>> = {
  [TYPE_URLS.cluster]: TYPE_URLS.endpoints,
  [TYPE_URLS.listener]: TYPE_URLS.routes,
}

/** All that one client asks for, by type. */
export class Questions {
  readonly #byType = new Map<string, Map<string, Question>>()
  #namesAsked = 0

  /** How many names were asked for so far, each counted whenever it came with others. */
  get namesAsked(): number {
    return this.#namesAsked
  }

  ofType(typeUrl: string): Question[] {
    return [...(this.#byType.get(typeUrl)?.values() ?? [])]
  }

  *all(): Iterable<Question> {
    for (const questions of this.#byType.values()) yield* questions.values()
  }

  /** The question for one name alone. */
  about(typeUrl: string, name: string): Question | undefined {
    return this.#byType.get(typeUrl)?.get(keyOf([name]))
  }

  /** The question that a request is; `isNew`: it is asked for the first time. */
  ask(typeUrl: string, asked: readonly string[]): { readonly question: Question; readonly isNew: boolean } {
    const isWildcard = ROOT_TYPES.has(typeUrl) && (asked.length === 0 || asked.includes(WILDCARD))
    const names = isWildcard ? [] : [...new Set(asked)].sort()
    const key = keyOf(names)
    const questions = this.#byType.get(typeUrl) ?? new Map<string, Question>()
    this.#byType.set(typeUrl, questions)
    const known = questions.get(key)
    if (known === undefined || names.length > 1) this.#namesAsked += names.length
    if (known !== undefined) return { question: known, isNew: false }
    const question = new Question(typeUrl, names, isWildcard)
    questions.set(key, question)
    return { question, isNew: true }
  }

  /** What the clusters, or the listeners, that the client has by now do not name: it asks for it no more. */
  dropUnnamed({ typeUrl, isWildcard, taken }: Question): Question[] {
    const questions = this.#byType.get(REFERRED_BY[typeUrl] ?? '')
    if (questions === undefined || !isWildcard) return []
    const named = new Set(taken?.resources.flatMap(one => one.references))
    const dropped: Question[] = []
    for (const [key, question] of questions) {
      if (question.names.some(name => named.has(name))) continue
      questions.delete(key)
      dropped.push(question)
    }
    return dropped
  }
}

function keyOf(names: readonly string[]): string {
  return JSON.stringify(names)
}
