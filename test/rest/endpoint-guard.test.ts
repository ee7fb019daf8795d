import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LastingTestbed, openLastingTestbed } from './rest-testbed.ts'

/** One database serves all tests: each has a source of its own. */
let testbed: LastingTestbed
let number = 0
let source = ''

beforeAll(async () => {
  testbed = await openLastingTestbed()
})
afterAll(() => testbed.close())
beforeEach(() => {
  number += 1
  source = `east-${number}`
})

const call: LastingTestbed['call'] = (method, path, ...rest) =>
  testbed.call(method, `/v1/sources/${source}${path}`, ...rest)

/** Services by name, with so many endpoints, or those of these numbers. */
function topology(services: Record<string, number | readonly number[]>) {
  return {
    services: Object.entries(services).map(([name, endpoints]) => ({
      name,
      ports: [{ port: 80 }],
      endpoints: (typeof endpoints === 'number' ? upTo(endpoints) : endpoints).map(n => ({
        name: `e${n}`,
        address: `10.0.${n >> 8}.${n & 255}`,
        port: 8080,
      })),
    })),
  }
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n + 1)
}

describe('a push that leaves a source none of its endpoints', () => {
  const NOTHING = {}
  const NODE = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } }

  test('is refused from ten on, with what it would do, and stores nothing', async () => {
    await call('PUT', '/topology', topology({ web: 8, api: 2, quiet: 0 }))
    const head = await testbed.store.head()
    const refused = await call('PUT', '/topology', NOTHING)
    expect(refused.status).toBe(409)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(refused.body).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: `this push would leave source ${source} none of its 10 endpoints; nothing was stored. If that is meant, push it with ?force=true`,
      errors: [],
      removal: {
        endpoints: { before: 10, after: 0, removed: 10 },
        services: {
          items: [
            { service: 'default/web', before: 8, after: 0, removed: 8 },
            { service: 'default/api', before: 2, after: 0, removed: 2 },
          ],
          total: 2,
        },
        maxRemoved: null,
        changed: { added: 0, updated: 0, removed: 5 },
      },
    })
    expect(await testbed.store.head()).toBe(head)
  })

  test('is refused where its services stay, too', async () => {
    await call('PUT', '/topology', topology({ web: 10 }))
    const { status, body } = await call('PUT', '/topology', topology({ web: 0 }))
    expect({ status, changed: body.removal.changed }).toEqual({
      status: 409,
      changed: { added: 0, updated: 0, removed: 1 },
    })
  })

  test.each([
    ['topology', '/topology', NOTHING],
    ['snapshot', '/snapshot', { topology: NOTHING, routes: {} }],
    ['Kubernetes objects', '/kubernetes', [NODE]],
    ['Kubernetes objects of one part', '/kubernetes?part=topology', [NODE]],
  ])('is refused as %s', async (_, path, document) => {
    await call('PUT', '/topology', topology({ web: 12 }))
    expect((await call('PUT', path, document)).body.removal?.endpoints).toEqual({
      before: 12,
      after: 0,
      removed: 12,
    })
    const forced = await call('PUT', `${path}${path.includes('?') ? '&' : '?'}force=true`, document)
    expect(forced).toMatchObject({ status: 200, body: { unchanged: false } })
  })

  test('lists a hundred services and says how many there are', async () => {
    await call('PUT', '/topology', topology(Object.fromEntries(upTo(120).map(n => [`s-${n}`, 1]))))
    const { services } = (await call('PUT', '/topology', NOTHING)).body.removal
    expect({ listed: services.items.length, total: services.total }).toEqual({ listed: 100, total: 120 })
  })

  test('that is only tried is refused as it would be', async () => {
    await call('PUT', '/topology', topology({ web: 10 }))
    expect((await call('PUT', '/topology?dryRun=true', NOTHING)).status).toBe(409)
    const forced = await call('PUT', '/topology?dryRun=true&force=true', NOTHING)
    expect(forced.body).toMatchObject({ revision: null, changed: { removed: 2 } })
  })

  test('is told first that somebody else pushed in between', async () => {
    await call('PUT', '/topology', topology({ web: 10 }))
    expect((await call('PUT', '/topology', NOTHING, { 'If-Match': '"other"' })).status).toBe(412)
  })

  test.each([
    ['a push that leaves one', 'PUT', '/topology', topology({ web: 1 })],
    ['a push of routes', 'PUT', '/routes', {}],
    ['a patch', 'PATCH', '/topology', { upsert: { endpoints: [{ name: 'web', endpoints: [] }] } }],
    ['a removal of the source', 'DELETE', '', undefined],
  ])('%s is none', async (_, method, path, document) => {
    await call('PUT', '/topology', topology({ web: 10 }))
    expect((await call(method, path, document)).status).toBe(200)
  })

  test('is stored where there were fewer than ten, or a restore emptied it', async () => {
    const { body: empty } = await call('PUT', '/topology', topology({ web: 0 }))
    await call('PUT', '/topology', topology({ web: 9 }))
    expect((await call('PUT', '/topology', NOTHING)).status).toBe(200)
    await call('PUT', '/topology', topology({ web: 10 }))
    const restore = { source, part: 'topology' }
    const restored = await testbed.call('POST', `/v1/revisions/${empty.revision}/restore`, restore)
    expect(restored.status).toBe(200)
    expect((await call('PUT', '/topology', NOTHING)).status).toBe(200)
  })

  test('cannot be forced by a patch, which needs no force', async () => {
    expect((await call('PATCH', '/topology?force=true', {})).status).toBe(400)
  })
})

describe('a source whose settings say how many endpoints one push may remove', () => {
  const before = topology({ web: 12, api: 8 })

  test.each([
    ['50%', 'half of them', { web: 2, api: 8 }, 200],
    ['50%', 'one more', { web: 1, api: 8 }, 409],
    ['0%', 'one', { web: 11, api: 8 }, 409],
    ['0%', 'none, but adds some', { web: 13, api: 8, more: 3 }, 200],
    ['99%', 'all, and brings as many others', { web: upTo(32).slice(20), api: upTo(32).slice(24) }, 409],
    ['99%', 'all but one', { api: 1 }, 200],
    ['100%', 'all, and brings others', { other: 20 }, 200],
    ['100%', 'all', { web: 0 }, 409],
  ])('with %s refuses or takes a push that removes %s', async (maxRemoved, _, after, status) => {
    await call('PUT', '/topology', before)
    await call('PUT', '/settings', { maxRemoved })
    expect((await call('PUT', '/topology', topology(after))).status).toBe(status)
  })

  test('says so, with the services that lose some', async () => {
    await call('PUT', '/topology', before)
    await call('PUT', '/settings', { maxRemoved: '50%' })
    const { body } = await call('PUT', '/topology', topology({ web: [1, 2, 3, 20, 21], other: 4 }))
    expect(body).toMatchObject({
      detail: expect.stringContaining(
        `this push would remove 17 of the 20 endpoints of source ${source}, more than its settings allow (maxRemoved 50%)`,
      ),
      removal: {
        endpoints: { before: 20, after: 9, removed: 17 },
        services: {
          items: [
            { service: 'default/web', before: 12, after: 5, removed: 9 },
            { service: 'default/api', before: 8, after: 0, removed: 8 },
          ],
          total: 2,
        },
        maxRemoved: '50%',
      },
    })
  })

  test('counts no endpoints of other sources', async () => {
    await testbed.call('PUT', `/v1/sources/other-${number}/topology`, before)
    await call('PUT', '/topology', topology({ web: 9 }))
    await call('PUT', '/settings', { maxRemoved: '0%' })
    expect((await call('PUT', '/topology', topology({ web: 1 }))).status).toBe(200)
  })

  test('takes an endpoint that moves for the one that it was', async () => {
    await call('PUT', '/topology', before)
    await call('PUT', '/settings', { maxRemoved: '0%' })
    const moved = JSON.parse(JSON.stringify(before).replaceAll('10.0.0.', '10.9.9.'))
    expect((await call('PUT', '/topology', moved)).status).toBe(200)
  })
})
