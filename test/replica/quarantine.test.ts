import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import type { ProxyStatus } from '../../src/model/proxies.ts'
import type { Page } from '../../src/operations/list.ts'
import type { NackSummary } from '../../src/operations/nacks.ts'
import type { Revision } from '../../src/store/store.ts'
import { ChoosyProxy } from '../support/choosy-proxy.ts'
import { gateway, service, topology } from '../support/documents.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { openReplicas, type Replicas } from '../support/replicas.ts'
import { openTestbed, type Testbed } from '../support/testbed.ts'

const WEB = 'default/web/3000'
const ROUTES = { gateways: [gateway('edge', 10080, { services: 'all' })] }
const web = (connectTimeout: string) => service('web', [{ port: 9001 }], { connectTimeout })

let proxies: ChoosyProxy[] = []
afterEach(() => {
  for (const one of proxies) one.close()
  proxies = []
})

/** A proxy that refuses 7 s. */
function choosy(xds: string, id: string, refused = ['7s'], known?: ChoosyProxy): ChoosyProxy {
  const proxy = new ChoosyProxy(xds, id, refused, known)
  proxies.push(proxy)
  return proxy
}

const has = (timeout: string) => (proxy: ChoosyProxy) => proxy.has.get(WEB) === timeout

/** Pushes what `web` is to be, and what else there is; answers the revision. */
async function push({ api }: Pick<Testbed, 'api'>, timeout: string, ...others: object[]): Promise<number> {
  const { revision } = await api.put('/v1/sources/east/topology', topology(web(timeout), ...others))
  return revision
}

/** The newest revision of a cause after another one. */
function next(
  { api }: Pick<Testbed, 'api'>,
  cause: 'quarantine' | 'release',
  after: number,
): Promise<Revision> {
  return waitUntil(`a revision of cause ${cause}`, async () => {
    const { items } = await api.get<Page<Revision>>(`/v1/revisions?filter=cause=${cause}`)
    return items.find(one => one.revision > after)
  })
}

/** Until this replica has read how much of a revision is kept back: that it is written is known before. */
const keepsBack = ({ api }: Pick<Testbed, 'api'>, refused: number, count: number) =>
  waitUntil(`${count} of revision ${refused} to be kept back`, async () => {
    const { quarantined } = await api.get<{ quarantined: object[] }>(`/v1/revisions/${refused}`)
    return quarantined.length === count
  })

const statusOf = async ({ api }: Pick<Testbed, 'api'>, node: string) => {
  const { items } = await api.get<Page<ProxyStatus>>(`/v1/proxies?node=${node}`)
  return items[0]?.types[0]
}

test('what two proxies refuse and none takes is kept from new ones until it is repaired, also after a restart', async () => {
  const bed = await openTestbed()
  try {
    await bed.api.put('/v1/sources/east/routes', ROUTES)
    await push(bed, '1s')
    const [a, b] = [choosy(bed.xds, 'a'), choosy(bed.xds, 'b')]
    await Promise.all([a.until(has('1s')), b.until(has('1s'))])

    const refused = await push(bed, '7s')
    const { revision } = await next(bed, 'quarantine', refused)
    await keepsBack(bed, refused, 1)
    const c = choosy(bed.xds, 'c')
    await c.until(has('1s'))
    await waitUntil('c to be in sync', async () => (await statusOf(bed, 'c'))?.status === 'SYNCED')
    expect((await statusOf(bed, 'c'))?.quarantined).toEqual([WEB])
    expect((await statusOf(bed, 'a'))?.rejected?.resources).toEqual([WEB])
    await waitUntil('both NACKs to be kept', async () => {
      const { nacks } = await bed.api.get<{ nacks: NackSummary[] }>(`/v1/revisions/${refused}`)
      return (
        nacks
          .map(({ node, type, count }) => `${node} ${type} ${count}`)
          .sort()
          .join() === 'a cds 1,b cds 1'
      )
    })

    // Only that stays behind.
    await push(bed, '7s', service('cart', [{ port: 9002 }]))
    await Promise.all([a, b, c].map(one => one.until(({ has }) => has.has('default/cart/3000'))))
    expect([a, b, c].map(has('1s'))).toEqual([true, true, true])

    for (const one of [a, b, c]) one.close()
    await bed.restart()
    const [again, fresh] = [choosy(bed.xds, 'a', ['7s'], a), choosy(bed.xds, 'd')]
    await fresh.until(has('1s'))
    await again.until(({ has }) => has.has('default/cart/3000'))

    await push(bed, '8s')
    await Promise.all([again.until(has('8s')), fresh.until(has('8s'))])
    await next(bed, 'release', revision)
    await keepsBack(bed, refused, 0)
    expect([again.refusals, fresh.refusals, c.refusals]).toEqual([0, 0, 0])
    expect(await statusOf(bed, 'd')).not.toHaveProperty('quarantined')
  } finally {
    await bed.close()
  }
})

await onPostgres(() => {
  let replicas: Replicas
  beforeAll(async () => {
    replicas = await openReplicas(2)
    await replicas.all[0]?.api.put('/v1/sources/east/routes', ROUTES)
  })
  afterAll(() => replicas?.close())

  test('proxies of two replicas may be those who refuse, and new ones of both are spared it', async () => {
    const [one, two] = replicas.all
    if (one === undefined || two === undefined) throw new Error('there are two')
    await push(one, '1s')
    const [a, b] = [choosy(one.xds, 'a'), choosy(two.xds, 'b')]
    await Promise.all([a.until(has('1s')), b.until(has('1s'))])
    const refused = await push(two, '7s')
    const { revision } = await next(one, 'quarantine', refused)
    await Promise.all([one, two].map(replica => keepsBack(replica, refused, 1)))
    const [c, d] = [choosy(one.xds, 'c'), choosy(two.xds, 'd')]
    await Promise.all([c.until(has('1s')), d.until(has('1s'))])
    expect([c.refusals, d.refusals]).toEqual([0, 0])

    // Somebody takes it after all: it is nobody's to keep back.
    const e = choosy(two.xds, 'e', [])
    await e.until(has('1s'))
    await push(one, '8s')
    await Promise.all([a, b, c, d, e].map(proxy => proxy.until(has('8s'))))
    await next(two, 'release', revision)
  })

  test('what a proxy of another replica takes is not kept back', async () => {
    const [one, two] = replicas.all
    if (one === undefined || two === undefined) throw new Error('there are two')
    await push(one, '1s')
    const [a, b, taker] = [choosy(one.xds, 'a'), choosy(one.xds, 'b'), choosy(two.xds, 'c', ['6s'])]
    await Promise.all([a, b, taker].map(proxy => proxy.until(has('1s'))))
    const taken = await push(one, '7s')
    await taker.until(has('7s'))
    await Promise.all([a, b].map(proxy => proxy.until(({ refusals }) => refusals === 1)))
    // What all refuse is judged after what one took: had that been quarantined, it would have been by then.
    const [d, e] = [choosy(one.xds, 'd', ['6s']), choosy(two.xds, 'e', ['6s'])]
    await Promise.all([d.until(has('7s')), e.until(has('7s'))])
    for (const proxy of [a, b]) proxy.close()
    const refused = await push(two, '6s')
    await next(one, 'quarantine', refused)
    await keepsBack(one, refused, 1)
    const { items } = await one.api.get<Page<Revision>>('/v1/revisions?filter=cause=quarantine')
    expect(items.filter(({ revision }) => revision > taken)).toHaveLength(1)
    const f = choosy(one.xds, 'f', [])
    await f.until(has('7s'))
  })
})
