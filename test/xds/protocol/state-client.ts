import type { StateStream, StateStreamResponse } from '../../../src/xds/protocol/state-stream.ts'
import { ROOT_TYPES } from '../../../src/xds/protocol/wildcard.ts'
import type { ModelResponse, ModelStream } from './envoy-model.ts'
import { idsOf, type Wish } from './session.ts'

interface Statement {
  names: readonly string[]
  nonce: string
  versionInfo: string
}

/** How an Envoy speaks in states of the world: its wishes become statements of all names, and what is not there is gone. */
export class StateClient implements ModelStream {
  readonly #states: StateStream
  readonly #statements = new Map<string, Statement>()
  /** Names of the last state of a root type. */
  readonly #roots = new Map<string, readonly string[]>()

  constructor(states: StateStream) {
    this.#states = states
  }

  say(typeUrl: string, { subscribe = [], unsubscribe = [], nonce = '', error }: Wish, at: Date): void {
    const statement = this.#statements.get(typeUrl) ?? { names: [], nonce: '', versionInfo: '' }
    const kept = statement.names.filter(name => !unsubscribe.includes(name) && !subscribe.includes(name))
    statement.names = [...kept, ...subscribe]
    if (nonce !== '') statement.nonce = nonce
    this.#statements.set(typeUrl, statement)
    const names = idsOf(statement.names)
    this.#states.onRequest({ typeUrl, ...statement, names, ...(error !== undefined && { error }) }, at)
  }

  next(now: number): ModelResponse | undefined {
    const response = this.#states.next(now)
    return response && this.#news(response)
  }

  #news({ typeUrl, nonce, resources }: StateStreamResponse): ModelResponse {
    const names = resources.map(one => one.name)
    const before = this.#roots.get(typeUrl) ?? []
    if (ROOT_TYPES.has(typeUrl)) this.#roots.set(typeUrl, names)
    return { typeUrl, nonce, resources, removed: before.filter(name => !names.includes(name)) }
  }
}
