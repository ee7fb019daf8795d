import type { ConfigSource } from '../../translate/config-source.ts'

/** One client's use of a config source. */
export interface ConfigSourceUse {
  readonly configSource: ConfigSource
  /** To be called once. */
  readonly release: () => void
}

/**
 * Where connected clients take endpoints and routes from: the same object for those who say the same, as long as there
 * are any, because clusters and listeners are made for each.
 */
export class ConfigSources {
  readonly #sources = new Map<string, { readonly configSource: ConfigSource; uses: number }>()

  use(wanted: ConfigSource): ConfigSourceUse {
    const key = JSON.stringify(wanted.json)
    const source = this.#sources.get(key) ?? { configSource: wanted, uses: 0 }
    this.#sources.set(key, source)
    source.uses += 1
    return {
      configSource: source.configSource,
      release: () => {
        source.uses -= 1
        if (source.uses === 0) this.#sources.delete(key)
      },
    }
  }
}
