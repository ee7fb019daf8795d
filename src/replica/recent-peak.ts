/** The highest value that something had within a window of time. Times are milliseconds of a clock that never goes back. */
export class RecentPeak {
  readonly #window: number
  #value = 0
  /** What it was before it fell and until when that counts: each lower, and counting longer, than the one before. */
  #passed: { readonly value: number; readonly until: number }[] = []

  constructor(window: number) {
    this.#window = window
  }

  get value(): number {
    return this.#value
  }

  set(value: number, now: number): void {
    this.#passed = this.#passed.filter(one => one.until > now && one.value > Math.max(value, this.#value))
    if (value < this.#value) this.#passed.push({ value: this.#value, until: now + this.#window })
    this.#value = value
  }

  at(now: number): number {
    return this.#passed.find(one => one.until > now)?.value ?? this.#value
  }

  /** When `at` is less than it is now, if nothing else happens. */
  fallsAfter(now: number): number | undefined {
    return this.#passed.find(one => one.until > now)?.until
  }
}
