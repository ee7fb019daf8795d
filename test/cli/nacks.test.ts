import { afterAll, beforeAll, expect, test } from 'vitest'
import { nackOf } from '../../src/model/nacks.ts'
import { RESOURCE_TYPES } from '../../src/model/resource-types.ts'
import { type CliBed, openCliBed } from './cli-bed.ts'

let bed: CliBed
const run = (...args: string[]) => bed.vicinity('nacks', ...args)

beforeAll(async () => {
  bed = await openCliBed()
})
afterAll(() => bed.close())

test('nacks says so where nothing was refused', async () => {
  expect(await run()).toMatchObject({ code: 0, stdout: 'nothing was refused\n' })
})

test('nacks lists what was refused with the words of the proxies, which command no terminal', async () => {
  const common = { proxy: 'p', gateway: 'default/edge', revision: 7 }
  const at = new Date(Date.now() - 90_000).toISOString()
  await bed.store.nacks.note([
    {
      ...nackOf({
        ...common,
        node: 'envoy-1',
        typeUrl: RESOURCE_TYPES.lds,
        resources: [{ name: 'default/edge/http', version: '1' }],
        detail: 'address in \u001b[31muse',
        at,
      }),
      count: 3,
    },
    nackOf({ ...common, node: 'envoy-2', typeUrl: RESOURCE_TYPES.cds, resources: [], detail: 'no', at }),
  ])
  expect((await run('--type', 'lds', '--node', 'envoy-1')).stdout.split('\n')).toEqual([
    'LAST       TIMES  NODE     GATEWAY       TYPE  REVISION  RESOURCES',
    '1 min ago  3      envoy-1  default/edge  LDS   7         default/edge/http',
    '    address in  [31muse',
    '',
  ])
  expect((await run('--limit', '1')).stdout).toContain('and 1 more')
  const json = JSON.parse((await run('--json', '--gateway', 'edge')).stdout)
  expect(json.map((one: { node: string }) => one.node).sort()).toEqual(['envoy-1', 'envoy-2'])
})
