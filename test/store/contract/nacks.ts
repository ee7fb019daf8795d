import { describe, expect, test } from 'vitest'
import { type Nack, nackOf, type Refusal } from '../../../src/model/nacks.ts'
import { NACKS_KEPT, type NacksQuery } from '../../../src/store/nacks.ts'
import type { OpenStore } from './open-store.ts'

const NOON = Date.parse('2026-03-01T12:00:00Z')
const LISTENER = 'type.googleapis.com/envoy.config.listener.v3.Listener'
const CLUSTER = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'

/** So many seconds after noon. */
const refusal = (seconds: number, other: Partial<Refusal> = {}): Nack =>
  nackOf({
    proxy: 'stream-1',
    node: 'envoy-1',
    gateway: 'default/edge',
    typeUrl: LISTENER,
    resources: [{ name: 'default/edge/http', version: '1' }],
    revision: 7,
    detail: 'the address is in use',
    at: new Date(NOON + seconds * 1000).toISOString(),
    ...other,
  })

export function nacksContract(db: OpenStore): void {
  const { note, list } = {
    note: (...nacks: Nack[]) => db.store.nacks.note(nacks),
    list: (query: Partial<NacksQuery> = {}) => db.store.nacks.list({ limit: 100, ...query }),
  }
  const nodes = async (query?: Partial<NacksQuery>) => (await list(query)).items.map(one => one.node)

  describe('NACKs', () => {
    test('that were never noted are none', async () => {
      expect(await list()).toEqual({ items: [], total: 0 })
    })

    test('are kept as they were noted, also when the process starts again', async () => {
      const nack = refusal(0, { detail: 'the “port” is taken', node: 'kühl' })
      await note(nack)
      await db.reopen()
      expect(await list()).toEqual({ items: [nack], total: 1 })
    })

    test('that are equal are one, which counts them, with the first time, the last, and the last words', async () => {
      await note(refusal(0))
      await note(
        refusal(5, { revision: 9, detail: 'still in use', proxy: 'stream-2' }),
        refusal(3, { node: 'b' }),
      )
      await note({ ...refusal(8), count: 40 })
      const { items } = await list({ node: 'envoy-1' })
      expect(items).toEqual([{ ...refusal(0), lastAt: refusal(8).lastAt, count: 42 }])
      expect(await nodes()).toEqual(['envoy-1', 'b'])
    })

    test.each<[string, Partial<Refusal>]>([
      ['another gateway', { gateway: 'default/other' }],
      ['another node', { node: 'envoy-2' }],
      ['another type', { typeUrl: CLUSTER }],
      ['another name', { resources: [{ name: 'default/edge/https', version: '1' }] }],
      ['another version', { resources: [{ name: 'default/edge/http', version: '2' }] }],
      ['more resources', { resources: ['1', '2'].map(version => ({ name: 'default/edge/http', version })) }],
    ])('of %s are others', async (_, other) => {
      await note(refusal(0), refusal(1, other))
      expect((await list()).items.map(({ count }) => count)).toEqual([1, 1])
    })

    test('are found by gateway, node, type and revision', async () => {
      await note(
        refusal(0, { node: 'a' }),
        refusal(1, { node: 'b', gateway: 'default/other' }),
        refusal(2, { node: 'c', typeUrl: CLUSTER }),
        refusal(3, { node: 'd', revision: 8 }),
      )
      expect(await nodes({ gateway: 'default/other' })).toEqual(['b'])
      expect(await nodes({ node: 'a' })).toEqual(['a'])
      expect(await nodes({ typeUrl: CLUSTER })).toEqual(['c'])
      expect(await nodes({ revision: 8 })).toEqual(['d'])
      expect(await list({ gateway: 'default/edge', typeUrl: LISTENER, limit: 1 })).toMatchObject({
        items: [{ node: 'd' }],
        total: 2,
      })
    })

    test('are listed in pages, those that were seen last first', async () => {
      const names = ['a', 'b', 'c', 'd', 'e']
      // Two of the same moment.
      await note(...names.map((node, index) => refusal(Math.floor(index / 2), { node })))
      const seen: string[] = []
      let after: Nack | undefined
      do {
        const { items, total } = await list({ limit: 2, after })
        expect(total).toBe(5)
        seen.push(...items.map(one => one.node))
        after = items.at(-1)
      } while (after !== undefined)
      expect(seen).toHaveLength(5)
      expect(seen.slice(0, 1)).toEqual(['e'])
      expect(seen.slice(1, 3).sort()).toEqual(['c', 'd'])
      expect(seen.slice(3).sort()).toEqual(['a', 'b'])
    })

    test('of which there are too many are those that were seen last', async () => {
      const many = Array.from({ length: NACKS_KEPT }, (_, index) => refusal(index, { node: `n${index}` }))
      await note(...many)
      await note(refusal(NACKS_KEPT, { node: 'n0' }), refusal(NACKS_KEPT + 1, { node: 'new' }))
      expect((await list()).total).toBe(NACKS_KEPT)
      expect(await nodes({ limit: 2 })).toEqual(['new', 'n0'])
      expect(await nodes({ node: 'n1' })).toEqual([])
    })

    test('that were last seen longer ago than any history is kept go with retention', async () => {
      const now = Date.now()
      const ago = (hours: number, node: string) =>
        refusal(0, { node, at: new Date(now - hours * 3_600_000).toISOString() })
      await note(ago(5, 'a'), ago(3, 'b'), ago(1, 'c'))
      expect(await db.store.retain({ topology: Number.POSITIVE_INFINITY, routes: 0 })).toBe(0)
      expect(await db.store.retain({ topology: 2 * 3_600_000, routes: 4 * 3_600_000 })).toBe(1)
      expect(await nodes()).toEqual(['c', 'b'])
    })
  })
}
