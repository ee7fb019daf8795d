import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ServerName, Size } from './compare/compare.ts'
import { CACHES } from './compare/peer-server.ts'
import { OURS } from './compare/ratios.ts'

export interface Options {
  /** Names of steps, or what they begin with: see `planOf`. */
  readonly only: readonly string[]
  readonly sizes: readonly Size[]
  /** Of the comparison. */
  readonly runs: number
  readonly quick: boolean
  /** No step begins later than this. */
  readonly minutes: number
  /** The JSON file; the page and its pictures are made of the one that is kept in the repository. */
  readonly out: string
  /** A built Vicinity other than that of this folder. */
  readonly vicinity?: string
}

const SERVERS: readonly ServerName[] = [OURS, ...CACHES]
const SIZES = ['100x100', '1000x1000', '5000x200']

export function resultsFile(name: string): string {
  return fileURLToPath(new URL(`./results/${name}`, import.meta.url))
}

export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      sizes: { type: 'string' },
      servers: { type: 'string' },
      runs: { type: 'string' },
      repetitions: { type: 'string' },
      minutes: { type: 'string' },
      out: { type: 'string' },
      vicinity: { type: 'string' },
    },
  })
  const { quick, vicinity, repetitions } = values
  const given = {
    ...(repetitions !== undefined && { repetitions: Number(repetitions) }),
    ...(values.servers !== undefined && { servers: values.servers.split(',').map(serverNamed) }),
  }
  const sizes = values.sizes?.split(',') ?? (quick ? ['100x100', '1000x1000'] : SIZES)
  return {
    only: values.only?.split(',') ?? (quick ? ['compare'] : ['compare', 'growth', 'parts']),
    sizes: sizes.map(text => ({ ...sizeOf(text, quick), ...given })),
    runs: Number(values.runs ?? (quick ? 1 : 3)),
    quick,
    minutes: Number(values.minutes ?? Number.POSITIVE_INFINITY),
    out: values.out ?? resultsFile(quick ? 'quick.json' : 'latest.json'),
    ...(vicinity && { vicinity }),
  }
}

/**
 * Services × streams. Where little is to be done, pushes are repeated more often: each takes less of the clock that counts
 * processor time in hundredths. A quick look takes a large size beside the peer that is mostly the best.
 */
function sizeOf(text: string, quick: boolean): Size {
  const [services, streams] = text.split('x').map(Number)
  if (!services || !streams) throw new Error(`a size is SERVICESxSTREAMS, not ${text}`)
  const workload = { services, endpoints: 10, zones: 3, streams }
  const isLarge = services * streams > 100_000
  if (!isLarge) return { workload, repetitions: quick ? 10 : 20, servers: SERVERS, isLarge }
  return { workload, repetitions: quick ? 3 : 5, servers: quick ? [OURS, 'linear'] : SERVERS, isLarge }
}

function serverNamed(name: string): ServerName {
  const found = SERVERS.find(one => one === name)
  if (!found) throw new Error(`there is no server ${name}, but ${SERVERS.join(', ')}`)
  return found
}
