import { Agent } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { backend, route, service, topology } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

describe('several listeners on one port of a real Envoy', () => {
  let bed: Testbed
  let port: number

  beforeAll(async () => {
    bed = await openTestbed()
    port = await freePort()
    const pods = ['blue', 'green', 'red']
    const services = await Promise.all(
      pods.map(async pod => service(pod, [{ port: (await bed.echo(pod)).port }])),
    )
    await bed.push('topology', topology(...services))
    await push([listener('any')])
    await bed.envoy({})
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  const listener = (name: string, fields: object = {}) => ({
    name,
    address: '127.0.0.1',
    port,
    protocol: 'HTTP',
    ...fields,
  })
  const to = (pod: string, sectionName: string, fields: object = {}) =>
    route(`${pod}-${sectionName}`, [{ backendRefs: [backend(pod)] }], {
      gateways: [{ name: 'edge', sectionName }],
      ...fields,
    })
  const push = (listeners: readonly object[], ...routes: readonly object[]) =>
    bed.push('routes', { gateways: [{ name: 'edge', listeners }], routes })
  /** The pod that answered, else the status; each on a connection of its own. */
  const who = async (host: string, agent = new Agent()): Promise<string | number> => {
    const { status, text } = await request(`127.0.0.1:${port}`, { headers: { host }, agent })
    return text.startsWith('{') ? (JSON.parse(text) as { pod: string }).pod : status
  }
  const whoAll = async (...hosts: string[]) => Promise.all(hosts.map(host => who(host)))

  test('listeners that change ports are there afterwards, under the names that they had', async () => {
    const other = await freePort()
    const routes = [to('blue', 'any'), to('green', 'more')]
    await push([listener('any'), listener('more', { port: other })], ...routes)
    await push([listener('any', { port: other }), listener('more')], ...routes)
    await expect.poll(() => whoAll('x.org')).toEqual(['green'])
    await push([listener('any'), listener('more', { port: other })], ...routes)
    await expect.poll(() => whoAll('x.org')).toEqual(['blue'])
  })

  test('each request is for the listener with the most specific hostname', async () => {
    await push(
      [
        listener('any'),
        listener('domain', { hostname: '*.example.com' }),
        listener('shop', { hostname: 'shop.example.com' }),
      ],
      to('blue', 'any'),
      to('green', 'domain'),
      to('red', 'shop'),
    )
    expect(await whoAll('elsewhere.org', 'example.com')).toEqual(['blue', 'blue'])
    expect(await whoAll('www.example.com', 'a.b.example.com:8080')).toEqual(['green', 'green'])
    expect(await whoAll('shop.example.com', 'SHOP.example.com')).toEqual(['red', 'red'])
  })

  test('a listener without a route answers 404, whatever routes less specific listeners have', async () => {
    await push(
      [
        listener('any'),
        listener('domain', { hostname: '*.example.com' }),
        listener('shop', { hostname: 'shop.example.com' }),
      ],
      to('blue', 'any', { hostnames: ['shop.example.com', 'www.example.com', 'www.example.org'] }),
      to('green', 'domain', { hostnames: ['shop.example.com', 'api.example.com'] }),
    )
    expect(await whoAll('www.example.org', 'api.example.com')).toEqual(['blue', 'green'])
    expect(await whoAll('shop.example.com', 'www.example.com', 'other.org')).toEqual([404, 404, 404])
  })

  test('a route of all listeners is served by each for what its hostname leaves', async () => {
    await push(
      [listener('domain', { hostname: '*.example.com' }), listener('shop', { hostname: 'shop.example.org' })],
      route('both', [{ backendRefs: [backend('blue')] }]),
    )
    expect(await whoAll('a.example.com', 'shop.example.org')).toEqual(['blue', 'blue'])
    expect(await whoAll('example.com', 'www.example.org')).toEqual([404, 404])
  })

  test('one more beside others takes its requests also on connections that there are', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const domain = listener('domain', { hostname: '*.example.com' })
    await push([domain], to('green', 'domain'))
    expect(await who('shop.example.com', agent)).toBe('green')
    await push(
      [listener('a', { hostname: 'shop.example.com' }), domain],
      to('red', 'a'),
      to('green', 'domain'),
    )
    expect(await who('shop.example.com', agent)).toBe('red')
    expect(await who('www.example.com', agent)).toBe('green')
    agent.destroy()
  })
})
