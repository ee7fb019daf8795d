import { expect } from 'vitest'
import { type Response, toldOf } from './response.ts'
import type { Streams } from './streams.ts'

let markers = 0

/** One resource type of a client that speaks delta. */
export class DeltaChannel {
  readonly typeUrl: string
  readonly #streams: Streams

  constructor(streams: Streams, typeUrl: string) {
    this.#streams = streams
    this.typeUrl = typeUrl
  }

  send(request: object = {}): void {
    this.#streams.send(this.typeUrl, request)
  }

  subscribe(...names: string[]): void {
    this.send({ resourceNamesSubscribe: names })
  }

  unsubscribe(...names: string[]): void {
    this.send({ resourceNamesUnsubscribe: names })
  }

  next(): Promise<Response> {
    return this.#streams.take(this.typeUrl)
  }

  ack({ nonce }: Response, more: object = {}): void {
    this.send({ responseNonce: nonce, ...more })
  }

  nack({ nonce }: Response, more: object = {}): void {
    this.send({ responseNonce: nonce, errorDetail: { code: 3, message: 'I do not want this' }, ...more })
  }

  /** Takes a response and says yes to it. */
  async accept(): Promise<Response> {
    const response = await this.next()
    this.ack(response)
    return response
  }

  /**
   * Nothing has come, and nothing is on its way: a name that nobody has is asked for, and the next response of any type
   * is about this name alone.
   */
  async silent(): Promise<void> {
    markers += 1
    const marker = `nowhere/marker-${markers}/80`
    this.subscribe(marker)
    const response = await this.#streams.next()
    expect({ typeUrl: response.typeUrl, told: toldOf(response) }).toEqual({
      typeUrl: this.typeUrl,
      told: [marker],
    })
    this.ack(response)
  }
}

/** One resource type of a client that speaks the state of the world. */
export class StateChannel {
  readonly typeUrl: string
  readonly #streams: Streams
  /** Stated last. */
  names: readonly string[] = []
  #acked = ''
  #nonce = ''

  constructor(streams: Streams, typeUrl: string) {
    this.#streams = streams
    this.typeUrl = typeUrl
  }

  /** States these names, with the version and the nonce that the client is at. */
  state(names: readonly string[] = this.names, more: object = {}): void {
    this.names = names
    this.#streams.send(this.typeUrl, {
      resourceNames: names,
      versionInfo: this.#acked,
      responseNonce: this.#nonce,
      ...more,
    })
  }

  async next(): Promise<Response> {
    const response = await this.#streams.take(this.typeUrl)
    this.#nonce = response.nonce
    return response
  }

  ack({ version, nonce }: Response, names = this.names): void {
    this.#acked = version
    this.state(names, { responseNonce: nonce })
  }

  nack({ nonce }: Response, more: object = {}): void {
    this.state(this.names, {
      responseNonce: nonce,
      errorDetail: { code: 3, message: 'I do not want this' },
      ...more,
    })
  }

  async accept(): Promise<Response> {
    const response = await this.next()
    this.ack(response)
    return response
  }

  /**
   * Nothing has come, and nothing is on its way: the next response of any type is the one that has what `makeMarker`
   * makes, which resolves to its name. In this form nothing is said of what there is not.
   */
  async silent(makeMarker: () => Promise<string>): Promise<void> {
    const marker = await makeMarker()
    const isNamed = this.names.length > 0 && !this.names.includes('*')
    if (isNamed) this.state([...this.names, marker])
    const response = await this.#streams.next()
    expect(response.typeUrl).toBe(this.typeUrl)
    expect(toldOf(response)).toContain(marker)
    this.#nonce = response.nonce
    this.ack(response)
  }
}
