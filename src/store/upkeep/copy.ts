import type { Filling, Moment, Upkeep } from './moment.ts'
import { TABLES, type Table } from './tables.ts'
import { type Verification, verify } from './verify.ts'

export type Copied =
  | {
      readonly outcome: 'copied'
      /** Of both. */
      readonly verification: Verification
      /** The newest revision of the source when all was done: a later one than what was copied is not in the copy. */
      readonly sourceHead: number
    }
  /** Nothing was copied, because the target holds something already, or the source is damaged. */
  | { readonly outcome: 'not-empty'; readonly table: Table }
  | { readonly outcome: 'damaged'; readonly verification: Verification }

/**
 * Brings all that one database keeps into another, empty one, of any form: numbers, times and history are the same
 * afterwards. One transaction that is committed when the copy was verified and has the fingerprint of the source: all of
 * it or nothing.
 */
export async function copy(source: Upkeep, target: Upkeep): Promise<Copied> {
  const copied = await source.atMoment(
    async moment => {
      const verification = await verify(moment)
      if (verification.problemCount > 0) return { outcome: 'damaged', verification } as const
      return target.fill(filling => fill(filling, moment, verification))
    },
    { own: true },
  )
  if (copied.outcome !== 'copied') return copied
  const sourceHead = await source.atMoment(moment => moment.head(), { own: false })
  return { ...copied, sourceHead }
}

async function fill(filling: Filling, moment: Moment, verification: Verification) {
  for (const table of TABLES)
    for await (const _ of filling.moment.rows(table)) return { outcome: 'not-empty', table } as const
  for (const table of TABLES) for await (const rows of moment.rows(table)) await filling.insert(table, rows)
  await filling.finish(verification.revision)
  const { problems, fingerprint } = await verify(filling.moment)
  if (problems.length > 0 || fingerprint !== verification.fingerprint)
    throw new Error(`the copy is not what was copied, so nothing was kept: ${problems.join('; ')}`)
  return { outcome: 'copied', verification } as const
}
