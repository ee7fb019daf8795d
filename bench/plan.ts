import type { Closing } from '../demo/closing.ts'
import { type Bench, compareOnce } from './compare/compare.ts'
import { contenders } from './compare/contenders.ts'
import { comparisonTables } from './compare/tables.ts'
import { sizeOf } from './compare/targets.ts'
import { growthCurves, type MeasureCurve } from './growth/growth.ts'
import { growthTables } from './growth/tables.ts'
import type { Options } from './options.ts'
import { partTables } from './page/part-tables.ts'
import { runPart } from './parts.ts'
import type { Origin, ResultsFile } from './results-file.ts'

/** What is measured at one go. What it finds is kept as soon as it is there. */
export interface Step {
  readonly name: string
  /** What it takes on two idle cores; a quick look takes a part of it. */
  readonly seconds: number
  /** Resolves to what failed. */
  run(): Promise<readonly string[]>
  /** What was found, for the terminal. */
  shown(): string
}

export interface Measuring {
  readonly bench: () => Promise<Bench>
  readonly closing: Closing
  readonly file: ResultsFile
  readonly origin: Origin
}

/** A run; of comparisons of other sizes nobody knows. */
const COMPARE_SECONDS: Readonly<Record<string, number>> = {
  '100 × 100': 95,
  '1000 × 1000': 190,
  '5000 × 200': 190,
}
const GROWTH_SECONDS = { services: 135, streams: 145, joining: 110, history: 200 }
/** The programs of `bench/parts`, what matters most first. */
const PARTS_SECONDS = {
  'first-answer': 90,
  'push-to-envoy': 80,
  store: 80,
  'cold-start': 25,
  assignment: 70,
  translation: 20,
  'fan-out': 100,
  floor: 80,
}

/** All that can be measured, what matters most first. */
export function planOf(options: Options, measuring: Measuring): Step[] {
  const steps = [
    ...comparing(options, measuring),
    ...growing(options, measuring),
    ...Object.entries(PARTS_SECONDS).map(([name, seconds]) => partStep(name, seconds, options, measuring)),
  ]
  for (const one of options.only) {
    if (!steps.some(step => isOf(one, step))) {
      const names = [...new Set(steps.map(step => step.name))]
      throw new Error(
        `there is no ${one}, but compare, growth, parts and, each by itself, ${names.join(', ')}`,
      )
    }
  }
  return steps.filter(step => options.only.some(one => isOf(one, step)))
}

/** Is the step the one of this name, or of the section of this name? */
function isOf(name: string, step: Step): boolean {
  return step.name === name || step.name.startsWith(`${name}:`)
}

/** All sizes once, then all again: whenever it ends, there is something of each. */
function comparing({ sizes, runs }: Options, { bench, closing, file, origin }: Measuring): Step[] {
  const begun = new Set<string>()
  return Array.from({ length: runs }, (_, index) => index + 1).flatMap(run =>
    sizes.map(size => {
      const key = sizeOf(size.workload)
      return {
        name: `compare:${key.replaceAll(' ', '').replace('×', 'x')}`,
        seconds: COMPARE_SECONDS[key] ?? 60,
        run: async () => {
          const measured = () => (begun.has(key) ? (file.results.compare?.[key]?.figures ?? []) : [])
          const servers = size.isLarge && run > 1 ? contenders(size.servers, measured()) : size.servers
          return compareOnce(await bench(), closing, { ...size, servers }, run, figures => {
            const now = { figures: [...measured(), figures], ...origin }
            begun.add(key)
            return file.change(all => ({ ...all, compare: { ...all.compare, [key]: now } }))
          })
        },
        shown: () => comparisonTables(file.results.compare?.[key]?.figures ?? []),
      }
    }),
  )
}

function growing({ quick }: Options, { bench, closing, file, origin }: Measuring): Step[] {
  const curves = growthCurves(bench, closing, quick)
  const stepOf = <T>(name: keyof typeof curves, measure: MeasureCurve<T>): Step => ({
    name: `growth:${name}`,
    seconds: GROWTH_SECONDS[name],
    run: () => {
      const figures: T[] = []
      return measure(point => {
        figures.push(point)
        return file.change(all => ({ ...all, growth: { ...all.growth, [name]: { figures, ...origin } } }))
      })
    },
    shown: () => growthTables({ [name]: file.results.growth?.[name] }),
  })
  return [
    stepOf('joining', curves.joining),
    stepOf('services', curves.services),
    stepOf('streams', curves.streams),
    stepOf('history', curves.history),
  ]
}

function partStep(name: string, seconds: number, { quick }: Options, { file, origin }: Measuring): Step {
  return {
    name: `parts:${name}`,
    seconds,
    run: async () => {
      const part = await runPart(name, quick)
      await file.change(all => ({ ...all, parts: { ...all.parts, [name]: { ...part, ...origin } } }))
      return part.right ? [] : ['what must hold did not hold']
    },
    shown: () => {
      const part = file.results.parts?.[name]
      return part ? partTables(part) : ''
    },
  }
}
