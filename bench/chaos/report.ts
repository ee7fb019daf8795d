import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Run } from './run.ts'

/** Milliseconds before and after the first finding that are told of. */
const BEFORE = 15_000
const AFTER = 2_000
const MOST_LINES = 400

/** The run as JSON: what was done, what was wrong, and what went on around the first of it. */
export async function reportOf({ findings, storms, events }: Run, folder: string): Promise<object> {
  const [first] = findings.kept
  if (first === undefined) return { findings: [], storms }
  const at = Date.parse(first.at)
  const isNear = (time: string) => Date.parse(time) > at - BEFORE && Date.parse(time) < at + AFTER
  const logs: Record<string, string[]> = {}
  for (const name of await readdir(folder)) {
    const lines = (await readFile(join(folder, name), 'utf8')).split('\n')
    logs[name] = lines.filter(line => isNear(timeOf(line))).slice(0, MOST_LINES)
  }
  return {
    findings: findings.kept,
    around: { first, events: events.filter(event => isNear(event.at)), logs },
    storms,
  }
}

/** Of a line of a replica's log. */
function timeOf(line: string): string {
  return /"time":"([^"]+)"/.exec(line)?.[1] ?? ''
}
