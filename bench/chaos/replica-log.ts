import type { Findings } from './findings.ts'

/** Reads what a replica logs: an error is one to look into, and so is whatever is no line of its log. */
export class ReplicaLog {
  readonly #name: string
  readonly #findings: Findings
  #rest = ''
  warnings = 0

  constructor(name: string, findings: Findings) {
    this.#name = name
    this.#findings = findings
  }

  /** Of a new process: the one before may have been killed in the middle of a line. */
  begin(): void {
    this.#rest = ''
  }

  take(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() as string
    for (const line of lines) this.#read(line)
  }

  #read(line: string): void {
    if (line.trim() === '') return
    const level = levelOf(line)
    if (level === 'warn') this.warnings += 1
    else if (level === undefined) {
      // Why it did not start is for the supervisor to judge.
      if (!line.includes('cannot start'))
        this.#findings.add('said outside of the log', `${this.#name}: ${line}`)
    } else if (level !== 'info') {
      this.#findings.add('error in a log', `${this.#name}: ${line}`)
    }
  }
}

function levelOf(line: string): string | undefined {
  try {
    return (JSON.parse(line) as { level: string }).level
  } catch {
    return undefined
  }
}
