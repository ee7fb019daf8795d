import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StateVersion, stateVersion } from '../../../src/xds/protocol/state-version.ts'

const A = { name: 'a', version: '1' }
const B = { name: 'b', version: '1' }

test('the version of a state is of its content alone', () => {
  expect(stateVersion([A, B])).toBe(stateVersion([B, A]))
  expect(stateVersion([A, B])).not.toBe(stateVersion([A, { ...B, version: '2' }]))
  expect(stateVersion([A])).not.toBe(stateVersion([{ name: 'b', version: A.version }]))
  expect(stateVersion([])).toMatch(/^[0-9a-f]{24}$/)
})

test('a version that was kept up is that of the state that it came to', () => {
  const state = fc.uniqueArray(fc.record({ name: fc.string(), version: fc.string() }), {
    selector: one => one.name,
  })
  fc.assert(
    fc.property(state, state, (before, after) => {
      const version = new StateVersion()
      version.change(before, [])
      version.change(after, before)
      expect(version.text).toBe(stateVersion(after))
    }),
  )
})
