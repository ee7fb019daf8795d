import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kubernetesSnapshot } from '../../src/kubernetes/snapshot.ts'
import { parseSnapshot } from '../../src/model/parse-snapshot.ts'
import { digests, good } from '../model/parsed-bodies.ts'
import { caseNames, manifestsOf, valueAt } from './documents.ts'

describe('locate', () => {
  test.each([
    ['nodes', '/topology/nodes/1/cpu', '/items/1/status/allocatable/cpu'],
    ['nodes', '/topology/zones/1/zone', '/items/0/metadata/labels/topology.kubernetes.io~1zone'],
    ['nodes', '/topology/nodes', ''],
    ['services', '/topology/services/1/ports/0/port', '/items/1/spec/ports/1/port'],
    ['services', '/topology/services/3/name', '/items/6/metadata/name'],
    ['merged-slices', '/topology/services/0/endpoints/3/address', '/items/1/endpoints/0/addresses/0'],
    [
      'merged-slices',
      '/topology/services/0/endpoints/3/hints/zones/1',
      '/items/1/endpoints/0/hints/forZones/1',
    ],
    ['merged-slices', '/topology/services/0/endpoints/5/port', '/items/3/ports/0/port'],
    ['merged-slices', '/topology/services/0/endpoints', '/items/0'],
    ['ports-of-slices', '/topology/services/0/endpoints/2/ports/metrics', '/items/4/ports/0/port'],
    [
      'dual-stack',
      '/topology/services/0/endpoints/0/additionalAddresses/0',
      '/items/2/endpoints/0/addresses/0',
    ],
    ['gateways', '/routes/gateways/0/listeners/1/hostname', '/1/spec/listeners/2/hostname'],
    ['routes', '/routes/routes/0/gateways/3/port', '/0/spec/parentRefs/3/port'],
    ['routes', '/routes/routes/1/rules/0/backendRefs/1/name', '/1/spec/rules/0/backendRefs/1/name'],
    ['refused-routes', '/routes/routes/2/gateways/0', '/items/2/spec/parentRefs/2'],
    ['reference-grants', '/routes/referenceGrants/0/to/1/name', '/spec/to/1/name'],
  ])('in the case %s finds %s at %s', (name, native, place) => {
    expect(good(kubernetesSnapshot(manifestsOf(name))).locate(native)).toBe(place)
  })

  test('leads from what the model says to the place in the manifest', () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'UPPER' } }
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: {
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 443, appProtocol: 'https' },
        ],
      },
    }
    const bad = good(kubernetesSnapshot([node]))
    const refused = parseSnapshot(bad.snapshot)
    expect(refused.ok ? [] : refused.problems.map(one => bad.locate(one.pointer))).toEqual([
      '/0/metadata/name',
    ])
    const odd = good(kubernetesSnapshot(service))
    expect(parseSnapshot(odd.snapshot)).toMatchObject({ ok: true, warnings: [{}] })
    const warned = parseSnapshot(odd.snapshot)
    expect(warned.ok && warned.warnings.map(one => odd.locate(one.pointer))).toEqual([
      '/spec/ports/1/appProtocol',
    ])
  })
})

test.each([[undefined], [7], ['apiVersion: v1'], [[7]], [[['x']]], [{}]])(
  'refuses %j, which has no Kubernetes object',
  document => {
    expect(kubernetesSnapshot(document).ok).toBe(false)
  },
)

test('an empty document has nothing of either part', () => {
  const empty = good(kubernetesSnapshot([null, { apiVersion: 'v1', kind: 'List', items: [] }]))
  expect(empty).toMatchObject({
    has: { topology: false, routes: false },
    snapshot: { topology: {}, routes: {} },
  })
})

test('a Service with more ports than the model takes is left out: one of a cluster does not refuse the others', () => {
  const portsOf = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `p${i}`, port: i + 1 }))
  const service = (name: string, count: number) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { ports: [...portsOf(count), { name: 'udp', port: 1, protocol: 'UDP' }] },
  })
  const converted = kubernetesSnapshot([service('most', 100), service('more', 101)])
  expect(converted).toMatchObject({
    ok: true,
    value: { snapshot: { topology: { services: [{ name: 'most' }] } } },
    warnings: [
      { pointer: '/1/spec/ports', detail: 'Service default/more: left out: has more than 100 TCP ports' },
    ],
  })
  expect(parseSnapshot(good(converted).snapshot)).toMatchObject({ ok: true })
})

test('what is said of an object is short, however long its words are', () => {
  const long = 'K'.repeat(100_000)
  const odd = kubernetesSnapshot({ apiVersion: long, kind: long, metadata: { name: long, namespace: long } })
  expect(odd.ok && odd.warnings[0]?.detail.length).toBeLessThan(1500)
})

describe('what is said of an object begins with its name', () => {
  const service = (name: string, spec: object = { ports: [{ port: 1, appProtocol: 'x' }] }) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'team' },
    spec,
  })

  test('in warnings, as far as it is known', () => {
    const items = [
      service('a', { type: 'ExternalName' }),
      { apiVersion: 'v1', kind: 'ClusterRole', metadata: { name: 'b' } },
    ]
    const { warnings } = { warnings: [], ...kubernetesSnapshot({ kind: 'List', items }) }
    expect(warnings.map(({ detail }) => detail)).toEqual([
      'ClusterRole b: left out: Vicinity does not read this kind of v1',
      'Service team/a: left out: ExternalName is an alias in DNS and has no endpoints',
    ])
  })

  test('in problems, of which an object without a name has none', () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', namespace: 'x', labels: 7 } }
    const items = [
      service('a'),
      node,
      service('a'),
      { kind: 'Service' },
      { kind: 'A', metadata: { name: 'a' } },
    ]
    const converted = kubernetesSnapshot([{ kind: 'List', items }])
    expect(converted.ok ? [] : converted.problems).toEqual([
      {
        pointer: '/0/items/2',
        detail: 'Service team/a: is given twice: /0/items/0 is the same object',
      },
      { pointer: '/0/items/3/apiVersion', detail: 'is required: a string' },
      { pointer: '/0/items/3/metadata', detail: 'is required: an object' },
      { pointer: '/0/items/4/apiVersion', detail: 'A a: is required: a string' },
      { pointer: '/0/items/1/metadata/labels', detail: 'Node n1: must be an object' },
    ])
  })

  test('in what the model says', () => {
    const odd = good(kubernetesSnapshot([service('a')]))
    const parsed = parseSnapshot(odd.snapshot)
    expect(parsed.ok && parsed.warnings.map(odd.located)).toEqual([
      {
        pointer: '/0/spec/ports/0/appProtocol',
        detail: expect.stringMatching(/^Service team\/a: is not a protocol/),
      },
    ])
  })
})

const objects = caseNames
  .filter(name => name !== 'problems')
  .map(name => ({ name, document: manifestsOf(name) }))

test('the order of the objects in a document means nothing', () => {
  const lists = objects.flatMap(({ document }) => {
    const items: unknown = Object(document).items ?? document
    return Array.isArray(items) &&
      items.every(one => Object(one).kind !== undefined && Object(one).items === undefined)
      ? [items]
      : []
  })
  expect(lists.length).toBeGreaterThan(8)
  fc.assert(
    fc.property(fc.constantFrom(...lists), fc.infiniteStream(fc.nat(1_000_000)), (items, keys) => {
      const shuffled = items.map(item => ({ item, key: keys.next().value })).sort((a, b) => a.key - b.key)
      const contents = [items, shuffled.map(({ item }) => item)].map(list => {
        const { topology, routes } = good(parseSnapshot(good(kubernetesSnapshot(list)).snapshot))
        return [digests(topology), digests(routes)]
      })
      expect(contents[0]).toEqual(contents[1])
    }),
  )
})

/**
 * Any value of a document in the place of any other. Nothing throws, and each finding has a place that is there but for
 * its last step (something is required). Routes never refuse a push, unless their own name does.
 */
test('a document with anything anywhere is converted or refused, with places that exist', () => {
  const odd = fc.constantFrom<unknown[]>(
    null,
    true,
    0,
    -1,
    1e300,
    '',
    'x',
    [],
    {},
    [null],
    [[]],
    ['x'],
    [{}],
    {
      name: 'x',
    },
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...objects),
      fc.array(fc.tuple(fc.nat(1_000_000), odd), { minLength: 1, maxLength: 3 }),
      ({ document }, changes) => {
        const changed = structuredClone(document)
        for (const [at, value] of changes) replaceSome(changed, at, value)
        const converted = kubernetesSnapshot(changed)
        const findings = converted.ok ? [...converted.warnings] : [...converted.problems]
        if (converted.ok) {
          const parsed = parseSnapshot(converted.value.snapshot)
          const said = parsed.ok ? parsed.warnings : parsed.problems
          if (!parsed.ok) for (const { pointer } of said) expect(pointer).not.toMatch(NOT_BY_ROUTES)
          findings.push(
            ...said.map(({ pointer, detail }) => ({ pointer: converted.value.locate(pointer), detail })),
          )
        }
        for (const { pointer } of findings) expect(holderOf(changed, pointer), pointer).toBeTypeOf('object')
      },
    ),
    { numRuns: 1000 },
  )
})

const NOT_BY_ROUTES = /^\/routes\/routes\/\d+\/(?!name$|namespace$)/

/** Where something that is required may be missing together with what would hold it: the object's own part. */
function holderOf(document: unknown, pointer: string): unknown {
  let place = pointer
  for (let up = 0; up < 3; up++) {
    place = place.slice(0, Math.max(0, place.lastIndexOf('/')))
    const holder = valueAt(document, place)
    if (typeof holder === 'object' && holder !== null) return holder
  }
  return undefined
}

/** Replaces the value that is met as number `at` (counted around) on a walk through all. */
function replaceSome(root: unknown, at: number, value: unknown): void {
  const places: { holder: Record<string, unknown>; key: string }[] = []
  const walk = (holder: unknown): void => {
    if (typeof holder !== 'object' || holder === null) return
    for (const key of Object.keys(holder)) {
      places.push({ holder: holder as Record<string, unknown>, key })
      walk((holder as Record<string, unknown>)[key])
    }
  }
  walk(root)
  const place = places[at % Math.max(1, places.length)]
  if (place !== undefined) place.holder[place.key] = structuredClone(value)
}
