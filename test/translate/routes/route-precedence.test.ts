import { expect, test } from 'vitest'
import type { GrpcRouteMatch } from '../../../src/model/grpc-route.ts'
import type { HttpRouteMatch } from '../../../src/model/http-route.ts'
import { byPrecedence, rankOfCall, rankOfRequest } from '../../../src/translate/routes/route-precedence.ts'

const place = (index: number) => ({ created: 1, route: 'default/r', source: 'east', rule: 0, index })

/** Ranks of matches that are given in the order that is expected; sorted from the other end. */
function sorted(matches: readonly ({ call: GrpcRouteMatch } | { request: HttpRouteMatch })[]) {
  return matches
    .map((one, at) => {
      // A later place, so that only the match itself can bring it forward.
      const later = place(matches.length - at)
      return { at, rank: 'call' in one ? rankOfCall(one.call, later) : rankOfRequest(one.request, later) }
    })
    .reverse()
    .sort((a, b) => byPrecedence(a.rank, b.rank))
    .map(({ at }) => at)
}

const call = (service?: string, method?: string, headers = 0) => ({
  call: {
    ...((service ?? method) && { method: { ...(service && { service }), ...(method && { method }) } }),
    ...(headers > 0 && {
      headers: Array.from({ length: headers }, (_, i) => ({ name: `h${i}`, value: '1' })),
    }),
  },
})

test('of calls the longest service comes first, then the longest method, then the most headers', () => {
  const matches = [
    call('demo.Echo', 'Say', 1),
    call('demo.Echo', 'Say'),
    call('demo.EchoMore', undefined, 2),
    call('demo.EchoMore'),
    call('demo.Echo'),
    call(undefined, 'SayMore'),
    call(undefined, 'Say', 2),
    call(undefined, 'Say'),
    call(undefined, undefined, 3),
    call(),
  ]
  expect(sorted(matches)).toEqual([...matches.keys()])
})

test('calls stand among requests as the path that they are, and before one that is no narrower', () => {
  const path = (type: 'Exact' | 'PathPrefix', value: string) => ({ path: { type, value } })
  const matches = [
    call('demo.Echo', 'Say'),
    { request: { ...path('Exact', '/demo.Echo/Say'), method: 'POST' as const } },
    { request: path('PathPrefix', '/demo.Echo/Say') },
    call('demo.Echo'),
    { request: { ...path('PathPrefix', '/demo.Echo'), method: 'POST' as const } },
    call(undefined, 'Say'),
    call(),
    { request: {} },
  ]
  expect(sorted(matches)).toEqual([...matches.keys()])
})
