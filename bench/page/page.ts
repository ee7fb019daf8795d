import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { comparisonTables } from '../compare/tables.ts'
import { growthCharts } from '../growth/charts.ts'
import type { Growth } from '../growth/growth.ts'
import { growthTables } from '../growth/tables.ts'
import { resultsFile } from '../options.ts'
import { type Origin, type Results, readResults } from '../results-file.ts'
import { drawCharts } from './chart.ts'
import { partTables } from './part-tables.ts'
import { scaleTables } from './scale.ts'

const MADE = 'made by npm run bench:page'

/** Draws the pictures of the kept results, and writes those into the pages that show them. */
export async function writePage(): Promise<void> {
  const results = await readResults(resultsFile('latest.json'))
  await writeBetween('../README.md', 'results', await resultsText(results))
  const scale = scaleTables(results)
  if (scale !== undefined) await writeBetween('../../docs/scale.md', 'measured', scale)
}

/** Between the marks of this name, the rest of the page stays as it is. */
async function writeBetween(path: string, name: string, text: string): Promise<void> {
  const file = fileURLToPath(new URL(path, import.meta.url))
  const page = await readFile(file, 'utf8')
  const mark = `<!-- ${name}: ${MADE} -->`
  const [begin, end] = [page.indexOf(mark), page.indexOf(`<!-- end of ${name} -->`)]
  if (begin < 0 || end < begin) throw new Error(`${file} has lost the marks of its ${name}`)
  await writeFile(file, [page.slice(0, begin + mark.length), text, page.slice(end)].join('\n\n'))
}

async function resultsText(results: Results): Promise<string> {
  const { compare = {}, growth = {}, parts = {}, troubles = {} } = results
  const sections = [
    ...Object.entries(troubles).flatMap(([step, { errors, ...origin }]) => [
      `**Not measured: ${step}.** ${errors.join('; ')}. What stands below of it is older, or from other runs. ${where(origin)}`,
    ]),
    ...comparisonText(compare),
    ...(await growthText(growth)),
  ]
  for (const [name, part] of Object.entries(parts)) {
    sections.push(partTables(part), where(part))
    if (part.charts?.length) sections.push(await picture(name, part.charts))
  }
  return sections.join('\n\n')
}

function comparisonText(compare: NonNullable<Results['compare']>): string[] {
  const sizes = Object.values(compare)
  if (sizes.length === 0) return []
  const wheres = new Set(sizes.map(where))
  return ['### Beside go-control-plane', ...wheres, comparisonTables(sizes.flatMap(({ figures }) => figures))]
}

const CURVES = {
  services: 'Growth: services',
  streams: 'Growth: streams',
  joining: 'A change while others join',
  history: 'Growth: history in the database',
} as const

async function growthText(growth: Growth): Promise<string[]> {
  const charts = growthCharts(growth)
  const sections: string[] = []
  for (const [name, title] of Object.entries(CURVES) as [keyof typeof CURVES, string][]) {
    const curve = growth[name]
    if (!curve) continue
    sections.push(`### ${title}`, where(curve))
    const drawn = charts[name]
    if (drawn) sections.push(await picture(`growth-${name}`, drawn))
    sections.push(growthTables({ [name]: curve }))
  }
  return sections
}

async function picture(name: string, charts: Parameters<typeof drawCharts>[0]): Promise<string> {
  await writeFile(resultsFile(`${name}.svg`), drawCharts(charts))
  return `![${name}](results/${name}.svg)`
}

function where({ at, commit, machine }: Origin): string {
  const { cores, cpu, memoryGiB, system, node, go, load } = machine
  return `Measured ${at.slice(0, 10)} at commit ${commit} on ${cores} cores (${cpu}), ${memoryGiB} GiB, ${system}, Node ${node}, ${go}; load average before: ${load}.`
}
