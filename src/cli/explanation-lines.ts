import { formatAddress } from '../address.ts'
import type { Explanation } from '../operations/explain-assignment.ts'
import { printable, type Terminal, table, valueText } from './terminal.ts'

type Endpoint = Explanation['endpoints'][number]

/** The most rows of one group, unless all are asked for. */
const ROWS = 20

/** The most characters of a node's name at both its ends: long names of machines are told apart by one or the other. */
const NODE_HEAD = 18
const NODE_TAIL = 9

/** An explanation for people: what was asked, what decided, the endpoints step by step, and where requests go. */
export function explanationLines(
  answer: Explanation,
  terminal: Pick<Terminal, 'tone'>,
  { all = false }: { readonly all?: boolean | undefined } = {},
): string[] {
  return [
    ...factLines(answer, terminal),
    ...endpointLines(answer, terminal, all ? Number.POSITIVE_INFINITY : ROWS),
    ...shareLines(answer),
  ]
}

function factLines(
  { service, port, revision, viewpoint, mode, rule, endpoints, settings = {}, notes }: Explanation,
  terminal: Pick<Terminal, 'tone'>,
): string[] {
  const lines = table(
    ['service', `${service} port ${port}, revision ${revision}`],
    [
      ['seen from', viewpointText(viewpoint)],
      ['mode', `${mode}: ${rule}`],
      ['endpoints', originsText(endpoints)],
      ...Object.entries(settings).map(([field, { value, origin }]) => [
        'setting',
        `${field} ${valueText(value)}, from ${origin}`,
      ]),
      ...notes.map(note => ['warning', note]),
    ],
  )
  const warnings = lines.length - notes.length
  return lines.map((line, index) => (index < warnings ? line : terminal.tone('warning', line)))
}

function viewpointText({ region, zone, subZone, node, source, network }: Explanation['viewpoint']): string {
  const place = [region, zone, subZone].filter(Boolean).join('/') || 'an unknown zone'
  const where = [place, node && `node ${node}`, source && `source ${source}`, network && `network ${network}`]
  return where.filter(Boolean).join(', ')
}

/** How many each source has, and which revision wrote them: the same for all of a source. */
function originsText(endpoints: readonly Endpoint[]): string {
  const counts = new Map<string, number>()
  for (const { source, revision } of endpoints) {
    const origin = `of source ${source}, revision ${revision}`
    counts.set(origin, (counts.get(origin) ?? 0) + 1)
  }
  return [...counts].map(([origin, count]) => `${count} ${origin}`).join('; ') || 'none'
}

function endpointLines(answer: Explanation, terminal: Pick<Terminal, 'tone'>, most: number): string[] {
  if (answer.endpoints.length === 0) return []
  const columns = columnsFor(answer)
  const groups = groupsOf(answer.endpoints)
  const shown = groups.flatMap(({ members }) => members.slice(0, most))
  const [header = '', ...rows] = table(
    columns.map(({ title }) => title),
    shown.map(one => columns.map(({ cell }) => cell(one))),
  )
  const rowOf = new Map(shown.map((one, index) => [one, rows[index]]))
  return [
    '',
    terminal.tone('faint', `  ${header}`),
    ...groups.flatMap(({ heading, tone, members }) => {
      const own = members.slice(0, most).map(one => `  ${rowOf.get(one)}`)
      const lines = [printable(heading), ...own, ...moreLines(members.slice(most))]
      return tone === undefined ? lines : lines.map(line => terminal.tone(tone, line))
    }),
  ]
}

/** What stands at one step for one reason. */
interface Group {
  readonly heading: string
  readonly tone: 'added' | 'faint' | undefined
  readonly members: Endpoint[]
}

function groupsOf(endpoints: readonly Endpoint[]): Group[] {
  const groups = new Map<string, Group>()
  for (const one of endpoints) {
    const heading = headingOf(one)
    const group = groups.get(heading)
    if (group) group.members.push(one)
    else groups.set(heading, { heading, tone: toneOf(one), members: [one] })
  }
  return [...groups.values()]
}

function headingOf({ priority, chosen, reason }: Endpoint): string {
  const step = priority === null ? 'not sent' : `priority ${priority}, ${chosen ? 'chosen' : 'standby'}`
  return `${step}: ${reason.replace(/^standby: /, '')}`
}

function toneOf({ priority, chosen }: Endpoint): Group['tone'] {
  if (chosen) return 'added'
  return priority === null ? 'faint' : undefined
}

function moreLines(others: readonly Endpoint[]): string[] {
  if (others.length === 0) return []
  const share = others.reduce((sum, one) => sum + one.share, 0)
  const together = share > 0 ? `, ${percent(share)} together` : ''
  return [`  … and ${others.length} more${together} (--all lists them)`]
}

interface Column {
  readonly title: string
  readonly cell: (one: Endpoint) => string
}

/** Of those that are often empty or all alike, only the columns that say something. */
function columnsFor(answer: Explanation): Column[] {
  const { endpoints } = answer
  const sent = endpoints.filter(one => one.priority !== null)
  const zoneOf = zoneNames(answer)
  const column = (title: string, cell: Column['cell'], isTelling = true) =>
    isTelling ? [{ title, cell }] : []
  return [
    column('ENDPOINT', one => one.name),
    column('ADDRESS', addressText),
    column('ZONE', one => [zoneOf(one), one.subZone].filter(Boolean).join('/') || '-'),
    column(
      'NODE',
      one => clipped(one.node || '-'),
      endpoints.some(one => one.node !== ''),
    ),
    column('SOURCE', one => one.source, differ(endpoints.map(one => one.source))),
    column('SHARE', one => (one.chosen ? percent(one.share) : '-')),
    column('WEIGHT', one => String(one.weight), differ(sent.map(one => one.weight))),
  ].flat()
}

function differ(values: readonly unknown[]): boolean {
  return new Set(values).size > 1
}

/** The region is said once, with the viewpoint, where there is no other. */
function zoneNames({ viewpoint, endpoints }: Explanation): (one: Endpoint) => string {
  const isTelling = differ([viewpoint.region ?? '', ...endpoints.map(one => one.region)])
  return ({ region, zone }) => [isTelling && region, zone].filter(Boolean).join('/')
}

function clipped(name: string): string {
  if (name.length <= NODE_HEAD + 1 + NODE_TAIL) return name
  return `${name.slice(0, NODE_HEAD)}…${name.slice(-NODE_TAIL)}`
}

/** Where the requests go while all is well, zone by zone. */
function shareLines(answer: Explanation): string[] {
  const zoneOf = zoneNames(answer)
  const shares = new Map<string, number>()
  for (const one of answer.endpoints.filter(({ chosen }) => chosen)) {
    const zone = zoneOf(one) || 'no zone'
    shares.set(zone, (shares.get(zone) ?? 0) + one.share)
  }
  if (shares.size === 0) return []
  const sorted = [...shares].sort(([, a], [, b]) => b - a)
  const texts = sorted.map(([zone, share]) => `${zone} ${percent(share)}`)
  return ['', printable(`expected share: ${texts.join(', ')}`)]
}

function percent(share: number): string {
  const rounded = Math.round(share * 1000) / 10
  return rounded === 0 && share > 0 ? '<0.1 %' : `${rounded} %`
}

/** Of another network: through whose gateways it is reached. */
function addressText({ address, port, via }: Endpoint): string {
  const own = formatAddress({ host: address, port })
  return via === undefined ? own : `${own} via ${via.network}`
}
