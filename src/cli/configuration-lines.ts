import type { DifferenceAnswer } from '../operations/configuration/difference.ts'
import type { ConfigurationAnswer, ShownResource } from '../operations/configuration/document.ts'
import { linesOfChange } from './change-lines.ts'
import { envoyMember } from './envoy-member.ts'
import { printable, type Terminal, table } from './terminal.ts'

type Tones = Pick<Terminal, 'tone'>

/** Each resource: its name, its type, how it stands, its version, and its message as Envoy reads it. */
export function configurationLines(answer: ConfigurationAnswer, { tone }: Tones): string[] {
  const lines = answer.resources.flatMap(resource => {
    const { type, name, version, message, offered } = resource
    const title = [name, type, statusText(resource), version ?? '-'].filter(Boolean).join('  ')
    return [
      titleTone(resource, printable(title), tone),
      ...messageLines(version, message),
      ...(offered
        ? [
            tone('warning', printable(`${name}  ${type}  offered  ${offered.version}`)),
            ...messageLines(offered.version, offered.message),
          ]
        : []),
    ]
  })
  return [...note(answer, tone), ...(lines.length === 0 ? [NOTHING] : lines)]
}

const NOTHING = 'it has no such resource'

/** The resources without their messages. */
export function resourceTable(answer: ConfigurationAnswer, { tone }: Tones): string[] {
  const { resources } = answer
  if (resources.length === 0) return [...note(answer, tone), NOTHING]
  const [header = '', ...rows] = table(
    ['TYPE', 'NAME', 'STATUS', 'VERSION', 'OFFERED'],
    resources.map(resource => [
      resource.type.toUpperCase(),
      resource.name,
      statusText(resource) ?? '-',
      resource.version ?? '-',
      resource.offered?.version ?? '-',
    ]),
  )
  const body = rows.map((row, index) => titleTone(resources[index] as ShownResource, row, tone))
  return [...note(answer, tone), tone('faint', header), ...body]
}

/** What changed for a proxy, resource by resource. */
export function differenceLines({ from, to, changes }: DifferenceAnswer, terminal: Tones): string[] {
  if (changes.length === 0) return [`nothing of what it is sent differs between revisions ${from} and ${to}`]
  return changes.flatMap(change =>
    linesOfChange(`${change.type} ${change.name}`, change, terminal, envoyMember),
  )
}

function note(answer: ConfigurationAnswer, tone: Tones['tone']): string[] {
  if (answer.exact) return []
  const { revision, replica, resources } = answer
  const isPast = resources.some(({ status }) => status === undefined)
  const text = isPast
    ? `worked out from what sources said at revision ${revision}`
    : `worked out from revision ${revision}, which it has answered: it is connected to ${replica}`
  return [tone('faint', printable(text))]
}

function titleTone({ status }: ShownResource, text: string, tone: Tones['tone']): string {
  return status === undefined || status === 'SYNCED' ? text : tone('warning', text)
}

function statusText({ status }: ShownResource): string | undefined {
  return status?.replace('_', ' ')
}

function messageLines(version: string | null, message: unknown): string[] {
  if (version === null) return []
  if (message === null) return ['    a version of an earlier stream: what it says is not known']
  return JSON.stringify(message, undefined, 2).split('\n').map(printable)
}
