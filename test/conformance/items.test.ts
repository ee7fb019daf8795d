import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

/** Every item of docs/xds-checklist.md has tests that bear its number; docs/xds-conformance.md says which. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ITEM = /^(\d+)\. (?:\[([MSO])\] )?(.+)$/gm
const TITLE =
  /\b(?:test|it)(?:\.each\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gs
const NUMBERS = /^\[((?:[MSO]\d+(?:, )?)+)\] /

interface Item {
  readonly number: number
  /** How much it is owed: the protocol says must, should, or it is optional. */
  readonly letter: string
}

interface Title {
  readonly file: string
  readonly numbers: readonly string[]
  readonly text: string
}

const checklist = readFileSync(join(ROOT, 'docs/xds-checklist.md'), 'utf8')
const items: Item[] = [...checklist.matchAll(ITEM)].map(([, number, letter = 'O']) => ({
  number: Number(number),
  letter,
}))
const own = titlesIn('test/conformance')
const others = ['test/xds', 'test/envoy', 'test/proto', 'test/cli'].flatMap(titlesIn)

describe('the checklist', () => {
  test('has items 1 to 102, each once', () => {
    expect(items.map(({ number }) => number)).toEqual(Array.from({ length: 102 }, (_, index) => index + 1))
  })

  test('has a test for each of its items', () => {
    const numbered = new Set([...own, ...others].flatMap(({ numbers }) => numbers))
    expect(items.map(({ letter, number }) => `${letter}${number}`).filter(one => !numbered.has(one))).toEqual(
      [],
    )
  })

  test('is all that the numbers in titles refer to', () => {
    const known = new Set(items.map(({ letter, number }) => `${letter}${number}`))
    const strange = [...own, ...others].filter(({ numbers }) => numbers.some(one => !known.has(one)))
    expect(strange.map(({ file, text }) => `${file}: ${text}`)).toEqual([])
  })

  test('has a page of which tests show what, made anew by `npx vitest run test/conformance/items.test.ts --update`', async () => {
    await expect(page()).toMatchFileSnapshot(join(ROOT, 'docs/xds-conformance.md'))
  })
})

function page(): string {
  const rows = items.map(item => `| ${item.number} | ${item.letter} | ${shownBy(item).join('<br>')} |`)
  return [
    '# Conformance: which tests show which item of the checklist',
    '',
    'The items are those of [xds-checklist.md](xds-checklist.md). Tests of `test/conformance` speak to a started product over its',
    'ports alone, in four forms: delta and state of the world, aggregated and per type. Where they cannot see an item, tests',
    'of other folders are named. This page is generated.',
    '',
    '| item | | tests |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

/** Tests of the suite; where it has none of an item, those beside the code. */
function shownBy({ letter, number }: Item): string[] {
  const of = (titles: readonly Title[]) =>
    titles.filter(({ numbers }) => numbers.includes(`${letter}${number}`))
  const shown = of(own).length > 0 ? of(own) : of(others)
  return shown.map(({ file, text }) => `${basename(file, '.test.ts')}: ${text.replaceAll('|', '\\|')}`)
}

function titlesIn(folder: string): Title[] {
  const files = readdirSync(join(ROOT, folder), { encoding: 'utf8', recursive: true })
    .filter(name => name.endsWith('.test.ts'))
    .sort()
  return files.flatMap(name => {
    const file = `${folder}/${name}`
    const source = readFileSync(join(ROOT, file), 'utf8')
    return [...source.matchAll(TITLE)].flatMap(([, , title = '']) => {
      const [, numbers] = NUMBERS.exec(title) ?? []
      return numbers ? [{ file, numbers: numbers.split(', '), text: title.replace(NUMBERS, '') }] : []
    })
  })
}
