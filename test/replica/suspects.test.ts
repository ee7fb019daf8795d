import { inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Stances } from '../../src/model/proxies.ts'
import type { Suspect, Testimony } from '../../src/model/quarantine.ts'
import { Suspects, withinBudget } from '../../src/replica/suspects.ts'
import type { ProxyRefusal } from '../../src/xds/streams/proxy-stream.ts'
import { CDS, EDS, resource } from '../xds/protocol/session.ts'

const GOOD = resource(CDS, 'a', 'good')
const BAD = resource(CDS, 'a', 'bad')
const SUSPECT: Suspect = { gateway: 'default/edge', typeUrl: CDS, name: 'a', version: BAD.version }

const refusal = (node: string, other: Partial<ProxyRefusal> = {}): ProxyRefusal => ({
  proxy: `stream of ${node}`,
  node,
  gateway: 'default/edge',
  peer: `10.0.0.1:${node.length}`,
  typeUrl: CDS,
  resources: [BAD],
  refused: [{ name: 'a', version: BAD.version, accepted: GOOD }],
  revision: 7,
  detail: 'no',
  at: '2026-03-01T12:00:00.000Z',
  ...other,
})

/** Suspects of a replica whose proxies stand to all of them as is said, at a time that is said too. */
function open(stances: Partial<Stances> = {}) {
  const bed = { now: 0, stances: { current: 0, other: 0, taken: 0, refused: 0, ...stances } }
  const suspects = new Suspects(
    () => bed.stances,
    () => bed.now,
  )
  return Object.assign(bed, {
    suspects,
    testimonies: (...standing: Suspect[]) => suspects.testimonies(standing),
  })
}

test('what a proxy refuses is told with who refused it, how the others stand, and that something was good before', () => {
  const { suspects, testimonies } = open({ current: 3, other: 1, refused: 3 })
  suspects.note(refusal('n1'))
  expect(testimonies()).toEqual([
    {
      ...SUSPECT,
      refusedBy: [{ node: 'n1', host: '10.0.0.1' }],
      isTaken: false,
      isOpen: false,
      current: 3,
      other: 1,
      revision: 7,
      detail: 'no',
      hasLastGood: true,
    },
  ])
})

test('the last good bytes are told when two have refused that are independent, here or elsewhere, until it is judged', () => {
  const { suspects, testimonies } = open({ current: 1 })
  suspects.note(refusal('n1'))
  const there = { ...(testimonies()[0] as Testimony), refusedBy: [{ node: 'n2', host: '10.0.0.2' }] }
  suspects.hear([there])
  const [told] = testimonies()
  expect(told?.refusedBy).toHaveLength(1)
  expect(told?.lastGood).toMatchObject({ version: GOOD.version, references: [] })
  expect(inflateRawSync(Buffer.from(told?.lastGood?.resource ?? '', 'base64'))).toEqual(GOOD.encoded)
  expect(testimonies(SUSPECT)[0]).not.toHaveProperty('lastGood')
})

test('that somebody took it is remembered when he is gone', () => {
  const bed = open({ current: 2, taken: 1, refused: 1 })
  bed.suspects.note(refusal('n1'))
  expect(bed.testimonies()).toMatchObject([{ isTaken: true }])
  bed.stances = { current: 1, other: 0, taken: 0, refused: 1 }
  bed.now += 1_000
  expect(bed.testimonies()).toMatchObject([{ isTaken: true, current: 1 }])
})

test('proxies are not asked more than twice a second, however often something is refused', () => {
  let asked = 0
  let now = 0
  const suspects = new Suspects(
    () => {
      asked += 1
      return { current: 1, other: 0, taken: 0, refused: 1 }
    },
    () => now,
  )
  for (now = 0; now < 1_000; now += 1) {
    suspects.note(refusal('n1'))
    expect(suspects.testimonies([])).toHaveLength(1)
  }
  expect(asked).toBe(2)
})

test('who has not answered is waited for, but not for ever', () => {
  const bed = open({ current: 3, refused: 2 })
  bed.suspects.note(refusal('n1'))
  expect(bed.testimonies()).toMatchObject([{ isOpen: true }])
  bed.now += 5_000
  expect(bed.testimonies()).toMatchObject([{ isOpen: false }])
})

test('what other replicas say is asked of the proxies here; what they only ask for, too, is not asked back and forth', () => {
  const { suspects, testimonies } = open({ current: 1, taken: 1 })
  const heard = { ...SUSPECT, isTaken: false, isOpen: false, current: 1, other: 0, revision: 7, detail: 'no' }
  suspects.hear([{ ...heard, refusedBy: [], hasLastGood: false }])
  expect(testimonies()).toEqual([])
  suspects.hear([{ ...heard, refusedBy: [{ node: 'n2', host: '10.0.0.2' }], hasLastGood: false }])
  expect(testimonies()).toMatchObject([{ ...SUSPECT, refusedBy: [], isTaken: true }])
})

test('what stands under quarantine is spoken of as long as it stands', () => {
  const bed = open()
  expect(bed.testimonies(SUSPECT)).toMatchObject([SUSPECT])
  bed.now += 60_000
  expect(bed.testimonies(SUSPECT)).toMatchObject([SUSPECT])
  bed.now += 60_000
  expect(bed.testimonies()).toEqual([])
})

test('a suspect is forgotten some time after the last refusal, when nobody there refuses it any more', () => {
  const bed = open({ current: 1, refused: 1 })
  bed.suspects.note(refusal('n1'))
  bed.now += 9 * 60_000
  expect(bed.testimonies()).toHaveLength(1)
  bed.now += 59_999
  expect(bed.testimonies()).toHaveLength(1)
  bed.stances = { current: 0, other: 0, taken: 0, refused: 0 }
  bed.now += 60_000
  expect(bed.testimonies()).toEqual([])
})

test('a version that another one has replaced is tried anew when it comes again', () => {
  const bed = open({ current: 2, refused: 2 })
  bed.suspects.note(refusal('n1'))
  bed.now += 60_000
  bed.stances = { current: 0, other: 2, taken: 0, refused: 0 }
  expect(bed.testimonies()).toEqual([])
  bed.stances = { current: 2, other: 0, taken: 0, refused: 1 }
  bed.suspects.note(refusal('n2'))
  expect(bed.testimonies()).toMatchObject([{ refusedBy: [{ node: 'n2' }], isOpen: true }])
})

test.each<[string, Partial<ProxyRefusal>]>([
  ['endpoints', { typeUrl: EDS }],
  ['what no gateway is served', { gateway: '' }],
  ['what is not known for certain', { refused: [] }],
])('of %s there are no suspects', (_, other) => {
  const { suspects, testimonies } = open()
  suspects.note(refusal('n1', other))
  expect(testimonies()).toEqual([])
})

test('a client that refuses everything under many names takes no more than some memory', () => {
  const { suspects, testimonies } = open()
  for (let index = 0; index < 1_000; index += 1)
    suspects.note(
      refusal(`n${index}`, { refused: [{ name: `s${index}`, version: '1', accepted: undefined }] }),
    )
  expect(testimonies()).toHaveLength(64)
  for (let index = 0; index < 1_000; index += 1) suspects.note(refusal(`n${index}`))
  expect(testimonies().at(-1)?.refusedBy).toHaveLength(8)
})

test('a version that is too large is told of without its bytes, and so is what has no room in a report', () => {
  const { suspects, testimonies } = open({ current: 1 })
  const accepted = { ...GOOD, encoded: new Uint8Array(1024 * 1024 + 1) }
  const refused = [{ name: 'a', version: BAD.version, accepted }]
  for (const [node, peer] of [
    ['n1', '10.0.0.1:1'],
    ['n2', '10.0.0.2:1'],
  ] as const)
    suspects.note(refusal(node, { peer, refused }))
  const [told] = testimonies()
  expect(told).toMatchObject({ hasLastGood: true })
  expect(told).not.toHaveProperty('lastGood')
  const large = {
    ...(told as Testimony),
    lastGood: { version: '1', resource: 'x'.repeat(600_000), references: [] },
  }
  expect(withinBudget([large, large]).map(one => one.lastGood !== undefined)).toEqual([true, false])
})
