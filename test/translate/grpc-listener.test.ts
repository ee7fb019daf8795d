import { describe, expect, test } from 'vitest'
import { SERVER_LISTENER } from '../../src/model/server-listener.ts'
import { apiListener, serverListener } from '../../src/translate/grpc-listener.ts'

describe('[O101] the listener of a gRPC server', () => {
  test.each([
    ['0.0.0.0:50051', { address: '0.0.0.0', portValue: 50051 }],
    ['[::]:50051', { address: '::', portValue: 50051 }],
    ['[2001:db8::1]:65535', { address: '2001:db8::1', portValue: 65535 }],
  ])('that listens on %s has its address', (place, socketAddress) => {
    expect(serverListener(`${SERVER_LISTENER}${place}`)).toMatchObject({
      name: `${SERVER_LISTENER}${place}`,
      address: { socketAddress },
    })
  })

  test.each([
    [`${SERVER_LISTENER}`],
    [`${SERVER_LISTENER}localhost:50051`],
    [`${SERVER_LISTENER}0.0.0.0`],
    [`${SERVER_LISTENER}0.0.0.0:0`],
    [`${SERVER_LISTENER}0.0.0.0:65536`],
    [`${SERVER_LISTENER}::1:50051`],
    ['grpc/server?0.0.0.0:50051'],
    ['default/web/3000'],
  ])('has no name like %s', name => {
    expect(serverListener(name)).toBeUndefined()
  })

  test('takes every call and forwards none', () => {
    expect(JSON.stringify(serverListener(`${SERVER_LISTENER}0.0.0.0:1`))).toContain(
      '"domains":["*"],"routes":[{"match":{"prefix":"/"},"nonForwardingAction":{}}]',
    )
  })
})

test('[O101] the listener of a target has its routes from elsewhere, and nothing that a gRPC library refuses', () => {
  expect(apiListener('default/web/3000')).toEqual({
    name: 'default/web/3000',
    apiListener: {
      apiListener: {
        '@type': expect.stringMatching(/HttpConnectionManager$/),
        rds: { routeConfigName: 'default/web/3000', configSource: { ads: {}, resourceApiVersion: 'V3' } },
        httpFilters: [
          { name: 'envoy.filters.http.router', typedConfig: { '@type': expect.stringMatching(/Router$/) } },
        ],
      },
    },
  })
})
