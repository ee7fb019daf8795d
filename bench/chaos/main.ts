import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Closing } from '../../demo/closing.ts'
import { line, verdict } from '../../demo/terminal.ts'
import { PROGRAM } from '../../demo/vicinity.ts'
import { MUST_NOT_BE } from './findings.ts'
import { reportOf } from './report.ts'
import { type Run, runChaos } from './run.ts'

/**
 * `npm run chaos -- --minutes 5 --seed 1`: replicas on a real PostgreSQL, pushers, proxies and Envoys under load, and
 * everything broken at random. Exits 0 only if nothing was lost, out of order, different or failed.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    proxies: { type: 'string', default: '50' },
    envoys: { type: 'string', default: '2' },
    report: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const options = {
  minutes: Number(values.minutes),
  seed: Number(values.seed),
  proxies: Number(values.proxies),
  envoys: Number(values.envoys),
  rate: 50,
  program: [PROGRAM],
  storms: [8_000, 25_000],
} as const
const file = values.report ?? join(tmpdir(), `vicinity-chaos-seed-${options.seed}.json`)

const closing = new Closing()
const over = new AbortController()
const folder = await mkdtemp(join(tmpdir(), 'vicinity-chaos-'))
let isKept = values.keep
closing.addWay(async () => {
  if (isKept) line(`The logs of all processes are in ${folder}`)
  else await rm(folder, { recursive: true, force: true })
})
let ending: Promise<void> | undefined
const end = () => {
  over.abort()
  ending ??= closing.close()
  return ending
}
process.exitCode = 130 // until it is known whether all was right
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void end().finally(() => process.exit()))
}

try {
  const run = await runChaos(options, { folder, closing, signal: over.signal, tell: line })
  const right = run.findings.total === 0
  await writeFile(
    file,
    JSON.stringify({ ...options, ...run.figures, right, ...(await reportOf(run, folder)) }, null, 2),
  )
  print(run, right)
  isKept ||= !right
  process.exitCode = right ? 0 : 1
} catch (error) {
  if (!over.signal.aborted) {
    console.error(error)
    isKept = true
    process.exitCode = 1
  }
}
await end().finally(() => process.exit())

function print({ findings, figures }: Run, right: boolean): void {
  line()
  for (const [name, figure] of Object.entries(figures)) line(`  ${name.padEnd(24)}${figure}`)
  line()
  for (const kind of MUST_NOT_BE) line(`  ${kind.padEnd(36)}${findings.count(kind)}`)
  verdict(right, right ? `All right; ${file} has the plan.` : `Something was wrong; ${file} says what.`)
}
