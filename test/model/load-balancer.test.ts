import { describe, expect, test } from 'vitest'
import { refusals, storedService } from './traffic-settings.ts'

const hash = (fields: object) => ({ type: 'ConsistentHash', consistentHash: fields })

describe('of a load balancer defaults are left out', () => {
  test.each<[object, object]>([
    [{}, {}],
    [{ type: 'LeastRequest' }, {}],
    [
      { type: 'LeastRequest', slowStart: { window: '30s' } },
      { loadBalancer: { slowStart: { window: '30s' } } },
    ],
    [{ type: 'Random' }, { loadBalancer: { type: 'Random' } }],
    [hash({ type: 'SourceIP', tableSize: 65537 }), { loadBalancer: hash({ type: 'SourceIP' }) }],
    [
      hash({ type: 'Header', header: { name: 'X-User' }, tableSize: 101 }),
      { loadBalancer: hash({ type: 'Header', header: { name: 'x-user' }, tableSize: 101 }) },
    ],
    [
      hash({ type: 'Cookie', cookie: { name: 'Session', attributes: {} } }),
      { loadBalancer: hash({ type: 'Cookie', cookie: { name: 'Session' } }) },
    ],
  ])('%j is stored as %j', (loadBalancer, kept) => {
    expect(storedService({ loadBalancer })).toEqual(kept)
  })
})

test('attributes of a cookie have no order', () => {
  const cookie = (attributes: object) =>
    hash({ type: 'Cookie', cookie: { name: 'c', ttl: '0s', attributes } })
  const text = (attributes: object) => JSON.stringify(storedService({ loadBalancer: cookie(attributes) }))
  expect(text({ SameSite: 'Lax', Path: '/' })).toBe(text({ Path: '/', SameSite: 'Lax' }))
})

describe('a load balancer that Envoy would refuse, or that says what has no effect, is refused', () => {
  const slowStart = { window: '30s' }
  test.each<[string, object, string[]]>([
    ['of another type', { type: 'RingHash' }, ['/type']],
    ['a slow start of random choice', { type: 'Random', slowStart }, ['/slowStart']],
    ['a slow start of a hash', { ...hash({ type: 'SourceIP' }), slowStart }, ['/slowStart']],
    ['a slow start that takes no time', { slowStart: { window: '0s' } }, ['/slowStart/window']],
    ['a hash that is not said', { type: 'ConsistentHash' }, ['/consistentHash']],
    ['a hash beside another type', { consistentHash: { type: 'SourceIP' } }, ['/consistentHash']],
    ['a hash of a header without the header', hash({ type: 'Header' }), ['/consistentHash/header']],
    [
      'a hash of an address with a header',
      hash({ type: 'SourceIP', header: { name: 'x' } }),
      ['/consistentHash/header'],
    ],
    ['a pseudo-header', hash({ type: 'Header', header: { name: ':path' } }), ['/consistentHash/header/name']],
    [
      'a table whose size is not prime',
      hash({ type: 'SourceIP', tableSize: 65536 }),
      ['/consistentHash/tableSize'],
    ],
    [
      'a table that is too large',
      hash({ type: 'SourceIP', tableSize: 5_000_077 }),
      ['/consistentHash/tableSize'],
    ],
    [
      'a cookie that would end its own attribute',
      hash({ type: 'Cookie', cookie: { name: 'c', attributes: { Path: '/; Domain=x' } } }),
      ['/consistentHash/cookie/attributes/Path'],
    ],
  ])('%s', (_, loadBalancer, pointers) => {
    expect(refusals({ loadBalancer })).toEqual(pointers.map(pointer => `/loadBalancer${pointer}`))
  })
})
