import { expect, test } from 'vitest'
import { gatewayResources } from '../../src/translate/gateway-resources.ts'
import { worldOf } from '../support/world.ts'

test('listeners of both families on one port are served beside each other', () => {
  const world = gatewayOf({ east: [http('four'), http('six', '::')] })
  expect(names(world)).toEqual(['default/edge/four', 'default/edge/six'])
})

test('of two sources whose listeners cannot be bound together the older one is served, and that is said', () => {
  const world = gatewayOf({ east: [http('one')], west: [http('other', '10.0.0.1')] })
  expect(names(world)).toEqual(['default/edge/one'])
  expect(gatewayResources(world, 'default/edge').conflicts).toEqual([
    'listener other of source west is left out: an older source has one on port 80',
  ])
})

function http(name: string, address?: string): object {
  return { name, port: 80, protocol: 'HTTP', ...(address && { address }) }
}

function gatewayOf(listeners: Readonly<Record<string, readonly object[]>>) {
  const pushed = Object.entries(listeners).map(([source, list]) => [
    source,
    { routes: { gateways: [{ name: 'edge', listeners: list }] } },
  ])
  return worldOf(Object.fromEntries(pushed))
}

function names(world: ReturnType<typeof worldOf>): string[] {
  return gatewayResources(world, 'default/edge').listeners.map(listener => listener.name)
}
