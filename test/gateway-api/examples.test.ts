import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Example, type ExampleObject, exampleRows } from './example-table.ts'

const FOLDER = join(import.meta.dirname, 'examples')

const HEAD = `# The Gateway API's own examples

What Vicinity says of each object of \`examples/standard\` of the Gateway API v1.7.0 when it is pushed as it is. Files of
one folder are pushed together. Backends and gateways that a file names and does not bring are there as plain ones: a
Service with the port, a Gateway with an HTTP listener that takes every route. Made by \`npx vitest run test/gateway-api --update\`.

| file | object | served | said |
| --- | --- | --- | --- |
`

test("the Gateway API's own examples are accepted, or refused with its reasons", async () => {
  const files = (await readdir(FOLDER, { recursive: true })).filter(file => file.endsWith('.yaml')).sort()
  const stages: Stage[] = []
  for (const file of files) {
    const text = await readFile(join(FOLDER, file), 'utf8')
    const objects = parseAllDocuments(text).map(one => one.toJS() as unknown)
    addToStage(
      stages,
      file,
      objects.filter(value => value !== null).map(value => ({ file, value: value as ExampleObject })),
    )
  }
  const rows = stages.flatMap(({ examples }) => exampleRows(examples))
  expect(rows.length).toBeGreaterThan(100)
  const lines = rows.map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`)
  await expect(`${HEAD}${lines.join('\n')}\n`).toMatchFileSnapshot('../../docs/gateway-api-examples.md')
})

interface Stage {
  readonly folder: string
  readonly examples: Example[]
}

/** Files at the top stand alone; so does one that brings an object which a file before it has brought. */
function addToStage(stages: Stage[], file: string, examples: readonly Example[]): void {
  const folder = dirname(file) === '.' ? file : dirname(file)
  const brings = (stage: Stage) => stage.examples.some(one => examples.some(other => isSame(one, other)))
  const stage = stages.find(one => one.folder === folder && !brings(one))
  if (stage === undefined) stages.push({ folder, examples: [...examples] })
  else stage.examples.push(...examples)
}

function isSame({ value: a }: Example, { value: b }: Example): boolean {
  return (
    a.kind === b.kind && a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace
  )
}
