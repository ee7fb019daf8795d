import { afterEach, expect, test } from 'vitest'
import { unpackEntries } from '../../../src/model/entry.ts'
import type { Parsed } from '../../../src/model/problem.ts'
import { openIntake } from '../../../src/operations/intake/intake.ts'
import { IntakeQueue } from '../../../src/operations/intake/intake-queue.ts'
import { prepareBody } from '../../../src/operations/intake/prepare-body.ts'
import type { Prepared } from '../../../src/operations/intake/prepared.ts'
import { body, topologyBody } from './bodies.ts'

const opened: { close(): Promise<void> }[] = []

function open<T extends { close(): Promise<void> }>(one: T): T {
  opened.push(one)
  return one
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map(one => one.close()))
})

function entriesOf(parsed: Parsed<Prepared>) {
  if (!parsed.ok) throw new Error(JSON.stringify(parsed))
  return parsed.value.parts.flatMap(part => unpackEntries(part.entries))
}

/** Entries as a text, which is compared at once, and not byte for byte. */
function withText(parsed: Parsed<Prepared>) {
  if (!parsed.ok) return parsed
  const parts = parsed.value.parts.map(part => ({
    ...part,
    entries: Buffer.from(part.entries).toString('latin1'),
  }))
  return { ...parsed.value, parts }
}

test('a large body comes back from its thread as it would have been prepared here', async () => {
  const intake = open(openIntake())
  const bytes = topologyBody(200)
  const here = prepareBody({ kind: 'topology', bytes })
  const there = await intake.prepare({ kind: 'topology', bytes })
  expect(withText(there)).toEqual(withText(here))
  expect(entriesOf(there)).toHaveLength(400)
})

test('a large body is handed over, a small one is not', async () => {
  const intake = open(openIntake())
  const large = topologyBody(200)
  const small = topologyBody(1)
  await intake.prepare({ kind: 'topology', bytes: large })
  await intake.prepare({ kind: 'topology', bytes: small })
  expect([large.byteLength, small.byteLength > 0]).toEqual([0, true])
})

test('a piece of a larger buffer is handed over as a copy', async () => {
  const intake = open(openIntake())
  const large = topologyBody(200)
  const whole = new Uint8Array(large.length + 2)
  whole.set(large, 1)
  const parsed = await intake.prepare({ kind: 'topology', bytes: whole.subarray(1, large.length + 1) })
  expect(entriesOf(parsed)).toHaveLength(400)
  expect(whole.byteLength).toBe(large.length + 2)
})

test('problems come back from the thread as well', async () => {
  const intake = open(openIntake())
  const services = Array.from({ length: 2000 }, (_, i) => ({ name: i === 1234 ? 'Bad' : `service-${i}` }))
  expect(await intake.prepare({ kind: 'topology', bytes: body({ services }) })).toMatchObject({
    ok: false,
    problems: [{ pointer: '/services/1234/name' }],
  })
})

test('bodies that come together are all prepared, each for the one who sent it', async () => {
  const intake = open(openIntake())
  const sizes = [150, 1, 200, 2, 250]
  const all = await Promise.all(
    sizes.map(size => intake.prepare({ kind: 'topology', bytes: topologyBody(size) })),
  )
  expect(all.map(one => entriesOf(one).length)).toEqual(sizes.map(size => size * 2))
})

test('a thread that nothing comes for ends, and the next body finds another one', async () => {
  const queue = open(new IntakeQueue({ patience: 10 }))
  const threads = () => process.getActiveResourcesInfo().filter(one => one === 'MessagePort').length
  const before = threads()
  await queue.prepare({ kind: 'topology', bytes: topologyBody(10) })
  expect(threads()).toBeGreaterThan(before)
  await expect.poll(threads).toBe(before)
  expect(entriesOf(await queue.prepare({ kind: 'topology', bytes: topologyBody(10) }))).toHaveLength(20)
})

test('a body that takes too much memory is refused, and the next one is prepared', async () => {
  const queue = open(new IntakeQueue({ memoryMib: 48 }))
  const refused = await queue.prepare({ kind: 'topology', bytes: topologyBody(20_000) })
  expect(refused).toMatchObject({
    ok: false,
    problems: [{ pointer: '', detail: expect.stringContaining('48 MiB') }],
  })
  expect(entriesOf(await queue.prepare({ kind: 'topology', bytes: topologyBody(10) }))).toHaveLength(20)
})

test('a body that takes too long is refused', async () => {
  const queue = open(new IntakeQueue({ milliseconds: 1 }))
  expect(await queue.prepare({ kind: 'topology', bytes: topologyBody(100) })).toMatchObject({
    ok: false,
    problems: [{ pointer: '', detail: expect.stringContaining('0.001 seconds') }],
  })
})

test('closing rejects what is not done, and what comes later', async () => {
  const queue = open(new IntakeQueue())
  const unfinished = [1, 2].map(() => queue.prepare({ kind: 'topology', bytes: topologyBody(500) }))
  const outcomes = Promise.allSettled(unfinished)
  await queue.close()
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(queue.prepare({ kind: 'topology', bytes: topologyBody(1) })).rejects.toThrow('closed')
})
