import { expect, test } from 'vitest'
import { distinctHosts } from '../../src/locality/distinct-hosts.ts'
import type { Host } from '../../src/locality/hosts.ts'

const host = (address: string, priority: number, additionalAddresses: string[] = []): Host => ({
  address,
  additionalAddresses,
  port: 80,
  region: 'r1',
  zone: 'zone-a',
  subZone: '',
  priority,
  weight: 1,
  portion: 1,
  endpoints: [],
})

const shown = (hosts: readonly Host[]) => distinctHosts(hosts).map(one => `${one.address} ${one.priority}`)

test('hosts that are all different stay as they are', () => {
  const hosts = [host('10.0.0.1', 0), { ...host('10.0.0.1', 0), port: 81 }, host('10.0.0.2', 1)]
  expect(distinctHosts(hosts)).toBe(hosts)
})

test('of hosts with one address the first stays', () => {
  expect(shown([host('10.0.0.1', 0), host('10.0.0.2', 0), host('10.0.0.1', 1), host('10.0.0.3', 1)])).toEqual(
    ['10.0.0.1 0', '10.0.0.2 0', '10.0.0.3 1'],
  )
})

test('an additional address counts as one', () => {
  expect(
    shown([host('10.0.0.1', 0, ['fd00::1']), host('fd00::1', 1), host('10.0.0.2', 1, ['10.0.0.1'])]),
  ).toEqual(['10.0.0.1 0'])
})

test('a priority of which nothing is left leaves no gap', () => {
  expect(shown([host('10.0.0.1', 0), host('10.0.0.1', 1), host('10.0.0.2', 2)])).toEqual([
    '10.0.0.1 0',
    '10.0.0.2 1',
  ])
})
