import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { comparisonTables } from '../compare/tables.ts'
import { growthCharts } from '../growth/charts.ts'
import { growthTables } from '../growth/tables.ts'
import { resultsFile } from '../options.ts'
import { type Measured, type Results, readResults } from '../results-file.ts'
import { type Chart, drawCharts } from './chart.ts'
import { partTables } from './part-tables.ts'

const PAGE = fileURLToPath(new URL('../README.md', import.meta.url))
const [BEGIN, END] = ['<!-- results: made by npm run bench:page -->', '<!-- end of results -->']

/** Draws the pictures of the kept results, and writes those into the page. */
export async function writePage(): Promise<void> {
  const results = await readResults(resultsFile('latest.json'))
  for (const [name, charts] of Object.entries(chartsOf(results))) {
    await writeFile(resultsFile(`${name}.svg`), drawCharts(charts))
  }
  const page = await readFile(PAGE, 'utf8')
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`${PAGE} has lost the marks of its results`)
  const before = page.slice(0, begin + BEGIN.length)
  await writeFile(PAGE, [before, resultsText(results), page.slice(end)].join('\n\n'))
}

function chartsOf({ growth, parts = {} }: Results): Record<string, readonly Chart[]> {
  const ofParts = Object.entries(parts).flatMap(([name, { charts }]) =>
    charts && charts.length > 0 ? [[name, charts] as const] : [],
  )
  return { ...(growth && growthCharts(growth)), ...Object.fromEntries(ofParts) }
}

function resultsText(results: Results): string {
  const { compare, growth, parts = {} } = results
  const pictures = chartsOf(results)
  const picture = (name: string) => (name in pictures ? [`![${name}](results/${name}.svg)`] : [])
  return [
    ...(compare ? ['### Beside go-control-plane', where(compare), comparisonTables(compare.figures)] : []),
    ...(growth
      ? [
          '### Growth',
          where(growth),
          ...['growth-services', 'growth-streams', 'growth-history'].flatMap(picture),
          growthTables(growth),
        ]
      : []),
    ...Object.entries(parts).flatMap(([name, part]) => [partTables(part), where(part), ...picture(name)]),
  ].join('\n\n')
}

function where({ at, machine }: Measured<object>): string {
  const { cores, cpu, memoryGiB, system, node, go, load } = machine
  return `Measured ${at.slice(0, 10)} on ${cores} cores (${cpu}), ${memoryGiB} GiB, ${system}, Node ${node}, ${go}; load average before: ${load}.`
}
