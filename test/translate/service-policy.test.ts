import { describe, expect, test } from 'vitest'
import { worldOf } from '../support/world.ts'

function policyOf(locality: object, topology: object = {}, endpoint: object = {}) {
  const endpoints = [{ address: '10.0.0.1', port: 1, zone: 'zone-a', ...endpoint }]
  const services = [{ name: 'web', ports: [{ port: 80 }], endpoints, locality }]
  const policy = worldOf({ east: { topology: { services, ...topology } } })
    .service('default', 'web')
    ?.decision(80)?.policy
  if (policy === undefined) throw new Error('the service has no port 80')
  return policy
}

describe('a zone that a rule names without its region', () => {
  const rule = { distribute: [{ from: 'zone-a', to: { 'zone-a': 1, 'zone-b': 2 } }] }
  const zone = (name: string, region: string) => ({ zone: name, region })
  const fromAndTo = (policy: ReturnType<typeof policyOf>) =>
    [...policy.distribute.value].map(([from, { to }]) => [from, to.map(one => `${one.region}/${one.zone}`)])

  test('is the one that is declared', () => {
    const zones = [zone('zone-a', 'r1'), zone('zone-b', 'r2')]
    expect(fromAndTo(policyOf(rule, { zones }))).toEqual([['r1/zone-a', ['r1/zone-a', 'r2/zone-b']]])
  })

  test('is where its endpoints are, when nobody declares it', () => {
    expect(fromAndTo(policyOf(rule, {}, { region: 'r3' }))).toEqual([['r3/zone-a', ['r3/zone-a', '/zone-b']]])
  })

  test('is where its endpoints are, too, when it is declared without a region', () => {
    const zones = [{ zone: 'zone-a' }]
    expect([...policyOf(rule, { zones }, { region: 'r3' }).distribute.value.keys()]).toEqual(['r3/zone-a'])
  })

  test('is not looked for among all endpoints each time, or a rule could stop everything for a minute', () => {
    const names = Array.from({ length: 200 }, (_, index) => `zone-${index}`)
    const endpoints = Array.from({ length: 5000 }, (_, index) => {
      return { address: '10.0.0.1', port: 1 + index, zone: names[index % 200], region: `r${index % 2}` }
    })
    const distribute = names.map(from => ({
      from,
      to: Object.fromEntries(names.map(name => [`${from}-${name}`, 1])),
    }))
    const services = [{ name: 'web', ports: [{ port: 80 }], endpoints, locality: { distribute } }]
    const web = worldOf({ east: { topology: { services } } }).service('default', 'web')
    expect(web?.decision(80)?.policy.distribute.value.size).toBe(200)
  })

  test('is passed over, with one note, where another source shows that it is one of several', () => {
    const declared = (region: string) => ({ topology: { zones: [zone('zone-a', region)] } })
    const other = { from: 'r1/zone-b', to: { 'zone-a': 1, 'r1/zone-b': 1 } }
    const locality = { distribute: [...rule.distribute, other] }
    const world = worldOf({
      east: { topology: { services: [{ name: 'web', ports: [{ port: 80 }], locality }] } },
      west: declared('r1'),
      south: declared('r2'),
    })
    const policy = world.service('default', 'web')?.decision(80)?.policy
    expect([...(policy?.distribute.value.keys() ?? [])]).toEqual(['r1/zone-b'])
    expect(policy?.notes).toEqual([
      'distribute names zone zone-a, which several regions have (source east, revision 1): say r1/zone-a or r2/zone-a; it is passed over',
    ])
  })
})

test('a zone that is named with and without its region has both shares, and the rule with the region holds', () => {
  const distribute = [
    { from: 'zone-a', to: { 'zone-a': 1 } },
    { from: 'r1/zone-a', to: { 'zone-a': 2, 'r1/zone-a': 3 } },
  ]
  const policy = policyOf({ distribute }, { zones: [{ zone: 'zone-a', region: 'r1' }] })
  expect(policy.distribute.value.get('r1/zone-a')?.to).toEqual([{ region: 'r1', zone: 'zone-a', weight: 5 }])
})

test('sources that disagree on a setting are told, field by field', () => {
  const service = (locality: object) => ({
    topology: { services: [{ name: 'web', ports: [{ port: 80 }], locality }] },
  })
  const world = worldOf({
    east: service({ minEndpoints: 2, spillover: 50 }),
    west: service({ minEndpoints: 3, spillover: 50 }),
  })
  expect(world.service('default', 'web')?.conflicts).toEqual([
    {
      field: 'locality/minEndpoints',
      source: 'west',
      detail: 'says 3; 2 of source east, which has had the service longer, stands',
    },
  ])
})
