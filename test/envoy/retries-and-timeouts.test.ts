import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../demo/free-port.ts'
import { backend, route, service } from '../support/documents.ts'
import { openRouteBed, type RouteBed } from '../support/route-bed.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'

describe('retries and timeouts of an HTTPRoute through a real Envoy', () => {
  let bed: RouteBed
  beforeAll(async () => {
    const closed = await freePort()
    bed = await openRouteBed(service('dead', [{ port: closed }]))
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  const push = (rule: object, name = 'blue') =>
    bed.push(route('limits', [{ backendRefs: [backend(name)], ...rule }]))
  /** The status that the client got, and how often the backend was asked for it. */
  const ask = async (path: string, method = 'GET') => {
    const before = bed.blue.received.length
    const { status } = await bed.ask(path, { method })
    return { status, asked: bed.blue.received.length - before }
  }
  const retries = async () => {
    const text = await bed.page('/stats?filter=dead.*upstream_rq_retry$')
    return Number(/: (\d+)/.exec(text)?.[1] ?? 0)
  }

  test('retry.codes are asked for again as often as attempts says, whatever the method', async () => {
    await push({ retry: { codes: [503, 429], attempts: 3, backoff: '1ms' } })
    expect(await ask('/?status=503', 'POST')).toEqual({ status: 503, asked: 4 })
    expect(await ask('/?status=429')).toEqual({ status: 429, asked: 4 })
    expect(await ask('/?status=500')).toEqual({ status: 500, asked: 1 })
  })

  test('retry without attempts is one', async () => {
    await push({ retry: { codes: [500] } })
    expect(await ask('/?status=500')).toEqual({ status: 500, asked: 2 })
  })

  test('retry asks again where no connection came about, as often as attempts says', async () => {
    await push({ retry: { attempts: 4, backoff: '1ms' } }, 'dead')
    const before = await retries()
    expect((await bed.ask('/', { method: 'POST' })).status).toBe(503)
    expect((await retries()) - before).toBe(4)
  })

  test('retry asks again where a backend refused a gRPC call as UNAVAILABLE', async () => {
    await push({ retry: { attempts: 2, backoff: '1ms' } })
    expect((await ask('/?header=grpc-status:14', 'POST')).asked).toBe(3)
    expect((await ask('/?header=grpc-status:5', 'POST')).asked).toBe(1)
  })

  test('retry.attempts 0 asks once, where there would be retries without it, too', async () => {
    await push({ retry: { attempts: 0 } }, 'dead')
    const before = await retries()
    expect((await bed.ask('/')).status).toBe(503)
    expect((await retries()) - before).toBe(0)
    await push({}, 'dead')
    expect((await bed.ask('/')).status).toBe(503)
    expect((await retries()) - before).toBe(4)
  })

  test('what was lost on its way back is asked for again with a safe method only', async () => {
    await push({ retry: { attempts: 2, backoff: '1ms' } })
    expect(await ask('/?reset', 'POST')).toEqual({ status: 503, asked: 1 })
    expect(await ask('/?reset', 'GET')).toEqual({ status: 503, asked: 3 })
  })

  test('so it is where no rule says anything of retries, and no backend hears of it', async () => {
    await push({ filters: [{ type: 'RequestMirror', requestMirror: { backendRef: backend('green') } }] })
    const copies = bed.green.received.length
    expect(await ask('/?reset', 'POST')).toEqual({ status: 503, asked: 1 })
    expect(await ask('/?reset', 'GET')).toEqual({ status: 503, asked: 5 })
    await expect.poll(() => bed.green.received.length - copies).toBe(2)
    const headers = [...bed.blue.received, ...bed.green.received].flatMap(one => Object.keys(one.headers))
    expect(headers.filter(name => name.includes('retry'))).toEqual([])
  })

  // Each wait is anything up to the interval, which doubles: without a word it begins with 25 ms.
  test('retry.backoff is waited between attempts', async () => {
    const asked = async (backoff: string, request: string) => {
      const retry = { codes: [503], attempts: 2, backoff }
      await push({ retry, timeouts: { request } })
      return (await ask('/?status=503')).asked
    }
    expect(await asked('1ms', '10s')).toBe(3)
    expect(await asked('1h', '500ms')).toBe(1)
  })

  test('timeouts.backendRequest ends each attempt, and a retry makes the next', async () => {
    await push({ timeouts: { backendRequest: '100ms' }, retry: { attempts: 2, backoff: '1ms' } })
    expect(await ask('/?delay=2000', 'POST')).toEqual({ status: 504, asked: 3 })
    await push({ timeouts: { backendRequest: '100ms' } })
    expect(await ask('/?delay=2000')).toEqual({ status: 504, asked: 1 })
  })

  test('timeouts.request is for all attempts together', async () => {
    const attempts = 40
    await push({
      timeouts: { request: '1s', backendRequest: '100ms' },
      retry: { attempts, backoff: '1ms' },
    })
    const { status, asked } = await ask('/?delay=6000')
    expect(status).toBe(504)
    expect(asked).toBeGreaterThan(1)
    expect(asked).toBeLessThan(1 + attempts)
  })

  // Envoy tells a backend how long it waits for it, in milliseconds.
  test('timeouts of 0s are none', async () => {
    const told = async (timeouts?: object) => {
      await push({ ...(timeouts && { timeouts }) })
      await bed.ask('/')
      return bed.blue.received[0]?.headers['x-envoy-expected-rq-timeout-ms']
    }
    expect(await told()).toBe('15000')
    expect(await told({ request: '2s' })).toBe('2000')
    expect(await told({ request: '0s' })).toBeUndefined()
    expect(await told({ backendRequest: '0s' })).toBeUndefined()
    expect(await told({ request: '0s', backendRequest: '3s' })).toBe('3000')
  })
})
