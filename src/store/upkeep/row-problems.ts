import { entry, KIND_PARTS, STORED_PARTS } from '../../model/entry.ts'
import type { OddSuccessor } from './moment.ts'
import type { EntryVersion, Rows } from './tables.ts'

/** What is wrong with one row by itself, in words. */

export function floorProblems({ source, part, revision }: Rows['floor'], head: number): string[] {
  const isSane = STORED_PARTS.includes(part) && revision > 0 && revision <= head
  return isSane ? [] : [`floor of ${source}/${part}: ${revision} is no revision up to ${head}`]
}

export function hearingProblems({ source, heardAt }: Rows['heard']): string[] {
  return Number.isNaN(Date.parse(heardAt))
    ? [`source ${source}: heard at "${heardAt}", which is no time`]
    : []
}

export function fenceProblems({ source, epoch }: Rows['fence']): string[] {
  return Number.isSafeInteger(epoch) && epoch >= 0 ? [] : [`source ${source}: its epoch ${epoch} is none`]
}

export function nackProblems({ key, resources, firstAt, lastAt, count }: Rows['nack']): string[] {
  const isSane = count >= 1 && firstAt <= lastAt && isList(resources)
  return isSane ? [] : [`NACK ${key}: ${count} from ${firstAt} to ${lastAt} of ${resources}`]
}

function isList(json: string): boolean {
  try {
    return Array.isArray(JSON.parse(json))
  } catch {
    return false
  }
}

export function partProblems(row: Rows['part'], head: number): string[] {
  return intervalProblems(row, `part ${row.source}/${row.part}`, head)
}

export function entryProblems(row: Rows['entry'], head: number): string[] {
  const name = nameOf(row)
  const problems = intervalProblems(row, name, head)
  if (KIND_PARTS[row.kind] !== row.part) problems.push(`${name}: its kind is none of part ${row.part}`)
  const { digest } = entry(row, row.body)
  if (digest !== row.digest)
    problems.push(`${name}: its digest ${row.digest} is not that of its body, ${digest}`)
  return problems
}

export function successorProblem({ earlierSince, earlierUntil, ...row }: OddSuccessor): string {
  return earlierUntil === row.since
    ? `${nameOf(row)}: "created" is ${row.created}, not that of revision ${earlierSince}, which it replaces`
    : `${nameOf(row)}: the one of revision ${earlierSince} holds until ${earlierUntil ?? 'now'}: they overlap`
}

function intervalProblems(
  { since, until, created }: Pick<EntryVersion, 'since' | 'until' | 'created'>,
  name: string,
  head: number,
): string[] {
  const isSane =
    created >= 1 && created <= since && since <= head && (until === null || (until > since && until <= head))
  if (isSane) return []
  return [
    `${name}: created ${created}, since ${since}, until ${until ?? 'now'}: no interval up to revision ${head}`,
  ]
}

function nameOf({ source, kind, namespace, name, since }: EntryVersion): string {
  return `entry ${source}/${kind} ${namespace ? `${namespace}/` : ''}${name} of revision ${since}`
}
