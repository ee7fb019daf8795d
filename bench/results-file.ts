import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Comparison } from './compare/compare.ts'
import type { Growth } from './growth/growth.ts'
import type { Machine } from './machine.ts'
import type { PartResult } from './part-result.ts'

export type Measured<T> = T & { readonly at: string; readonly machine: Machine }

/** All raw numbers. What was not measured this time stays as it was measured before. */
export interface Results {
  readonly compare?: Measured<Comparison>
  readonly growth?: Measured<Growth>
  readonly parts?: Readonly<Record<string, Measured<PartResult>>>
}

export async function readResults(file: string): Promise<Results> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Results
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new Error(`${file} has no results that can be read`, { cause: error })
  }
}

export async function writeResults(file: string, results: Results): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(results, null, 1)}\n`)
}
