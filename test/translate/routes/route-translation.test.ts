import { describe, expect, test } from 'vitest'
import type { Route } from '../../../src/model/normal-routes.ts'
import { parseSnapshot } from '../../../src/model/parse-snapshot.ts'
import { decode } from '../../../src/proto/message.ts'
import { clusterName } from '../../../src/translate/names.ts'
import { dependsOnPort, translateRoute } from '../../../src/translate/routes/route-translation.ts'
import { backend, route } from '../../support/documents.ts'

/** As it is stored. */
function parsed(document: object): Route {
  const result = parseSnapshot({ topology: {}, routes: { routes: [document] } })
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return JSON.parse(result.value.routes.entries[0]?.body ?? '') as Route
}

/** With every backend there but `gone`. */
function translated(document: object, port = 80) {
  return translateRoute(parsed(document), {
    source: 'east',
    created: 1,
    port,
    cluster: ref => (ref.name === 'gone' ? undefined : clusterName(ref.namespace, ref.name, ref.port ?? 0)),
    hashPolicy: () => undefined,
  })
}

interface EnvoyRoute {
  readonly route?: { requestMirrorPolicies?: { runtimeFraction?: { defaultValue: object } }[] }
}

function envoyRoutes(document: object): EnvoyRoute[] {
  const encoded = Buffer.concat(translated(document).matches.map(one => one.encoded))
  return decode('envoy.config.route.v3.VirtualHost', encoded).routes as EnvoyRoute[]
}

const redirect = (requestRedirect: object) => ({ filters: [{ type: 'RequestRedirect', requestRedirect }] })
const mirror = (name: string, part: object = {}) => ({
  type: 'RequestMirror',
  requestMirror: { backendRef: backend(name), ...part },
})

test('only a redirect without scheme and port is another one on another port', () => {
  expect(dependsOnPort(parsed(route('r', [redirect({ hostname: 'x.org' })])))).toBe(true)
  expect(dependsOnPort(parsed(route('r', [{ backendRefs: [{ ...backend('a'), ...redirect({}) }] }])))).toBe(
    true,
  )
  for (const rule of [
    redirect({ scheme: 'https' }),
    redirect({ port: 81 }),
    { backendRefs: [backend('a')] },
  ]) {
    const document = route('r', [rule])
    expect(dependsOnPort(parsed(document))).toBe(false)
    expect(translated(document, 80)).toEqual(translated(document, 8080))
  }
})

test('clusters are those that requests or copies of them are sent to, each once', () => {
  const own = { ...backend('b'), filters: [mirror('c')] }
  const elsewhere = { ...backend('d'), ...redirect({ scheme: 'https' }) }
  const rules = [
    { filters: [mirror('a'), mirror('gone')], backendRefs: [backend('a'), own, backend('gone')] },
    { matches: [{ path: { value: '/x' } }], backendRefs: [elsewhere, backend('e', 0)] },
  ]
  expect(translated(route('r', rules)).clusters.toSorted()).toEqual([
    'default/a/3000',
    'default/b/3000',
    'default/c/3000',
  ])
})

test('a route of which something was refused translates to nothing', () => {
  const refused = [{ pointer: '/spec/rules/0/filters/0', detail: 'is not supported yet' }]
  const { rules: _, ...fields } = route('r', []) as { rules: unknown }
  expect(translated({ ...fields, refused })).toEqual({ matches: [], clusters: [] })
})

describe('the part of the requests that a mirror copies', () => {
  const fractionOf = (part: object) => {
    const [first] = envoyRoutes(route('r', [{ filters: [mirror('a', part)], backendRefs: [backend('b')] }]))
    return first?.route?.requestMirrorPolicies?.[0]?.runtimeFraction?.defaultValue
  }

  test.each([
    [{}, undefined],
    [{ percent: 100 }, undefined],
    [{ fraction: { numerator: 7, denominator: 7 } }, undefined],
    [{ percent: 1 }, { numerator: 1 }],
    [{ fraction: { numerator: 1 } }, { numerator: 1 }],
    [{ fraction: { numerator: 1, denominator: 4 } }, { numerator: 25 }],
    [{ fraction: { numerator: 1, denominator: 3 } }, { numerator: 3333, denominator: 'TEN_THOUSAND' }],
    [{ fraction: { numerator: 5, denominator: 10_000 } }, { numerator: 5, denominator: 'TEN_THOUSAND' }],
    [{ fraction: { numerator: 1, denominator: 30_000 } }, { numerator: 33, denominator: 'MILLION' }],
    [{ fraction: { numerator: 1, denominator: 2 ** 31 - 1 } }, { numerator: 1, denominator: 'MILLION' }],
    [
      { fraction: { numerator: 2 ** 31 - 2, denominator: 2 ** 31 - 1 } },
      { numerator: 9999, denominator: 'TEN_THOUSAND' },
    ],
  ])('%j is %j to Envoy', (part, expected) => {
    expect(fractionOf(part)).toEqual(expected)
  })
})
