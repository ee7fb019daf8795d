import type { Nack } from '../model/nacks.ts'
import { RESOURCE_TYPES, type ResourceType, resourceTypeName } from '../model/resource-types.ts'
import { gatewayKey } from '../model/route-references.ts'
import type { NacksQuery } from '../store/nacks.ts'
import type { Store } from '../store/store.ts'
import type { Page } from './list.ts'
import { type Refusal, refuse } from './refusal.ts'

/** Equal NACKs of one node, as the API shows them. */
export interface NackSummary extends Omit<Nack, 'key' | 'typeUrl'> {
  /** cds, eds, lds, rds. */
  readonly type: string
}

/** Only the NACKs that match all that is given. */
interface NackQuestion {
  /** As `node.cluster` names it: `edge` is `default/edge`. */
  readonly gateway?: string | undefined
  readonly type?: ResourceType | undefined
  readonly node?: string | undefined
  readonly revision?: number | undefined
}

/** Those that were seen last first; the cursor names the last one of a page. */
export async function listNacks(
  store: Pick<Store, 'nacks'>,
  { gateway, type, ...question }: NackQuestion,
  request: { readonly limit: number; readonly after?: string | undefined },
): Promise<Page<NackSummary> | Refusal> {
  const after = request.after === undefined ? undefined : decodeCursor(request.after)
  if (after === null)
    return refuse('malformed', 'the list cannot be made as asked for', [
      { pointer: '/after', detail: 'is not the `next` of a page' },
    ])
  const query: NacksQuery = {
    ...question,
    gateway: gateway === undefined ? undefined : gatewayKey(gateway),
    typeUrl: type && RESOURCE_TYPES[type],
    after,
    limit: request.limit + 1,
  }
  const { items, total } = await store.nacks.list(query)
  const page = items.slice(0, request.limit)
  const last = page.at(-1)
  return {
    items: page.map(nackSummary),
    next: last && items.length > page.length ? encodeCursor(last) : null,
    total,
  }
}

export function nackSummary({ key: _, typeUrl, ...nack }: Nack): NackSummary {
  return { ...nack, type: resourceTypeName(typeUrl) }
}

function encodeCursor({ lastAt, key }: Nack): string {
  return Buffer.from(`${lastAt} ${key}`).toString('base64url')
}

function decodeCursor(text: string): Pick<Nack, 'lastAt' | 'key'> | null {
  const [lastAt = '', key, ...rest] = Buffer.from(text, 'base64url').toString().split(' ')
  const isCursor = key !== undefined && rest.length === 0 && CURSOR_TIME.test(lastAt)
  return isCursor && !Number.isNaN(Date.parse(lastAt)) ? { lastAt, key } : null
}

const CURSOR_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
