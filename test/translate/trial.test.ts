import { expect, test } from 'vitest'
import { entry } from '../../src/model/entry.ts'
import { tryTranslate } from '../../src/translate/trial.ts'

/** As if the parser had let it through: a duration is a text. */
const BROKEN = { ports: [{ port: 80 }], connectTimeout: 5 }

function service(name: string, settings: object) {
  const key = { namespace: 'default', name }
  return entry({ kind: 'Service', ...key }, JSON.stringify({ ...key, ...settings }))
}

function namesOfUntranslatable(...entries: ReturnType<typeof service>[]): string[] {
  return tryTranslate(entries).map(({ key }) => key.name)
}

test('a service that cannot be translated is found among others, also of a kind that is there already', () => {
  const plain = { ports: [{ port: 80 }] }
  expect(namesOfUntranslatable(service('a', plain), service('b', BROKEN), service('c', plain))).toEqual(['b'])
})

test('of services that say the same the first one is told', () => {
  expect(namesOfUntranslatable(service('a', BROKEN), service('b', BROKEN))).toEqual(['a'])
})
