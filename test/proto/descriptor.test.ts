import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { buildDescriptor, DESCRIPTOR } from '../../scripts/build-descriptor.ts'
import { messageType } from '../../src/proto/descriptor.ts'

test('the checked-in descriptor is what the official protos and the roots give', () => {
  expect(readFileSync(DESCRIPTOR, 'utf8')).toBe(buildDescriptor())
})

test('every root is there', () => {
  const roots = JSON.parse(
    readFileSync(new URL('../../protos/roots.json', import.meta.url), 'utf8'),
  ) as string[]
  for (const name of roots) expect(messageType(name).fullName).toBe(`.${name}`)
})
