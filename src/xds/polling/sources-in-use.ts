import { CONTROL_PLANE_CLUSTER, REFRESH_DELAY } from '../../model/rest-polling.ts'
import { type ConfigSource, fromRest } from '../../translate/config-source.ts'

/** In bytes of a cluster's name: a host name is what it may be. */
const MAX_NAME = 253

/** What the metadata of a node says of how it asks. */
interface Use {
  readonly configSource: ConfigSource
  /** In milliseconds. */
  readonly refreshDelay: number
  readonly warnings: readonly string[]
  /** To be called once. */
  readonly release: () => void
}

/**
 * Where polling Envoys take endpoints and routes from: the same object for those who say the same, as long as there are
 * any, because clusters and listeners are made for each.
 */
export class SourcesInUse {
  readonly #sources = new Map<string, { readonly configSource: ConfigSource; uses: number }>()

  use({ refreshDelay, xdsCluster }: Readonly<Record<string, unknown>>): Use {
    const warnings: string[] = []
    const seconds = secondsOf(refreshDelay)
    if (seconds === undefined)
      warnings.push(`node.metadata.refreshDelay must be whole seconds, "1s" to "${REFRESH_DELAY.most}s"`)
    const named = xdsCluster === undefined || isName(xdsCluster)
    if (!named) warnings.push('node.metadata.xdsCluster must be the name of a cluster of the bootstrap')
    const polling = {
      cluster: isName(xdsCluster) ? xdsCluster : CONTROL_PLANE_CLUSTER,
      refreshDelay: seconds ?? REFRESH_DELAY.default,
    }
    const key = JSON.stringify(polling)
    const source = this.#sources.get(key) ?? { configSource: fromRest(polling), uses: 0 }
    this.#sources.set(key, source)
    source.uses += 1
    return {
      configSource: source.configSource,
      refreshDelay: polling.refreshDelay * 1_000,
      warnings,
      release: () => {
        source.uses -= 1
        if (source.uses === 0) this.#sources.delete(key)
      },
    }
  }
}

/** undefined: it is none that is taken. */
function secondsOf(text: unknown): number | undefined {
  if (text === undefined) return REFRESH_DELAY.default
  const match = typeof text === 'string' ? /^([1-9][0-9]{0,2})s$/.exec(text) : null
  const seconds = Number(match?.[1])
  return seconds <= REFRESH_DELAY.most ? seconds : undefined
}

function isName(text: unknown): text is string {
  return typeof text === 'string' && text !== '' && text.length <= MAX_NAME
}
