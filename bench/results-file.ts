import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Comparison } from './compare/compare.ts'
import type { Growth } from './growth/growth.ts'
import type { Machine } from './machine.ts'
import type { PartResult } from './part-result.ts'

/** When, of which commit and where something was measured. */
export interface Origin {
  readonly at: string
  readonly commit: string
  readonly machine: Machine
}

export type Measured<T> = T & Origin

/** All raw numbers. What was not measured this time stays as it was measured before. */
export interface Results {
  /** By size, services × streams. */
  readonly compare?: Readonly<Record<string, Measured<Comparison>>>
  readonly growth?: Growth
  readonly parts?: Readonly<Record<string, Measured<PartResult>>>
  /** By step, what of it failed when it was last run. */
  readonly troubles?: Readonly<Record<string, Origin & { readonly errors: readonly string[] }>>
}

/** The file of results, written whenever there is something new. */
export class ResultsFile {
  readonly path: string
  #results: Results

  private constructor(path: string, results: Results) {
    this.path = path
    this.#results = results
  }

  static async open(path: string): Promise<ResultsFile> {
    return new ResultsFile(path, await readResults(path))
  }

  get results(): Results {
    return this.#results
  }

  async change(how: (results: Results) => Results): Promise<void> {
    this.#results = how(this.#results)
    await mkdir(dirname(this.path), { recursive: true })
    // Whoever stops the program meanwhile still has the last results.
    await writeFile(`${this.path}.new`, `${JSON.stringify(this.#results, null, 1)}\n`)
    await rename(`${this.path}.new`, this.path)
  }
}

export async function readResults(file: string): Promise<Results> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Results
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new Error(`${file} has no results that can be read`, { cause: error })
  }
}
