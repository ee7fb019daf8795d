import { describe, expect, test } from 'vitest'
import {
  ANY_HOSTNAME,
  bySpecificity,
  covers,
  intersection,
} from '../../src/translate/hostname-intersection.ts'

describe('the intersection of a listener and a route', () => {
  // HTTPRouteSpec.hostnames and Listener.hostname: their examples, and the edges of their words.
  test.each([
    ['test.example.com', 'test.example.com', 'test.example.com'],
    ['test.example.com', '*.example.com', 'test.example.com'],
    ['test.example.com', ANY_HOSTNAME, 'test.example.com'],
    ['test.example.com', 'other.example.com', undefined],
    ['test.example.com', '*.test.example.com', undefined],
    ['*.example.com', '*.example.com', '*.example.com'],
    ['*.example.com', 'test.example.com', 'test.example.com'],
    ['*.example.com', 'foo.test.example.com', 'foo.test.example.com'],
    ['*.example.com', '*.test.example.com', '*.test.example.com'],
    ['*.example.com', ANY_HOSTNAME, '*.example.com'],
    ['*.example.com', 'example.com', undefined],
    ['*.example.com', 'test.example.net', undefined],
    ['*.example.com', 'badexample.com', undefined],
    ['*.example.com', '*.com', '*.example.com'],
    ['*.example.com', '*.example.net', undefined],
    [ANY_HOSTNAME, 'example.com', 'example.com'],
    [ANY_HOSTNAME, ANY_HOSTNAME, ANY_HOSTNAME],
  ])('of %s and %s is %s', (listener, route, both) => {
    expect(intersection(listener, route)).toBe(both)
    expect(intersection(route, listener)).toBe(both)
  })
})

test('a wildcard covers any number of labels before its suffix, but not the suffix alone', () => {
  const covered = ['a.example.com', 'a.b.example.com', '*.b.example.com', 'example.com', 'a.example.co']
  expect(covered.map(one => covers('*.example.com', one))).toEqual([true, true, true, false, false])
})

test('exact names are more specific than wildcards, longer ones more than shorter ones', () => {
  const hostnames = ['*', '*.example.com', 'a.example.com', '*.a.example.com', 'www.a.example.com']
  expect(hostnames.sort(bySpecificity)).toEqual([
    'www.a.example.com',
    'a.example.com',
    '*.a.example.com',
    '*.example.com',
    '*',
  ])
})
