import { afterAll, beforeAll, expect, test } from 'vitest'
import { staleSourceKey } from '../../src/model/control.ts'
import { entry } from '../../src/model/entry.ts'
import { TOPOLOGY } from '../rest/scenario.ts'
import { type CliBed, openCliBed } from './cli-bed.ts'

let bed: CliBed
const run = (...args: string[]) => bed.vicinity(...args)

beforeAll(async () => {
  bed = await openCliBed()
})
afterAll(async () => {
  await bed.close()
})

test('sources lists who pushes, and who is silent', async () => {
  await bed.call('PUT', '/v1/sources/east/topology', TOPOLOGY)
  await bed.call('PUT', '/v1/sources/east/settings', { staleAfter: '60s', whenStale: 'drop' })
  await bed.call('PUT', '/v1/sources/west/routes', {})
  const [east = '', west = ''] = [...(await bed.store.lastHeard()).values()]
  const upsert = [entry(staleSourceKey('east'), JSON.stringify({ source: 'east', heardAt: east }))]
  await bed.store.control({ cause: 'stale', source: 'east', author: 'me', upsert, remove: [] })
  expect((await run('sources')).stdout.split('\n')).toEqual([
    'SOURCE  ENTRIES     REVISION  HEARD                     STATE',
    `east    4 topology  1         ${east}  silent since ${east} (drop)`,
    `west    0 routes    3         ${west}  -`,
    '',
  ])
})

test('heartbeat is a sign of life, and says nothing where all is well', async () => {
  expect(await run('heartbeat', 'east')).toEqual({ code: 0, stdout: '', stderr: '' })
  const [east] = JSON.parse((await run('sources', '--json')).stdout)
  expect(east).toMatchObject({ stale: null, settings: { staleAfter: '60s', whenStale: 'drop' } })
})

test('heartbeat of a source that nobody knows exits with 3', async () => {
  const { code, stderr } = await run('heartbeat', 'nobody')
  expect(code).toBe(3)
  expect(stderr).toContain('source nobody has neither pushed nor been configured')
})
