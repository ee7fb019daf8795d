import { styleText } from 'node:util'

/** How a line is meant; shown as colour where there is a terminal that wants it. */
type Tone = 'added' | 'removed' | 'updated' | 'warning' | 'faint'

const STYLES = {
  added: 'green',
  removed: 'red',
  updated: 'yellow',
  warning: 'yellow',
  faint: 'gray',
} as const

/** Where a command runs, what it reads and where it writes: those of the process, or what a test gives and collects. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Standard input. */
  readonly input: AsyncIterable<Buffer>
  out(line: string): void
  err(line: string): void
  tone(tone: Tone, text: string): string
}

/** Of the process. A reader that goes away, as `head` does, is no failure: the command goes on without it. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  const coloured = process.stdout.isTTY && process.env.NO_COLOR === undefined
  return {
    environment: process.env,
    input: process.stdin,
    out: line => void process.stdout.write(`${line}\n`),
    err: line => void process.stderr.write(`${line}\n`),
    tone: (tone, text) => (coloured ? styleText(STYLES[tone], text) : text),
  }
}

/** Words of proxies and names come from strangers: a terminal must not obey them (ANSI escapes). */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
}

/** The most characters of one value. */
const VALUE_LENGTH = 100

/** A value of a document as JSON, cut where it is long. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = printable(JSON.stringify(value))
  return text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH)}…` : text
}

/** Rows in columns, each as wide as its widest cell. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [header, ...rows].map(row => row.map(printable))
  const widths = header.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0)))
  return cells.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
