import { Closing } from '../demo/closing.ts'
import { line } from '../demo/terminal.ts'
import { benchPrograms } from './compare/bench-programs.ts'
import { thisCommit, thisMachine } from './machine.ts'
import { type Options, parseOptions, resultsFile } from './options.ts'
import { writePage } from './page/page.ts'
import { planOf, type Step } from './plan.ts'
import { ResultsFile } from './results-file.ts'

/**
 * `npm run bench`: Vicinity beside go-control-plane, how both grow, and the parts of Vicinity by themselves. Prints
 * tables and writes all numbers. Exits 0 only if everything was measured and may be believed; how good it is
 * is for the reader.
 */
const say = (text: string) => console.error(text)
const closing = new Closing()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void closing.close().finally(() => process.exit(130)))
}

async function main(options: Options): Promise<boolean> {
  const { out, vicinity, minutes } = options
  const file = await ResultsFile.open(out)
  const origin = { at: new Date().toISOString(), commit: await thisCommit(), machine: await thisMachine() }
  const bench = async () => ({ ...(await benchPrograms()), say, ...(vicinity && { vicinity }) })
  const steps = planOf(options, { bench, closing, file, origin })
  sayPlan(steps, options)

  const until = performance.now() + minutes * 60_000
  const troubles = new Map<string, string[]>()
  for (const [index, step] of steps.entries()) {
    const began = performance.now()
    const isLate = began > until
    if (!isLate) say(`\n${index + 1} of ${steps.length}: ${step.name}`)
    const errors = isLate ? ['left out: the time was over'] : await run(step)
    const ofStep = [...(troubles.get(step.name) ?? []), ...errors]
    troubles.set(step.name, ofStep)
    await file.change(({ troubles: { [step.name]: _, ...others } = {}, ...all }) => ({
      ...all,
      troubles: ofStep.length === 0 ? others : { ...others, [step.name]: { errors: ofStep, ...origin } },
    }))
    if (out === resultsFile('latest.json')) await writePage()
    if (isLate) continue
    say(`${step.name} took ${Math.round((performance.now() - began) / 1_000)} s`)
    if (!steps.slice(index + 1).some(({ name }) => name === step.name)) line(`\n${step.shown()}`)
  }
  const failed = [...troubles].flatMap(([name, errors]) => errors.map(error => `${name}: ${error}`))
  for (const one of failed) line(`FAILED ${one}`)
  line(`All numbers: ${out}`)
  return failed.length === 0
}

/** What failed in it. What other steps find is kept all the same. */
async function run(step: Step): Promise<readonly string[]> {
  const errors = await step.run().catch((error: Error) => [error.message])
  for (const error of errors) say(`FAILED ${error}`)
  return errors
}

function sayPlan(steps: readonly Step[], { quick }: Options): void {
  const seconds = new Map<string, number>()
  for (const step of steps) seconds.set(step.name, (seconds.get(step.name) ?? 0) + step.seconds)
  const total = [...seconds.values()].reduce((sum, one) => sum + one, 0)
  const each = [...seconds].map(([name, one]) => `${name} ${Math.ceil(one / 60)}`)
  const time = quick ? '' : `, some ${Math.ceil(total / 60)} minutes on two idle cores: ${each.join(', ')}`
  say(`${steps.length} steps${time}`)
}

try {
  process.exitCode = (await main(parseOptions(process.argv.slice(2)))) ? 0 : 1
} catch (error) {
  say((error as Error).message)
  process.exitCode = 1
}
await closing.close()
process.exit()
