import { expect, test } from 'vitest'
import { zoneArgument } from '../../src/cli/zone-argument.ts'

test.each([
  ['zone-a', undefined, { zone: 'zone-a', region: undefined }],
  ['zone-a', 'r1', { zone: 'zone-a', region: 'r1' }],
  ['r1/zone-a', undefined, { zone: 'zone-a', region: 'r1' }],
  ['r1/zone-a', 'r1', { zone: 'zone-a', region: 'r1' }],
])('a zone that was given as %s, with the region %s, is %j', (text, region, zone) => {
  expect(zoneArgument(text, region)).toEqual(zone)
})

test('a region that is not that of the zone is a wrong argument', () => {
  expect(() => zoneArgument('r1/zone-a', 'r2')).toThrow('--region: r2 is not the region of r1/zone-a')
})
