import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ServerName, Size } from './compare/compare.ts'
import { CACHES } from './compare/peer-server.ts'
import { OURS } from './compare/ratios.ts'

export interface Options {
  readonly sections: readonly Section[]
  /** Of the parts, only this one. */
  readonly part?: string
  readonly sizes: readonly Size[]
  /** Pushes of each kind in a run. */
  readonly repetitions: number
  readonly quick: boolean
  /** The JSON file; the page and its pictures are made of the one that is kept in the repository. */
  readonly out: string
  /** A built Vicinity other than that of this folder. */
  readonly vicinity?: string
}

const SECTIONS = ['compare', 'growth', 'parts'] as const
type Section = (typeof SECTIONS)[number]

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
      out: { type: 'string' },
      vicinity: { type: 'string' },
    },
  })
  const { quick, vicinity } = values
  const only = values.only?.split(',') ?? (quick ? ['compare'] : SECTIONS)
  const part = only.find(one => one.startsWith('parts:'))?.slice('parts:'.length)
  const runs = values.runs === undefined ? undefined : Number(values.runs)
  const servers = values.servers?.split(',').map(serverNamed)
  const sizes = (values.sizes?.split(',') ?? (quick ? ['100x100', '1000x1000'] : SIZES)).map(text =>
    sizeOf(text, quick, { ...(runs && { runs }), ...(servers && { servers }) }),
  )
  return {
    sections: only.map(one => sectionNamed(one.split(':')[0] ?? '')),
    ...(part && { part }),
    sizes,
    repetitions: Number(values.repetitions ?? (quick ? 5 : 10)),
    quick,
    out: values.out ?? resultsFile(quick ? 'quick.json' : 'latest.json'),
    ...(vicinity && { vicinity }),
  }
}

/** Services × streams; a quick look takes the large ones once, beside the peer that is mostly the best. */
function sizeOf(text: string, quick: boolean, given: Partial<Size>): Size {
  const [services, streams] = text.split('x').map(Number)
  if (!services || !streams) throw new Error(`a size is SERVICESxSTREAMS, not ${text}`)
  const workload = { services, endpoints: 10, zones: 3, streams }
  const large = services * streams > 100_000
  if (quick && large) return { workload, runs: 1, servers: [OURS, 'linear'], ...given }
  return { workload, runs: quick ? 2 : 3, servers: SERVERS, ...given }
}

function serverNamed(name: string): ServerName {
  const found = SERVERS.find(one => one === name)
  if (!found) throw new Error(`there is no server ${name}, but ${SERVERS.join(', ')}`)
  return found
}

function sectionNamed(name: string): Section {
  const found = SECTIONS.find(one => one === name)
  if (!found) throw new Error(`there is no section ${name}, but ${SECTIONS.join(', ')}, parts:NAME`)
  return found
}
