import { describe, expect, test } from 'vitest'
import { refusals, storedService, warned } from './traffic-settings.ts'

const HTTP = { type: 'HTTP', http: { path: '/healthz' } }

describe('what a health check leaves unsaid is what Envoy Gateway has for it, and is not stored', () => {
  test.each<[object, object]>([
    [{}, {}],
    [{ panicThreshold: 1 }, {}],
    [{ panicThreshold: 0 }, { healthCheck: { panicThreshold: 0 } }],
    [{ passive: {} }, { healthCheck: { passive: {} } }],
    [
      {
        passive: {
          interval: '3s',
          baseEjectionTime: '30s',
          consecutive5XxErrors: 5,
          consecutiveGatewayErrors: 0,
          consecutiveLocalOriginFailures: 5,
          splitExternalLocalOriginErrors: false,
          maxEjectionPercent: 100,
          alwaysEjectOneEndpoint: true,
        },
      },
      { healthCheck: { passive: {} } },
    ],
    [
      { passive: { maxEjectionPercent: 10, interval: '1s', consecutive5XxErrors: 0 } },
      { healthCheck: { passive: { interval: '1s', consecutive5XxErrors: 0, maxEjectionPercent: 10 } } },
    ],
    [
      { active: { ...HTTP, interval: '3s', timeout: '1s', unhealthyThreshold: 3, healthyThreshold: 1 } },
      { healthCheck: { active: HTTP } },
    ],
    [
      { active: { type: 'HTTP', http: { path: '/healthz', method: 'GET', expectedStatuses: [200] } } },
      { healthCheck: { active: HTTP } },
    ],
    [
      { active: { type: 'HTTP', http: { path: '/healthz', expectedStatuses: [204, 200, 204] } } },
      { healthCheck: { active: { type: 'HTTP', http: { path: '/healthz', expectedStatuses: [200, 204] } } } },
    ],
    [{ active: { type: 'GRPC', grpc: {} } }, { healthCheck: { active: { type: 'GRPC' } } }],
    [{ active: { type: 'TCP', tcp: {} } }, { healthCheck: { active: { type: 'TCP' } } }],
  ])('%j is stored as %j', (healthCheck, kept) => {
    expect(storedService({ healthCheck })).toEqual(kept)
  })
})

describe('a health check that Envoy would refuse is refused', () => {
  const active = (fields: object) => ({ active: { ...HTTP, ...fields } })
  const http = (fields: object) => active({ http: { path: '/', ...fields } })
  const tcp = (send: object) => ({ active: { type: 'TCP', tcp: { send } } })
  test.each<[string, object, string[]]>([
    ['without a type', { active: { http: { path: '/' } } }, ['/active/type']],
    ['of another type', active({ type: 'Redis' }), ['/active/type']],
    ['by HTTP that does not say how', { active: { type: 'HTTP' } }, ['/active/http']],
    ['by gRPC with the words of HTTP', active({ type: 'GRPC' }), ['/active/http']],
    ['by HTTP with the words of the others', active({ grpc: {}, tcp: {} }), ['/active/grpc', '/active/tcp']],
    ['without a path', active({ http: {} }), ['/active/http/path']],
    ['with a path that is none', http({ path: 'healthz' }), ['/active/http/path']],
    ['with a line break in its path', http({ path: '/a\r\nb' }), ['/active/http/path']],
    ['with a space in its path', http({ path: '/a b' }), ['/active/http/path']],
    ['by CONNECT', http({ method: 'CONNECT' }), ['/active/http/method']],
    ['with a hostname and port', http({ hostname: 'web:80' }), ['/active/http/hostname']],
    ['with a status below 100', http({ expectedStatuses: [99] }), ['/active/http/expectedStatuses/0']],
    ['with a status of 600', http({ retriableStatuses: [600] }), ['/active/http/retriableStatuses/0']],
    ['without a pause', active({ interval: '0s' }), ['/active/interval']],
    ['without time', active({ timeout: '0ms' }), ['/active/timeout']],
    [
      'with thresholds of 0',
      active({ unhealthyThreshold: 0, healthyThreshold: 0 }),
      ['/active/healthyThreshold', '/active/unhealthyThreshold'],
    ],
    ['with an unknown field', active({ alive: true }), ['/active/alive']],
    ['that sends nothing', tcp({ type: 'Text', text: '' }), ['/active/tcp/send/text']],
    ['that sends half a character', tcp({ type: 'Text', text: '\ud800' }), ['/active/tcp/send/text']],
    ['that sends what is no base64', tcp({ type: 'Binary', binary: '%%%%' }), ['/active/tcp/send/binary']],
    ['that sends another type', tcp({ type: 'Hex', hex: '00' }), ['/active/tcp/send/type']],
    [
      'with more than all',
      { passive: { maxEjectionPercent: 101 }, panicThreshold: 101 },
      ['/panicThreshold', '/passive/maxEjectionPercent'],
    ],
    [
      'with times of nothing',
      { passive: { interval: '0s', baseEjectionTime: '0s' } },
      ['/passive/baseEjectionTime', '/passive/interval'],
    ],
    [
      'with less than no errors',
      { passive: { consecutive5XxErrors: -1 } },
      ['/passive/consecutive5XxErrors'],
    ],
  ])('%s', (_, healthCheck, pointers) => {
    expect(refusals({ healthCheck })).toEqual(pointers.map(pointer => `/healthCheck${pointer}`))
  })
})

test('a count that is not looked at is a warning', () => {
  const consecutiveLocalOriginFailures = 2
  const split = { consecutiveLocalOriginFailures, splitExternalLocalOriginErrors: true }
  expect(warned({ healthCheck: { passive: { consecutiveLocalOriginFailures } } })).toEqual([
    '/healthCheck/passive/consecutiveLocalOriginFailures',
  ])
  expect(warned({ healthCheck: { passive: split } })).toEqual([])
})

test('a port that says it does not speak HTTP/2 is warned of where the check is by gRPC', () => {
  const ports = [
    { name: 'grpc', port: 1, appProtocol: 'grpc' },
    { name: 'web', port: 2, appProtocol: 'http' },
    { name: 'silent', port: 3 },
  ]
  expect(warned({ ports, healthCheck: { active: { type: 'GRPC' } } })).toEqual(['/ports/1/appProtocol'])
  expect(warned({ ports, healthCheck: { active: HTTP } })).toEqual([])
})
