import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kubernetesSnapshot } from '../../src/kubernetes/snapshot.ts'
import { parseSnapshot } from '../../src/model/parse-snapshot.ts'
import type { Endpoint, Endpoints } from '../../src/model/topology.ts'
import { bodies, good } from '../model/parsed-bodies.ts'

interface Slice {
  readonly ports: readonly { readonly name: string; readonly port: number }[]
  readonly endpoints: readonly {
    readonly host: number
    readonly pod: string
    readonly terminating: boolean
  }[]
}

/** Few addresses, ports and Pods, so that much is there twice. */
const slice: fc.Arbitrary<Slice> = fc.record({
  ports: fc.uniqueArray(
    fc.record({ name: fc.constantFrom('http', 'metrics', 'other'), port: fc.integer({ min: 1, max: 3 }) }),
    { selector: one => one.name },
  ),
  endpoints: fc.array(
    fc.record({
      host: fc.integer({ min: 1, max: 4 }),
      pod: fc.constantFrom('', 'a', 'b'),
      terminating: fc.boolean(),
    }),
    { maxLength: 5 },
  ),
})

test.each([[['http']], [['http', 'metrics']]])(
  'for the ports %j of a service each place is what kube-proxy makes of all slices',
  names => {
    fc.assert(
      fc.property(fc.array(slice, { maxLength: 4 }), slices => {
        expect(placesIn(convert(names, slices))).toEqual(kubeProxyPlaces(names, slices))
      }),
      { numRuns: 500 },
    )
  },
)

test('endpoints of one Pod in both families are one endpoint, whichever family is first', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ four: fc.boolean(), six: fc.boolean() }), { maxLength: 8 }),
      fc.constantFrom('IPv4', 'IPv6'),
      (pods, first) => {
        const list = (type: 'IPv4' | 'IPv6') =>
          sliceObject(
            type,
            type,
            [{ name: 'http', port: 1 }],
            pods.flatMap((pod, index) => {
              if (!(type === 'IPv4' ? pod.four : pod.six)) return []
              const address = type === 'IPv4' ? `10.0.0.${index}` : `fd00::${index + 1}`
              return [{ addresses: [address], targetRef: { kind: 'Pod', name: `pod-${index}` } }]
            }),
          )
        const found = endpointsOf([serviceObject(['http'], [first]), list('IPv4'), list('IPv6')])
        const inFirst = pods.filter(pod => (first === 'IPv4' ? pod.four : pod.six))
        expect(found).toHaveLength(inFirst.length || pods.filter(pod => pod.four || pod.six).length)
        const both = found.filter(one => one.additionalAddresses !== undefined)
        expect(both).toHaveLength(pods.filter(pod => pod.four && pod.six).length)
        if (inFirst.length > 0) {
          expect(found.every(one => one.address.includes(':') === (first === 'IPv6'))).toBe(true)
        }
      },
    ),
  )
})

test('slices that name one Pod everywhere do not multiply', () => {
  const ports = [{ name: 'http', port: 1 }]
  const named = (address: string) => ({ addresses: [address], targetRef: { kind: 'Pod', name: 'pod' } })
  const many = Array.from({ length: 300 }, (_, index) => index + 1)
  const found = endpointsOf([
    serviceObject(['http'], ['IPv4']),
    sliceObject(
      'four',
      'IPv4',
      ports,
      many.map(index => named(`10.0.${index >> 8}.${index & 255}`)),
    ),
    sliceObject(
      'six',
      'IPv6',
      ports,
      many.map(index => named(`fd00::${index.toString(16)}`)),
    ),
  ])
  expect(found).toHaveLength(300)
  expect(Math.max(...found.map(one => one.additionalAddresses?.length ?? 0))).toBe(8)
})

/** endpointslicecache.go, addEndpoints, word for word: by service port, then by address and port. */
function kubeProxyPlaces(names: readonly string[], slices: readonly Slice[]): Record<string, boolean> {
  const places: Record<string, boolean> = {}
  for (const { ports, endpoints } of slices) {
    for (const { name, port } of ports) {
      if (!names.includes(name)) continue
      for (const { host, terminating } of endpoints) {
        const place = `${name} 10.0.0.${host}:${port}`
        if (!(place in places) || !terminating) places[place] = terminating
      }
    }
  }
  return places
}

function placesIn(endpoints: readonly Endpoint[]): Record<string, boolean> {
  const places = endpoints.flatMap(({ address, port, ports = { http: port ?? 0 }, terminating = false }) =>
    Object.entries(ports).map(([name, number]) => [`${name} ${address}:${number}`, terminating] as const),
  )
  expect(new Set(places.map(([place]) => place)).size).toBe(places.length)
  return Object.fromEntries(places)
}

function convert(names: readonly string[], slices: readonly Slice[]): Endpoint[] {
  const objects = slices.map(({ ports, endpoints }, index) =>
    sliceObject(
      `slice-${index}`,
      'IPv4',
      ports,
      endpoints.map(({ host, pod, terminating }) => ({
        addresses: [`10.0.0.${host}`],
        conditions: { ready: !terminating, serving: true, terminating },
        targetRef: pod === '' ? undefined : { kind: 'Pod', name: pod },
      })),
    ),
  )
  return endpointsOf([serviceObject(names, ['IPv4']), ...objects])
}

function endpointsOf(objects: readonly unknown[]): Endpoint[] {
  const { topology } = good(parseSnapshot(good(kubernetesSnapshot(objects)).snapshot))
  return (bodies(topology)['Endpoints/default/web'] as Endpoints | undefined)?.endpoints ?? []
}

function serviceObject(names: readonly string[], ipFamilies: readonly string[]) {
  const ports = names.map((name, index) => ({ name, port: 80 + index }))
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ipFamilies, ports } }
}

function sliceObject(name: string, addressType: string, ports: Slice['ports'], endpoints: readonly object[]) {
  const metadata = { name: name.toLowerCase(), labels: { 'kubernetes.io/service-name': 'web' } }
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType, ports, endpoints }
}
