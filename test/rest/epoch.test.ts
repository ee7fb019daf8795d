import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LastingTestbed, openLastingTestbed } from './rest-testbed.ts'
import { services } from './scenario.ts'

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

const call = (method: string, path: string, body: unknown, epoch?: number | string) =>
  testbed.call(
    method,
    `/v1/sources/${source}${path}`,
    body,
    epoch === undefined ? {} : { Epoch: String(epoch) },
  )
const push = (epoch?: number, ...names: string[]) => call('PUT', '/topology', services(...names), epoch)
/** What was pushed stands: a large body again is answered by its bytes alone. */
const large = `${JSON.stringify(services('a'))}${' '.repeat(70_000)}`

describe('a write of a pusher that another one has relieved', () => {
  test.each([
    ['a push', () => call('PUT', '/topology', services('b'), 6)],
    ['a push of what stands', () => call('PUT', '/topology', services('a'), 6)],
    ['a push of bytes that stand', () => call('PUT', '/topology', large, 6)],
    ['a push that is only tried', () => call('PUT', '/topology?dryRun=true', services('b'), 6)],
    ['a push that leaves nothing', () => call('PUT', '/topology', {}, 6)],
    ['a push of the other part', () => call('PUT', '/routes', {}, 6)],
    ['a snapshot', () => call('PUT', '/snapshot', { topology: services('b'), routes: {} }, 6)],
    [
      'Kubernetes objects',
      () => call('PUT', '/kubernetes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } }, 6),
    ],
    ['a patch', () => call('PATCH', '/topology', { upsert: services('b') }, 6)],
    ['a removal of the source', () => call('DELETE', '', undefined, 6)],
    ['a removal that is only tried', () => call('DELETE', '?dryRun=true', undefined, 6)],
    ['a heartbeat', () => call('POST', '/heartbeat', undefined, 6)],
  ])('%s is refused, and changes nothing', async (_, write) => {
    await call('PUT', '/topology', large, 7)
    const head = await testbed.store.head()
    const refused = await write()
    expect(refused).toMatchObject({ status: 409, body: { epoch: { given: 6, newest: 7 } } })
    expect(refused.body.detail).toMatch(
      `source ${source} has been written with Epoch 7, and this is of Epoch 6`,
    )
    expect(await testbed.store.head()).toBe(head)
  })
})

describe('a greater epoch', () => {
  test.each([
    ['a push', () => push(8, 'b')],
    ['a push of what stands', () => push(8, 'a')],
    ['a push of bytes that stand', () => call('PUT', '/topology', large, 8)],
    ['a patch', () => call('PATCH', '/topology', { upsert: services('b') }, 8)],
    ['a heartbeat', () => call('POST', '/heartbeat', undefined, 8)],
  ])('of %s is known afterwards', async (_, write) => {
    await call('PUT', '/topology', large, 7)
    expect((await write()).status).toBeLessThan(300)
    expect((await push(7, 'c')).body.epoch).toEqual({ given: 7, newest: 8 })
    expect((await push(8, 'c')).status).toBe(200)
  })

  test.each([
    ['a push that is only tried', () => call('PUT', '/topology?dryRun=true', services('b'), 8)],
    ['a push that is refused', () => call('PUT', '/topology', { services: [{ name: 'B' }] }, 8)],
    ['a patch of what was never pushed', () => call('PATCH', '/routes', {}, 8)],
    ['a removal that is only tried', () => call('DELETE', '?dryRun=true', undefined, 8)],
  ])('of %s is not', async (_, write) => {
    await push(7, 'a')
    await write()
    expect((await push(7, 'b')).status).toBe(200)
  })

  test('is of one source, and goes with it', async () => {
    await push(7, 'a')
    expect(
      (await testbed.call('PUT', `/v1/sources/west-${number}/topology`, {}, { Epoch: '1' })).status,
    ).toBe(200)
    expect((await call('DELETE', '', undefined, 7)).status).toBe(200)
    expect((await push(1, 'a')).status).toBe(200)
  })
})

test('a write without an epoch is of nobody in particular: it is stored, and relieves no one', async () => {
  await push(7, 'a')
  expect((await push(undefined, 'b')).status).toBe(200)
  expect((await push(6, 'c')).status).toBe(409)
  expect((await push(7, 'c')).status).toBe(200)
})

test.each([0, Number.MAX_SAFE_INTEGER])('epoch %i is one', async epoch => {
  expect((await push(epoch, 'a')).status).toBe(200)
})

test.each(['', 'x', '-1', '1.5', '1, 2', '0x1', '9007199254740992', '99999999999999999'])(
  'epoch %j cannot be understood',
  async epoch => {
    for (const [method, path, body] of [
      ['PUT', '/topology', services('a')],
      ['DELETE', '', undefined],
      ['POST', '/heartbeat', undefined],
    ] as const) {
      expect(await call(method, path, body, epoch)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/Epoch' }] },
      })
    }
  },
)

test('settings and restores are no pusher’s: an epoch is refused there', async () => {
  const { body } = await push(7, 'a')
  expect((await call('PUT', '/settings', {}, 7)).status).toBe(400)
  const restore = `/v1/revisions/${body.revision}/restore`
  expect((await testbed.call('POST', restore, { source }, { Epoch: '7' })).status).toBe(400)
})
