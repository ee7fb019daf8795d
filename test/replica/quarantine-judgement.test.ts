import { describe, expect, test } from 'vitest'
import type { LastGood, Testimony, Witness } from '../../src/model/quarantine.ts'
import { RESOURCE_TYPES } from '../../src/model/resource-types.ts'
import { type Account, judgeQuarantines } from '../../src/replica/quarantine-judgement.ts'

const SUSPECT = { gateway: 'default/edge', typeUrl: RESOURCE_TYPES.cds, name: 'default/web/80', version: '2' }
const LAST_GOOD: LastGood = { version: '1', resource: 'AAAA', references: [] }
const from = (node: string, host: string): Witness => ({ node, host })
const TWO = [from('a', '10.0.0.1'), from('b', '10.0.0.2')]

const testimony = (other: Partial<Testimony> = {}): Testimony => ({
  ...SUSPECT,
  refusedBy: [],
  isTaken: false,
  isOpen: false,
  current: 0,
  other: 0,
  revision: 7,
  detail: 'no',
  hasLastGood: false,
  ...other,
})
const refused = (other: Partial<Testimony> = {}) =>
  testimony({ refusedBy: TWO, current: 2, hasLastGood: true, lastGood: LAST_GOOD, ...other })
const account = (testimonies: readonly Testimony[] | undefined, revision = 7): Account => ({
  revision,
  testimonies,
})

const begun = (...accounts: Account[]) => judgeQuarantines([], accounts, () => false).begun
const ended = (...accounts: Account[]) => judgeQuarantines([SUSPECT], accounts, () => false).ended

describe('a version is quarantined', () => {
  test('that two proxies refused and none took, with what was good before', () => {
    const row = { ...SUSPECT, revision: 7, detail: 'no', lastGood: LAST_GOOD }
    expect(begun(account([refused()]))).toEqual([row])
  })

  test('that one proxy of each of two replicas refused', () => {
    const [a, b] = TWO as [Witness, Witness]
    const one = account([refused({ refusedBy: [a] })])
    const two = account([testimony({ refusedBy: [b], current: 1 })])
    expect(begun(one, two, account([testimony()]))).toHaveLength(1)
  })

  test('that was never taken by anybody: then nothing stands in for it', () => {
    const never = { hasLastGood: false, lastGood: undefined }
    expect(begun(account([refused(never)]))[0]).not.toHaveProperty('lastGood')
    expect(begun(account([refused({ ...never, typeUrl: RESOURCE_TYPES.lds })]))).toHaveLength(1)
  })

  test.each<[string, readonly Witness[]]>([
    ['two nodes on this machine', [from('a', '127.0.0.1'), from('b', '127.0.0.1')]],
    ['two among many that are one', [from('a', '10.0.0.1'), from('c', '10.0.0.1'), from('b', '10.0.0.2')]],
  ])('that was refused by %s', (_, refusedBy) => {
    expect(begun(account([refused({ refusedBy })]))).toHaveLength(1)
  })
})

describe('a version is not quarantined', () => {
  test.each<[string, Partial<Testimony>]>([
    ['that somebody took', { isTaken: true }],
    ['that somebody has not answered yet', { isOpen: true }],
    ['that is to be had by nobody any more', { current: 0 }],
    ['whose last good one is too large to be told', { lastGood: undefined }],
    [
      'of routes that were never good: an Envoy would wait for them',
      { typeUrl: RESOURCE_TYPES.rds, hasLastGood: false, lastGood: undefined },
    ],
    ['that one proxy refused', { refusedBy: [from('a', '10.0.0.1')] }],
    [
      'that one node refused from two addresses',
      { refusedBy: [from('a', '10.0.0.1'), from('a', '10.0.0.2')] },
    ],
    [
      'that one address refused with many node ids',
      { refusedBy: ['a', 'b', 'c', 'd'].map(node => from(node, '10.0.0.1')) },
    ],
  ])('%s', (_, other) => {
    expect(begun(account([refused(other)]))).toEqual([])
  })

  test.each<[string, Account]>([
    ['took it', account([testimony({ isTaken: true })])],
    ['has not heard of it yet', account([])],
    ['does not serve it yet', account([testimony()], 6)],
    ['is of a version that does not say', account(undefined)],
  ])('where another replica %s', (_, other) => {
    expect(begun(account([refused()]), account([testimony()]))).toHaveLength(1)
    expect(begun(account([refused()]), account([testimony()]), other)).toEqual([])
  })

  test('of which so many stand already that it is no matter of single resources', () => {
    const standing = Array.from({ length: 63 }, (_, index) => ({ ...SUSPECT, name: `default/s${index}/80` }))
    const two = [refused(), refused({ name: 'default/other/80' })]
    expect(judgeQuarantines(standing, [account(two)], () => false).begun).toHaveLength(1)
  })

  test('a second time', () => {
    expect(judgeQuarantines([SUSPECT], [account([refused()])], () => false).begun).toEqual([])
  })
})

describe('a quarantine', () => {
  test('stands where nothing is said of it: no proxy is connected', () => {
    expect(ended(account([]), account(undefined))).toEqual([])
    expect(ended(account([testimony()]))).toEqual([])
  })

  test('stands as long as it is the newest version of some proxy', () => {
    expect(ended(account([testimony({ current: 1, other: 5 })]))).toEqual([])
    expect(ended(account([testimony({ other: 5 })]), account([testimony({ current: 1 })]))).toEqual([])
  })

  test('stands where those are away whose newest version it would be', () => {
    expect(judgeQuarantines([SUSPECT], [account([testimony({ other: 5 })])], () => true).ended).toEqual([])
  })

  test('ends with the next version', () => {
    expect(ended(account([testimony()]), account([testimony({ other: 1 })]))).toEqual([SUSPECT])
  })

  test('ends when somebody took it after all', () => {
    expect(
      ended(account([testimony({ current: 3 })]), account([testimony({ current: 1, isTaken: true })])),
    ).toEqual([SUSPECT])
  })
})
