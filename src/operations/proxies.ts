import type { Proxies, ProxyStatus } from '../model/proxies.ts'
import { gatewayKey } from '../model/route-references.ts'
import { type Columns, type ListRequest, listPage, type Page } from './list.ts'
import { type Refusal, refuse } from './refusal.ts'

/** Only the proxies that match all that is given. */
export interface ProxyQuestion {
  readonly node?: string | undefined
  /** As `node.cluster` names it: `edge` is `default/edge`. */
  readonly gateway?: string | undefined
  readonly zone?: string | undefined
}

const COLUMNS: Columns<ProxyStatus> = {
  id: proxy => proxy.id,
  fields: {
    id: proxy => proxy.id,
    node: proxy => proxy.node,
    kind: proxy => proxy.kind,
    gateway: proxy => proxy.gateway,
    region: proxy => proxy.viewpoint.region,
    zone: proxy => proxy.viewpoint.zone,
    source: proxy => proxy.viewpoint.source,
    form: proxy => proxy.form,
    replica: proxy => proxy.replica,
    connectedAt: proxy => proxy.connectedAt,
    revision: proxy => proxy.revision,
    behind: proxy => proxy.behind?.revisions ?? 0,
    synced: proxy => String(proxy.synced),
    rejected: proxy => String(proxy.types.some(type => type.rejected)),
    warnings: proxy => proxy.warnings.length,
  },
}

export async function listProxies(
  proxies: Proxies,
  { node, gateway, zone }: ProxyQuestion,
  request: ListRequest,
): Promise<Page<ProxyStatus> | Refusal> {
  const asked = (await proxies.list())
    .filter(proxy => node === undefined || proxy.node === node)
    .filter(proxy => gateway === undefined || proxy.gateway === gatewayKey(gateway))
    .filter(proxy => zone === undefined || proxy.viewpoint.zone === zone)
  return listPage(asked, COLUMNS, request)
}

export async function readProxy(proxies: Proxies, id: string): Promise<ProxyStatus | Refusal> {
  return (await proxies.get(id)) ?? refuse('unknown', `there is no connected proxy ${id}`)
}
