import { expect, test } from 'vitest'
import type { BodyContent } from '../../../src/xds/protocol/form.ts'
import { SharedBodies } from '../../../src/xds/streams/shared-bodies.ts'
import { CDS, resource } from '../protocol/session.ts'

const [a, b] = [resource(CDS, 'a'), resource(CDS, 'b')]
const content = (resources: BodyContent['resources'], removed: string[] = []) => ({
  typeUrl: CDS,
  resources,
  removed,
})

/** Bodies whose encoder counts, and says of which size they are. */
function counted(size = 1) {
  const bodies = new SharedBodies('r')
  let made = 0
  const encode = () => {
    made += 1
    return Buffer.alloc(size)
  }
  return { bodies, encode, made: () => made }
}

test('what many streams are sent is made once', () => {
  const { bodies, encode, made } = counted()
  const first = bodies.of(content([a, b]), encode)
  expect(bodies.of(content([a, b]), encode)).toBe(first)
  expect(made()).toBe(1)
  bodies.close()
})

test('bodies that only begin alike are not taken for one another', () => {
  const { bodies, encode, made } = counted()
  const others = [content([a]), content([a, b]), content([a], ['b']), content([], ['b'])]
  expect(new Set(others.map(one => bodies.of(one, encode))).size).toBe(4)
  expect(bodies.of(content([a]), () => Buffer.from('another form'))).toEqual(Buffer.from('another form'))
  expect(made()).toBe(4)
  bodies.close()
})

test('no more is kept than some megabytes: those that were made last', () => {
  const { bodies, encode, made } = counted(10 * 1024 * 1024)
  for (const name of ['x', 'y', 'z']) bodies.of(content([], [name]), encode)
  bodies.of(content([], ['z']), encode)
  expect(made()).toBe(3)
  bodies.of(content([], ['x']), encode)
  expect(made()).toBe(4)
  bodies.close()
})
