import { markdownTable } from '../compare/markdown-table.ts'
import type { PartResult } from '../part-result.ts'

/** One part as a section of the page. */
export function partTables({ title, text, tables = [] }: PartResult): string {
  const shown = tables.flatMap(({ caption, columns, rows }) => [
    ...(caption ? [caption] : []),
    markdownTable(columns, rows),
  ])
  return [`### ${title}`, ...(text ? [text] : []), ...shown].join('\n\n')
}
