import { expect, test } from 'vitest'
import { encodeDiscoveryResource, versionOf } from '../../../src/proto/discovery-resource.ts'
import { decode, encode } from '../../../src/proto/message.ts'
import { messageNameOf } from '../../../src/proto/type-urls.ts'
import { deltaForm } from '../../../src/xds/protocol/delta-form.ts'
import { SharedBodies } from '../../../src/xds/streams/shared-bodies.ts'
import { NAMES } from './resource-table.ts'
import { CDS, deltaRequest, Tables } from './session.ts'

const TTL = 60_000
const RESPONSE = 'envoy.service.discovery.v3.DeltaDiscoveryResponse'
const SIGNATURE = { systemVersion: '1', bodies: new SharedBodies('r') }

interface Sent {
  nonce: string
  resources?: { name: string; version: string; ttl?: string; resource?: object }[]
}

function cluster(name: string, content = '') {
  const body = encode(messageNameOf(CDS), { name, altStatName: content })
  const version = versionOf(body)
  return {
    name,
    typeUrl: CDS,
    version,
    encoded: encodeDiscoveryResource(name, version, CDS, body),
    references: [],
  }
}

/** A client that knows of times to live, of clusters `a` and `b`. */
function opened(ttl: number | undefined) {
  const tables = new Tables()
  tables.table(CDS).set(cluster('a'))
  tables.table(CDS).set(cluster('b'))
  const dialogue = deltaForm.open({
    id: 's',
    names: NAMES,
    views: typeUrl => tables.table(typeUrl).view,
    edition: 1,
    now: 0,
    knowsTtl: true,
    ttl,
  })
  const say = (request: object) => dialogue.onRequest(deltaRequest(CDS, request), new Date())
  const next = (now: number) => {
    const response = dialogue.next(now, SIGNATURE)
    return response && (decode(RESPONSE, Buffer.concat([response.head, response.body])) as unknown as Sent)
  }
  const publish = (edition: number) => dialogue.stream.onEdition(edition)
  return { tables, dialogue, say, next, publish }
}

test('[O98] a client that knows of times to live gets one with each resource, and hears before it ends that it lives on', () => {
  const { dialogue, say, next } = opened(TTL)
  say({})
  const first = next(0)
  expect(first?.resources?.map(({ name, ttl }) => [name, ttl])).toEqual([
    ['a', '60s'],
    ['b', '60s'],
  ])
  say({ nonce: first?.nonce })
  expect(next(0)).toBeUndefined()
  const at = dialogue.wakeAt() as number
  expect(at).toBeLessThanOrEqual(TTL / 2)
  const beat = next(at)
  expect(beat?.resources).toEqual(
    first?.resources?.map(({ name, version }) => ({ name, version, ttl: '60s' })),
  )
  expect(next(at)).toBeUndefined()
  say({ nonce: beat?.nonce })
  expect(dialogue.stream.isSynced).toBe(true)
  expect(dialogue.wakeAt()).toBeGreaterThan(at)
})

test('[O98] a heartbeat is of the version that the client has: none of what is on its way, the old one of what it refused', () => {
  const { tables, say, next, publish } = opened(TTL)
  say({})
  const first = next(0)
  say({ nonce: first?.nonce })
  const [a, b] = first?.resources ?? []
  tables.table(CDS).set(cluster('a', 'new'))
  publish(2)
  const second = next(0)
  expect(next(TTL / 3)?.resources?.map(one => [one.name, one.version])).toEqual([['b', b?.version]])
  say({ nonce: second?.nonce, error: 'cluster a: no' })
  expect(next((TTL * 2) / 3)?.resources?.map(one => [one.name, one.version])).toEqual([
    ['b', b?.version],
    ['a', a?.version],
  ])
})

test('[O98] where there is no time to live any more, a client that may have one is sent what it brings without', () => {
  const { tables, say, next, dialogue } = opened(undefined)
  const initialVersions = new Map([['a', tables.version(CDS, 'a')]])
  say({ initialVersions })
  expect(next(0)?.resources?.map(({ name, ttl }) => [name, ttl])).toEqual([
    ['a', undefined],
    ['b', undefined],
  ])
  expect(dialogue.wakeAt()).toBeUndefined()
})

test('[O98] what changes while a long heartbeat is written is not said to live on in the version before', () => {
  const { tables, say, next, publish } = opened(TTL)
  for (let i = 0; i < 2_000; i++) tables.table(CDS).set(cluster(`c${i}`))
  say({})
  const acked = (response: Sent | undefined) => {
    say({ nonce: response?.nonce })
    return response
  }
  for (let response = acked(next(0)); response; response = next(0)) acked(response)
  expect(next(TTL / 3)?.resources).toHaveLength(2_000)
  tables.table(CDS).set(cluster('c1999', 'new'))
  publish(2)
  expect(next(TTL / 3)?.resources?.map(one => one.name)).toEqual(['c1999'])
  expect(next(TTL / 3)?.resources?.map(one => one.name)).toEqual(['c1998'])
  expect(next(TTL / 3)).toBeUndefined()
})
