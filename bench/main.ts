import { Closing } from '../demo/closing.ts'
import { line } from '../demo/terminal.ts'
import { benchPrograms } from './compare/bench-programs.ts'
import { compare } from './compare/compare.ts'
import { comparisonTables } from './compare/tables.ts'
import { measureGrowth } from './growth/growth.ts'
import { growthTables } from './growth/tables.ts'
import { thisMachine } from './machine.ts'
import { type Options, parseOptions, resultsFile } from './options.ts'
import { writePage } from './page/page.ts'
import { partTables } from './page/part-tables.ts'
import { partNames, runPart } from './parts.ts'
import { type Results, readResults, writeResults } from './results-file.ts'

/**
 * `npm run bench`: Vicinity beside go-control-plane, how both grow, and the parts of Vicinity by themselves. Prints
 * tables and writes all numbers. Exits 0 only if every server showed figures that may be believed; how good they are
 * is for the reader.
 */
const say = (text: string) => console.error(text)
const closing = new Closing()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void closing.close().finally(() => process.exit(130)))
}

async function main(options: Options): Promise<boolean> {
  const { sections, out, quick, vicinity } = options
  const machine = await thisMachine()
  let results = await readResults(out)
  const keep = (news: Results) => {
    results = { ...results, ...news }
    return writeResults(out, results)
  }
  const measured = () => ({ at: new Date().toISOString(), machine })
  const troubles: string[] = []

  if (sections.includes('compare')) {
    const bench = { ...(await benchPrograms()), say, ...(vicinity && { vicinity }) }
    const { figures, failures } = await compare(bench, closing, options, soFar =>
      keep({ compare: { ...soFar, ...measured() } }),
    )
    troubles.push(...failures.map(({ server, error }) => `${server}: ${error}`))
    line(comparisonTables(figures))
  }
  if (sections.includes('growth')) {
    const bench = { ...(await benchPrograms()), say, ...(vicinity && { vicinity }) }
    const growth = await measureGrowth(bench, closing, quick, soFar =>
      keep({ growth: { ...soFar, ...measured() } }),
    )
    troubles.push(...growth.failures.map(({ server, error }) => `${server}: ${error}`))
    line(growthTables(growth))
  }
  if (sections.includes('parts')) {
    for (const name of await partNames(options.part)) {
      const part = await runPart(name, quick)
      if (!part?.right) troubles.push(`part ${name} was not right`)
      if (!part) continue
      await keep({ parts: { ...results.parts, [name]: { ...part, ...measured() } } })
      line(partTables(part))
    }
  }
  if (out === resultsFile('latest.json')) await writePage()
  for (const trouble of troubles) line(`FAILED ${trouble}`)
  line(`All numbers: ${out}`)
  return troubles.length === 0
}

try {
  process.exitCode = (await main(parseOptions(process.argv.slice(2)))) ? 0 : 1
} catch (error) {
  say((error as Error).message)
  process.exitCode = 1
}
await closing.close()
process.exit()
