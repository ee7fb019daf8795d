import { describe, expect, test } from 'vitest'
import { viewpoint } from '../support/candidate.ts'
import { openTestbed, proxyStatus, type RestTestbed } from './rest-testbed.ts'
import { TOPOLOGY } from './scenario.ts'

const ASSIGNMENT = '/v1/services/default/backend/assignment?zone=zone-a'
const DRAIN = '/v1/zones/zone-a/drain'
const UNDRAIN = '/v1/zones/zone-a/undrain'

/** The zone-routing scenario as revision 1. */
async function scenario(): Promise<RestTestbed> {
  const testbed = await openTestbed()
  await testbed.call('PUT', '/v1/sources/east/topology', TOPOLOGY)
  return testbed
}

/** The endpoints of the scenario's service for a proxy in zone-a, as `priority name`. */
async function seen({ call }: RestTestbed, query = ''): Promise<string[]> {
  const { body } = await call('GET', ASSIGNMENT + query)
  return body.endpoints.map((one: { priority: number; name: string }) => `${one.priority} ${one.name}`)
}

describe('drain', () => {
  test("makes a zone's endpoints the last step for its own proxies, as one revision", async () => {
    const bed = await scenario()
    const answer = await bed.call('POST', DRAIN, { reason: 'power is cut at noon' })
    expect(answer).toMatchObject({
      status: 200,
      body: {
        source: null,
        part: 'control',
        revision: 2,
        unchanged: false,
        changed: { added: 1, updated: 0, removed: 0 },
        warnings: [],
      },
    })
    expect(await seen(bed)).toEqual(['0 nonlocal', '1 local'])
    expect((await bed.call('GET', ASSIGNMENT)).body.notes).toContain(
      'zone r1/zone-a is drained (power is cut at noon): its endpoints stand behind all others',
    )
  })

  test('stands in the history with what was said; before it all is as it was', async () => {
    const bed = await scenario()
    const before = await seen(bed)
    await bed.call('POST', DRAIN, { reason: 'fire' })
    expect((await bed.call('GET', '/v1/revisions/2')).body).toMatchObject({
      cause: 'drain',
      part: 'control',
      source: null,
      author: 'anonymous',
    })
    expect((await bed.call('GET', '/v1/revisions/2/diff')).body.items).toMatchObject([
      {
        kind: 'Drain',
        name: 'r1/zone-a',
        change: 'added',
        after: { zone: 'zone-a', region: 'r1', reason: 'fire' },
      },
    ])
    expect(await seen(bed, '&revision=1')).toEqual(before)
    expect(await seen(bed, '&revision=2')).toEqual(['0 nonlocal', '1 local'])
  })

  test('of a drained zone changes nothing, unless for another reason', async () => {
    const bed = await scenario()
    await bed.call('POST', DRAIN, { reason: 'fire' })
    for (const again of [undefined, {}, { reason: 'fire' }, { region: 'r1' }]) {
      expect((await bed.call('POST', DRAIN, again)).body).toMatchObject({ unchanged: true, revision: 2 })
    }
    expect((await bed.call('POST', DRAIN, { reason: 'water' })).body).toMatchObject({
      unchanged: false,
      changed: { updated: 1 },
      revision: 3,
    })
  })

  test('that is only tried says what it would change and warn of, and stores nothing', async () => {
    const bed = await scenario()
    const tried = await bed.call('POST', `${DRAIN}?dryRun=true`)
    expect(tried.body).toMatchObject({ revision: null, unchanged: false, changed: { added: 1 } })
    expect(await bed.store.head()).toBe(1)
    expect((await bed.call('POST', DRAIN)).body.digest).toBe(tried.body.digest)
    expect((await bed.call('POST', `${UNDRAIN}?dryRun=true`)).body).toMatchObject({
      revision: null,
      changed: { removed: 1 },
    })
    expect(await seen(bed)).toEqual(['0 nonlocal', '1 local'])
  })

  test('warns of services that have nothing else, by number and the first names', async () => {
    const bed = await openTestbed()
    const endpoint = (zone: string, fields: object = {}) => ({
      address: '10.0.0.1',
      port: 80,
      zone,
      ...fields,
    })
    const service = (name: string, ...endpoints: object[]) => ({ name, ports: [{ port: 80 }], endpoints })
    const other = { address: '10.0.0.2' }
    await bed.call('PUT', '/v1/sources/east/topology', {
      zones: [{ zone: 'zone-a', region: 'r1' }],
      services: [
        ...['f', 'b', 'c', 'd', 'e', 'a'].map(name => service(name, endpoint('zone-a'))),
        service('elsewhere-too', endpoint('zone-a'), endpoint('zone-b', other)),
        service('elsewhere', endpoint('zone-b')),
        service('dead-elsewhere', endpoint('zone-a'), endpoint('zone-b', { ...other, ready: false })),
        service('dead-here', endpoint('zone-a', { ready: false }), endpoint('zone-b', other)),
      ],
    })
    const { body } = await bed.call('POST', DRAIN)
    expect(body.warnings).toEqual([
      {
        pointer: '',
        detail:
          '7 services have no usable endpoint outside of drained zones: those in zone r1/zone-a go on being used: ' +
          'default/a, default/b, default/c, default/d, default/dead-elsewhere and 2 more',
      },
    ])
    const next = await bed.call('POST', '/v1/zones/zone-b/drain?dryRun=true')
    expect(next.body.warnings[0].detail).toMatch(
      /^3 services have .*: default\/dead-here, default\/elsewhere, /,
    )
  })

  test('waits for the proxies where it is asked to', async () => {
    const bed = await scenario()
    bed.proxies.convergence = { proxies: 1, acked: 1, nacked: [], pending: [] }
    const answer = await bed.call('POST', DRAIN, undefined, { Prefer: 'wait=5' })
    expect(answer.headers.get('preference-applied')).toBe('wait=5')
    expect(answer.body.convergence).toEqual(bed.proxies.convergence)
    expect(bed.proxies.waits).toMatchObject([{ revision: 2 }])
  })
})

describe('undrain', () => {
  test('takes the endpoints as before, as one revision', async () => {
    const bed = await scenario()
    const before = await bed.call('GET', ASSIGNMENT)
    await bed.call('POST', DRAIN)
    const answer = await bed.call('POST', UNDRAIN)
    expect(answer.body).toMatchObject({ part: 'control', revision: 3, changed: { removed: 1 }, warnings: [] })
    expect((await bed.call('GET', '/v1/revisions/3')).body.cause).toBe('undrain')
    expect((await bed.call('GET', ASSIGNMENT)).body).toEqual({ ...before.body, revision: 3 })
  })

  test('of a zone that is not drained changes nothing', async () => {
    const bed = await scenario()
    expect((await bed.call('POST', UNDRAIN)).body).toMatchObject({ unchanged: true, revision: null })
    await bed.call('POST', DRAIN)
    await bed.call('POST', UNDRAIN)
    expect((await bed.call('POST', UNDRAIN)).body).toMatchObject({ unchanged: true, revision: 3 })
  })

  test('is possible when nothing is left of the zone but that it is drained', async () => {
    const bed = await scenario()
    await bed.call('POST', DRAIN)
    await bed.call('DELETE', '/v1/sources/east')
    expect((await bed.call('POST', UNDRAIN)).body).toMatchObject({
      unchanged: false,
      changed: { removed: 1 },
    })
    expect((await bed.call('POST', UNDRAIN)).status).toBe(404)
  })
})

describe('the zone of a drain', () => {
  test('that nobody knows is not found', async () => {
    const bed = await scenario()
    for (const action of ['drain', 'undrain']) {
      const unknown = await bed.call('POST', `/v1/zones/zone-z/${action}`)
      expect(unknown).toMatchObject({
        status: 404,
        body: { detail: expect.stringContaining('no zone zone-z:') },
      })
    }
    const elsewhere = await bed.call('POST', DRAIN, { region: 'r2' })
    expect(elsewhere.status).toBe(404)
    expect(elsewhere.body.detail).toMatch(/^there is no zone r2\/zone-a: .*; there is r1\/zone-a$/)
    expect(await bed.store.head()).toBe(1)
  })

  test('of several regions is named with its region', async () => {
    const bed = await scenario()
    await bed.call('PUT', '/v1/sources/west/topology', { zones: [{ zone: 'zone-a', region: 'r2' }] })
    const open = await bed.call('POST', DRAIN)
    expect(open).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/region', detail: 'zone zone-a is in several regions: say r1 or r2' }] },
    })
    expect((await bed.call('POST', DRAIN, { region: 'r2' })).status).toBe(200)
    expect(await seen(bed, '&region=r1')).toEqual(await seen(bed, '&revision=1'))
  })

  test.each([
    [
      'a proxy stands',
      (bed: RestTestbed) => void bed.proxies.all.push(proxyStatus('1', { viewpoint: viewpoint('zone-p') })),
    ],
    [
      'an endpoint stands',
      (bed: RestTestbed) => bed.call('PUT', '/v1/sources/west/topology', { services: [standing('zone-p')] }),
    ],
  ])('is known where %s, though no source declares it', async (_, settle) => {
    const bed = await scenario()
    expect((await bed.call('POST', '/v1/zones/zone-p/drain')).status).toBe(404)
    await settle(bed)
    expect((await bed.call('POST', '/v1/zones/zone-p/drain')).status).toBe(200)
  })

  test.each([
    ['an unknown field', { speed: 'fast' }, [422, '/speed']],
    ['a region that is none', { region: 'r1/zone-a' }, [422, '/region']],
    ['a reason without a word', { reason: '' }, [422, '/reason']],
    ['no object', [], [422, '']],
    ['no JSON', '{"region":', [400, '']],
  ])('and the body with %s is refused', async (_, body, [status, pointer]) => {
    const { call } = await scenario()
    const answer = await call('POST', DRAIN, body)
    expect(answer).toMatchObject({ status, body: { errors: [{ pointer }] } })
  })
})

const standing = (zone: string) => ({ name: 'web', endpoints: [{ address: '10.0.0.1', port: 80, zone }] })
