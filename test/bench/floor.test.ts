import { expect, test } from 'vitest'
import { preparedAssignment, preparedResources } from '../../bench/floor/prepared-resources.ts'
import { decode } from '../../src/proto/message.ts'
import { TYPE_URLS } from '../../src/proto/type-urls.ts'

const WORKLOAD = { services: 5, endpoints: 4, zones: 2, streams: 0 }

function messageOf(encoded: Uint8Array | undefined): Record<string, unknown> {
  const { resource } = decode('envoy.service.discovery.v3.Resource', encoded as Uint8Array)
  return resource as Record<string, unknown>
}

test('the floor serves a cluster for each service, as Vicinity does', () => {
  const clusters = preparedResources(WORKLOAD).get(TYPE_URLS.cluster) ?? []
  expect(clusters.map(one => messageOf(one).name)).toEqual(
    ['0', '1', '2', '3', '4'].map(number => `svc-0000${number}`),
  )
})

test('the floor changes an assignment by the port of its first endpoint', () => {
  const [before, after] = [0, 1].map(changes =>
    JSON.stringify(messageOf(preparedAssignment(WORKLOAD, 3, changes))),
  )
  expect(before).not.toBe(after)
  expect(after?.replace('8081', '8080')).toBe(before)
})
