import { Floors } from './floors.ts'
import { walkHistory } from './history-walk.ts'
import { Inventory } from './inventory.ts'
import type { Moment } from './moment.ts'
import { Problems } from './problems.ts'
import {
  fenceProblems,
  floorProblems,
  hearingProblems,
  nackProblems,
  successorProblem,
} from './row-problems.ts'
import type { Rows, Table } from './tables.ts'

export interface Verification {
  /** The newest one. */
  readonly revision: number
  readonly rows: Readonly<Record<Table, number>>
  /** In words: all of them, or the first of very many. */
  readonly problems: readonly string[]
  readonly problemCount: number
  /** Of all rows: two databases of one fingerprint keep the same. */
  readonly fingerprint: string
}

/** Checks all that a database keeps against itself. Memory does not grow with the number of entries. */
export async function verify(moment: Moment): Promise<Verification> {
  const problems = new Problems()
  const inventory = new Inventory()
  /** What cannot be read is a problem too, and no reason not to read the rest. */
  const reading = async (what: string, read: () => Promise<void>) => {
    try {
      await read()
    } catch (error) {
      const damage = moment.damage(error)
      if (damage === undefined) throw error
      problems.add(`${what} cannot be read to the end: ${damage}`)
    }
  }
  await reading('the whole', async () => problems.add(...(await moment.ownFaults())))
  const head = await moment.head()
  const floors: Rows['floor'][] = []
  await reading('the floors', async () => {
    for await (const slice of inventory.noting('floor', moment.rows('floor'))) floors.push(...slice)
    problems.add(...floors.flatMap(floor => floorProblems(floor, head)))
  })
  await reading('what was heard', async () => {
    for await (const slice of inventory.noting('heard', moment.rows('heard')))
      problems.add(...slice.flatMap(hearingProblems))
  })
  await reading('the epochs', async () => {
    for await (const slice of inventory.noting('fence', moment.rows('fence')))
      problems.add(...slice.flatMap(fenceProblems))
  })
  await reading('the NACKs', async () => {
    for await (const slice of inventory.noting('nack', moment.rows('nack')))
      problems.add(...slice.flatMap(nackProblems))
  })
  await reading('the history', () => walkHistory(moment, inventory, head, new Floors(floors), problems))
  await reading('the versions of each key', async () => {
    for await (const slice of moment.oddSuccessors()) problems.add(...slice.map(successorProblem))
  })
  return {
    revision: head,
    rows: inventory.rows,
    fingerprint: inventory.fingerprint(),
    problems: problems.kept,
    problemCount: problems.count,
  }
}
