import { expect, test } from 'vitest'
import type { RefusedResponse } from '../../../src/xds/protocol/deliveries.ts'
import { CDS, resource, Session, Tables } from './session.ts'

/** What is told of each NACK: which names, in which version, and what the client goes on with. */
function listening(tables: Tables) {
  const told: (RefusedResponse & { typeUrl: string })[] = []
  const session = new Session(tables, { onRefused: (typeUrl, one) => told.push({ typeUrl, ...one }) })
  return { session, told }
}

const version = (name: string, content: string) => resource(CDS, name, content).version

test('a NACK is told with its words, and the versions that they name', () => {
  const { session, told } = listening(new Tables().set(CDS, 'a', '1').set(CDS, 'b', '1'))
  session.send(CDS)
  session.nack(session.pull()[0], 'cluster a: no')
  const a = { name: 'a', version: version('a', '1') }
  expect(told).toEqual([
    {
      typeUrl: CDS,
      edition: 1,
      detail: 'cluster a: no',
      about: [a],
      refused: [{ ...a, accepted: undefined }],
    },
  ])
})

test('an ACK, an unknown nonce and a nonce that was answered tell nothing', () => {
  const { session, told } = listening(new Tables().set(CDS, 'a', '1'))
  session.send(CDS)
  const [first] = session.pull()
  session.ack(first)
  session.nack(first, 'a: too late')
  session.send(CDS, { nonce: 'made-up', error: 'a: no' })
  expect(told).toEqual([])
})

test('what the client goes on with is what it took before, whole', () => {
  const { session, told } = listening(new Tables().set(CDS, 'a', '1'))
  session.send(CDS)
  session.settle()
  session.publish(tables => tables.set(CDS, 'a', '2'))
  session.nack(session.pull()[0], 'a: no')
  expect(told[0]?.refused[0]?.accepted).toEqual(resource(CDS, 'a', '1'))
  expect(told[0]).toMatchObject({ edition: 2, refused: [{ version: version('a', '2') }] })
})

test('the version is that of the refused response, whatever was sent since', () => {
  const { session, told } = listening(new Tables().set(CDS, 'a', '1'))
  session.send(CDS)
  const [first] = session.pull()
  session.publish(tables => tables.set(CDS, 'a', '2'))
  session.pull()
  session.nack(first, 'a: no')
  expect(told).toMatchObject([{ edition: 1, about: [{ version: version('a', '1') }] }])
})

test('words that name nothing of several resources are about all of them, and none is refused for certain', () => {
  const { session, told } = listening(new Tables().set(CDS, 'a', '1').set(CDS, 'b', '1'))
  session.send(CDS)
  session.nack(session.pull()[0], 'no')
  expect(told).toMatchObject([{ about: [{ name: 'a' }, { name: 'b' }], refused: [] }])
})

test('a response without resources may be refused as well', () => {
  const { session, told } = listening(new Tables())
  session.send(CDS)
  session.nack(session.pull()[0], 'no')
  expect(told).toMatchObject([{ detail: 'no', about: [], refused: [] }])
})
