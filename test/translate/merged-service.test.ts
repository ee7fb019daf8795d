import { expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import { viewpoint } from '../support/candidate.ts'
import { worldOf } from '../support/world.ts'

function chosenFrom(zone: string, region: string, endpoints: object[]): string[] {
  const zones = [
    { zone: 'zone-a', region: 'r1' },
    { zone: 'zone-x', region: 'r2' },
  ]
  const services = [{ name: 'web', ports: [{ port: 80 }], endpoints }]
  const decision = worldOf({ east: { topology: { zones, services } } })
    .service('default', 'web')
    ?.decision(80)
  if (decision === undefined) throw new Error('the service has no port 80')
  const { endpoints: assigned } = assign(decision, viewpoint(zone, '', { region }))
  return assigned.filter(one => one.chosen).map(one => one.candidate.name)
}

const hinted = (name: string, zone: string, fields: object = {}) => ({
  name,
  address: '10.0.0.1',
  port: name.length,
  hints: { zones: [zone] },
  ...fields,
})

test('hints steer endpoints of which no zone is known, as in kube-proxy, which reads nothing but hints', () => {
  const endpoints = [hinted('a', 'zone-a'), hinted('xx', 'zone-x')]
  expect(chosenFrom('zone-a', 'r1', endpoints)).toEqual(['a'])
  expect(chosenFrom('zone-x', 'r2', endpoints)).toEqual(['xx'])
})

test('a hint that lends an endpoint to a zone of another region means that zone', () => {
  const endpoints = [
    hinted('lent', 'zone-a', { zone: 'zone-x' }),
    hinted('stays', 'zone-x', { zone: 'zone-x' }),
  ]
  expect(chosenFrom('zone-a', 'r1', endpoints)).toEqual(['lent'])
  expect(chosenFrom('zone-x', 'r2', endpoints)).toEqual(['stays'])
})

test('a hint for a zone that nobody declares means one in the region of its endpoint', () => {
  const endpoints = [
    hinted('here', 'zone-n', { zone: 'zone-n', region: 'r3' }),
    hinted('there', 'zone-x', { zone: 'zone-x' }),
  ]
  expect(chosenFrom('zone-n', 'r3', endpoints)).toEqual(['here'])
  expect(chosenFrom('zone-n', 'r1', endpoints)).toEqual(['there', 'here'])
})
