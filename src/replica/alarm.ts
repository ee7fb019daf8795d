/** Rings once at the earliest of the times that it was set for since it rang last. */
export class Alarm {
  readonly #ring: () => void
  #timer: NodeJS.Timeout | undefined
  #due = Number.POSITIVE_INFINITY

  constructor(ring: () => void) {
    this.#ring = ring
  }

  /** In so many milliseconds from now. It keeps no process alive. */
  set(after: number): void {
    const due = performance.now() + after
    if (due >= this.#due) return
    this.stop()
    this.#due = due
    this.#timer = setTimeout(() => {
      this.#due = Number.POSITIVE_INFINITY
      this.#ring()
    }, after).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#due = Number.POSITIVE_INFINITY
  }
}
