import { expect, test } from 'vitest'
import { shareTestbed } from './rest-testbed.ts'

const testbed = shareTestbed()

const put = (source: string, service: object, query = '') =>
  testbed.call('PUT', `/v1/sources/${source}/topology${query}`, { services: [service] })
const web = (fields: object = {}) => ({ name: 'web', ports: [{ port: 80 }], ...fields })

const CONFLICT = {
  pointer: '/services/0',
  detail:
    'trafficDistribution says "PreferSameNode"; "PreferSameZone" of source east, which has had the service longer, stands',
}

test('a service that another source has had longer is a warning for what does not count', async () => {
  await put('east', web({ trafficDistribution: 'PreferSameZone' }))
  const later = web({ trafficDistribution: 'PreferSameNode' })
  expect((await put('west', later, '?dryRun=true')).body.warnings).toEqual([CONFLICT])
  expect((await put('west', later)).body.warnings).toEqual([CONFLICT])
  expect(
    (await put('east', web({ trafficDistribution: 'PreferSameZone', ports: [{ port: 80 }] }))).body.warnings,
  ).toEqual([])
  expect((await put('west', { ...later, scope: 'source' })).body.warnings).toEqual([])
})

test('endpoints of a patch that fit no port of the service that stands are a warning', async () => {
  await put('east', web())
  const patch = (endpoint: object) =>
    testbed.call('PATCH', '/v1/sources/east/topology', {
      upsert: { endpoints: [{ name: 'web', endpoints: [endpoint] }] },
    })
  const misfit = { name: 'a', address: '10.0.0.1', ports: { metrics: 9 } }
  expect((await patch(misfit)).body.warnings).toEqual([
    {
      pointer: '/upsert/endpoints/0',
      detail: 'its endpoints a fit no port of the service and are not used: these are 80',
    },
  ])
  expect((await patch({ address: '10.0.0.1', port: 9 })).body.warnings).toEqual([])
})

test('of a Kubernetes push they name the object', async () => {
  await put('east', web({ trafficDistribution: 'PreferSameZone' }))
  const object = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name: 'web' },
    spec: { clusterIP: '10.96.0.1', ports: [{ port: 80 }], trafficDistribution: 'PreferSameNode' },
  }
  const list = { apiVersion: 'v1', kind: 'List', items: [object] }
  const { body } = await testbed.call('PUT', '/v1/sources/cluster/kubernetes?part=topology', list)
  expect(body.warnings).toContainEqual({
    pointer: '/items/0',
    detail: `Service default/web: ${CONFLICT.detail}`,
  })
})
