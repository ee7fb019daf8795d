import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeMessage } from '../../src/proto/message.ts'
import { MessageScratch } from '../../src/proto/message-scratch.ts'

const LOCALITY_ENDPOINTS = 'envoy.config.endpoint.v3.LocalityLbEndpoints'

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom('', 'é'.repeat(39)))
const size = fc.constantFrom(0, 1, 126, 127, 128, 16_000, 16_383, 16_384, 70_000)
const number = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }))

test('what is written field by field is what protobuf writes of the message', () => {
  const scratch = new MessageScratch()
  fc.assert(
    fc.property(text, size, text, number, (region, length, subZone, priority) => {
      const zone = 'z'.repeat(length)
      scratch.begin()
      const locality = scratch.open(1)
      scratch.text(1, region)
      scratch.text(2, zone)
      scratch.text(3, subZone)
      scratch.close(locality)
      scratch.number(5, priority)
      const message = { locality: { region, zone, subZone }, priority }
      expect(scratch.written.equals(encodeMessage(LOCALITY_ENDPOINTS, message))).toBe(true)
    }),
  )
})
