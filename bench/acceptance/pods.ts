import { type Backend, startBackend } from '../../demo/backend.ts'
import type { Closing } from '../../demo/closing.ts'

/** Backends by name, each a process of its own; one that is started again has the port that it had. */
export class Pods {
  readonly #backends: Map<string, Backend>
  readonly #closing: Closing
  #dead: readonly string[] = []

  private constructor(backends: readonly Backend[], closing: Closing) {
    this.#backends = new Map(backends.map(one => [one.pod, one]))
    this.#closing = closing
  }

  static async start(names: Iterable<string>, closing: Closing): Promise<Pods> {
    const backends = await Promise.all([...names].map(async name => closing.add(await startBackend(name))))
    return new Pods(backends, closing)
  }

  port(pod: string): number {
    return this.#backend(pod).port
  }

  /** Afterwards these are dead and all others alive. */
  async killOnly(names: readonly string[]): Promise<void> {
    for (const name of this.#dead.filter(one => !names.includes(one))) {
      this.#backends.set(name, this.#closing.add(await startBackend(name, this.port(name))))
    }
    for (const name of names.filter(one => !this.#dead.includes(one))) await this.#backend(name).kill()
    this.#dead = names
  }

  #backend(pod: string): Backend {
    return this.#backends.get(pod) as Backend
  }
}
