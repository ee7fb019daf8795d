import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Columns, listPage, type Page } from '../../src/operations/list.ts'
import { isRefusal, type Refusal } from '../../src/operations/refusal.ts'

interface Item {
  readonly id: string
  readonly rank: number
}

const COLUMNS: Columns<Item> = {
  id: item => item.id,
  fields: { id: item => item.id, rank: item => item.rank },
}

function pageOf(result: Page<Item> | Refusal): Page<Item> {
  if (isRefusal(result)) throw new Error(result.detail)
  return result
}

const items = fc.uniqueArray(
  fc.record({ id: fc.string({ maxLength: 3 }), rank: fc.integer({ min: 0, max: 3 }) }),
  {
    selector: item => item.id,
  },
)

describe('pages', () => {
  test('one after the other give every item once, in order', () => {
    fc.assert(
      fc.property(
        items,
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('rank', '-rank', undefined),
        (all, limit, sort) => {
          const whole = pageOf(listPage(all, COLUMNS, { limit: 1000, sort, filters: [] }))
          const seen: Item[] = []
          let after: string | undefined
          do {
            const page = pageOf(listPage(all, COLUMNS, { limit, sort, after, filters: [] }))
            expect(page.total).toBe(all.length)
            seen.push(...page.items)
            after = page.next ?? undefined
          } while (after !== undefined)
          expect(seen).toEqual(whole.items)
          expect(seen).toHaveLength(all.length)
        },
      ),
    )
  })

  test('neither repeat nor skip what stays while other items come and go', () => {
    const all = [1, 3, 5, 7].map(rank => ({ id: `item-${rank}`, rank }))
    const first = pageOf(listPage(all, COLUMNS, { limit: 2, sort: 'rank', filters: [] }))
    const later = [...all.filter(item => item.rank !== 3), { id: 'new', rank: 2 }]
    const second = pageOf(
      listPage(later, COLUMNS, { limit: 2, sort: 'rank', after: first.next ?? '', filters: [] }),
    )
    expect(second.items.map(item => item.rank)).toEqual([5, 7])
  })

  test('are filtered by equal and by contains, all filters at once', () => {
    const all = ['east-1', 'east-2', 'west-1'].map((id, rank) => ({ id, rank }))
    const filters = [
      { field: 'id', operator: '~' as const, value: 'east' },
      { field: 'rank', operator: '=' as const, value: '1' },
    ]
    const page = pageOf(listPage(all, COLUMNS, { limit: 10, filters }))
    expect(page).toMatchObject({ items: [{ id: 'east-2' }], total: 1, next: null })
  })
})

test.each(['', 'x', Buffer.from('[]').toString('base64url'), Buffer.from('{"a":1}').toString('base64url')])(
  'the cursor %j, which we never gave out, is refused',
  after => {
    expect(listPage([], COLUMNS, { limit: 1, after, filters: [] })).toMatchObject({
      refused: 'malformed',
      problems: [{ pointer: '/after' }],
    })
  },
)
