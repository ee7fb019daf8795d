import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EchoServer } from '../../demo/echo-server.ts'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { sendRequests, startLoad, type Target } from '../../demo/load.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { backend, gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

describe('the load balancer of a service in a real Envoy', () => {
  let bed: Testbed
  let envoy: Envoy
  let target: Target
  let pods: EchoServer[]

  beforeAll(async () => {
    bed = await openTestbed()
    const port = await freePort()
    target = { address: `127.0.0.1:${port}`, path: '/', host: 'x' }
    pods = await Promise.all(['one', 'two', 'three'].map(pod => bed.echo(pod)))
    await push({})
    const split = {
      matches: [{ path: { value: '/split' } }],
      backendRefs: [backend('web', 1), backend('plain', 1)],
    }
    await bed.push('routes', {
      gateways: [gateway('edge', port)],
      routes: [route('all', [toService('/', 'web'), split])],
    })
    envoy = await bed.envoy({})
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  const endpoints = (...weights: number[]) =>
    weights.map((weight, index) => ({ name: pods[index]?.pod ?? '', port: pods[index]?.port ?? 0, weight }))
  const push = (settings: object, list = endpoints(1, 1, 1)) =>
    bed.push('topology', topology(service('web', list, settings), service('plain', endpoints(1))))
  const hash = (consistentHash: object) => push({ loadBalancer: { type: 'ConsistentHash', consistentHash } })
  const ask = async (headers: Record<string, string> = {}, path = '/') => {
    const answer = await request(target.address, { path, headers: { host: 'x', ...headers } })
    const { pod } = JSON.parse(answer.text) as { pod: string }
    return { pod, cookie: answer.headers['set-cookie']?.[0] }
  }
  const podsOf = async (count: number, headersOf: (index: number) => Record<string, string>, path = '/') => {
    const asked = await Promise.all(Array.from({ length: count }, (_, index) => ask(headersOf(index), path)))
    return asked.map(({ pod }) => pod)
  }

  test('RoundRobin takes each in turn', async () => {
    await push({ loadBalancer: { type: 'RoundRobin' } })
    expect((await sendRequests(target, 300, 1)).byPod).toEqual({ one: 100, two: 100, three: 100 })
  })

  test('Random takes all, and not in turn', async () => {
    await push({ loadBalancer: { type: 'Random' } })
    const { byPod } = await sendRequests(target, 300, 1)
    expect(Object.keys(byPod)).toHaveLength(3)
    expect(byPod).not.toEqual({ one: 100, two: 100, three: 100 })
  })

  test('ConsistentHash of a header sends equal ones to one endpoint, and different ones to all', async () => {
    await hash({ type: 'Header', header: { name: 'X-User' } })
    for (const user of ['ann', 'bob', 'eve']) {
      expect(new Set(await podsOf(20, () => ({ 'x-user': user }))).size).toBe(1)
    }
    expect(new Set(await podsOf(60, index => ({ 'x-user': `user-${index}` }))).size).toBe(3)
  })

  test('ConsistentHash of the source address sends a client to one endpoint', async () => {
    await hash({ type: 'SourceIP' })
    expect(new Set(await podsOf(40, () => ({}))).size).toBe(1)
  })

  test('ConsistentHash of a cookie gives one to who has none, which leads back', async () => {
    const attributes = { Path: '/', SameSite: 'Lax' }
    await hash({ type: 'Cookie', cookie: { name: 'session', ttl: '1h', attributes } })
    const { pod, cookie = '' } = await ask()
    expect(cookie).toMatch(/^session="[0-9a-f]+"; Max-Age=3600; .*Path=\/; SameSite=Lax/)
    const session = { cookie: cookie.slice(0, cookie.indexOf(';')) }
    expect(new Set(await podsOf(20, () => session))).toEqual(new Set([pod]))
    expect((await ask(session)).cookie).toBeUndefined()
  })

  test('ConsistentHash holds where the service has a share of the requests only', async () => {
    await hash({ type: 'Header', header: { name: 'x-user' } })
    // The other service has one endpoint alone, which is not the one that the hash leads to.
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`)
    const owners = await podsOf(users.length, index => ({ 'x-user': users[index] as string }))
    const user = users[owners.findIndex(pod => pod !== 'one')] as string
    const seen = new Set(await podsOf(60, () => ({ 'x-user': user }), '/split'))
    expect(seen).toEqual(new Set(['one', owners[users.indexOf(user)]]))
  })

  test('slowStart brings a new endpoint in slowly', async () => {
    const settings = { loadBalancer: { slowStart: { window: '2s' } } }
    await push(settings, endpoints(1))
    // By then the one that was there is past its own slow start.
    await sleep(2_100)
    await push(settings, endpoints(1, 1))
    const { byPod } = await sendRequests(target, 100)
    expect(byPod.two ?? 0).toBeLessThan(35)
  })

  test('limits of a circuit breaker are kept', async () => {
    await push({ circuitBreaker: { maxParallelRequests: 2 } })
    const slow = Array.from({ length: 8 }, () =>
      request(target.address, { path: '/?delay=500', headers: { host: 'x' } }),
    )
    const statuses = (await Promise.all(slow)).map(({ status }) => status).sort()
    expect(statuses).toEqual([200, 200, 503, 503, 503, 503, 503, 503])

    await push({ circuitBreaker: { maxRequestsPerConnection: 1 } })
    const connections = () => envoy.stat('cluster.default/web/3000.upstream_cx_total')
    const before = (await connections()) ?? 0
    await sendRequests(target, 20, 1)
    expect(((await connections()) ?? 0) - before).toBe(20)

    const dead = [{ name: 'dead', port: await freePort(), weight: 1 }]
    const retries = async (circuitBreaker: object) => {
      await push({ circuitBreaker }, dead)
      const was = (await envoy.stat('cluster.default/web/3000.upstream_rq_retry')) ?? 0
      await sendRequests(target, 10)
      return ((await envoy.stat('cluster.default/web/3000.upstream_rq_retry')) ?? 0) - was
    }
    expect(await retries({})).toBe(40)
    expect(await retries({ maxParallelRetries: 0 })).toBe(0)
  })

  test('and all other settings change under load without a request that fails', async () => {
    const active = { type: 'HTTP', interval: '500ms', http: { path: '/healthz' } }
    const settings = [
      {},
      { healthCheck: { active } },
      { healthCheck: { active, passive: { interval: '1s' } }, loadBalancer: { type: 'RoundRobin' } },
      { loadBalancer: { type: 'ConsistentHash', consistentHash: { type: 'SourceIP' } } },
      { circuitBreaker: { maxConnections: 500, maxRequestsPerConnection: 100 } },
      { healthCheck: { active: { type: 'TCP' } }, loadBalancer: { slowStart: { window: '1s' } } },
      { connectTimeout: '1s', loadBalancer: { type: 'Random' }, healthCheck: { passive: {} } },
    ]
    await push({})
    const load = startLoad(target, 200)
    for (let change = 1; change <= 30; change += 1) {
      await push(settings[change % settings.length] as object)
      const { sent } = load.result()
      await waitUntil('requests between changes', () => load.result().sent >= sent + 8, { every: 2 })
    }
    const { sent, failures } = await load.stop()
    expect(failures).toEqual([])
    expect(sent).toBeGreaterThan(240)
  }, 60_000)
})
