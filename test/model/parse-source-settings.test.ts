import { describe, expect, test } from 'vitest'
import { parseSourceSettings } from '../../src/model/parse-source-settings.ts'

describe('settings of a source', () => {
  test.each([
    [{}, {}],
    [{ staleAfter: '1m30s' }, { staleAfter: '1m30s' }],
    [
      { whenStale: 'drop', staleAfter: '60s' },
      { staleAfter: '60s', whenStale: 'drop' },
    ],
    [{ staleAfter: '60s', whenStale: 'keep' }, { staleAfter: '60s' }],
    [{ gateways: [] }, {}],
    [{ group: 'blue' }, { group: 'blue' }],
    [{ group: 'default' }, {}],
    [{ maxRemoved: '50%' }, { maxRemoved: '50%' }],
    [{ maxRemoved: '0%' }, { maxRemoved: '0%' }],
    [{ maxRemoved: '100%' }, {}],
    [
      {
        gateways: [
          { port: 443, address: 'FD00::0:2' },
          { zone: 'zone-a', port: 443, address: '10.0.0.1' },
        ],
        network: 'vpc-1',
      },
      {
        network: 'vpc-1',
        gateways: [
          { address: '10.0.0.1', port: 443, zone: 'zone-a' },
          { address: 'fd00::2', port: 443 },
        ],
      },
    ],
  ])('%j are kept as %j', (given, kept) => {
    const parsed = parseSourceSettings(given)
    expect(JSON.stringify(parsed.ok && parsed.value)).toBe(JSON.stringify(kept))
    expect(parsed.ok && parsed.warnings).toEqual([])
  })

  test('with what nobody waits for are kept, with a warning', () => {
    expect(parseSourceSettings({ whenStale: 'drop' })).toMatchObject({
      ok: true,
      value: { whenStale: 'drop' },
      warnings: [{ pointer: '/whenStale' }],
    })
  })

  test('with gateways into no network are kept, with a warning', () => {
    expect(parseSourceSettings({ gateways: [{ address: '10.0.0.1', port: 443 }] })).toMatchObject({
      ok: true,
      warnings: [{ pointer: '/gateways', detail: expect.stringContaining('without network') }],
    })
  })

  test('are refused where they name one gateway twice, however its address is written', () => {
    const addresses = ['fd00::2', '10.0.0.1', 'FD00:0::2']
    const gateways = addresses.map((address, index) => ({ address, port: 443, zone: `zone-${index}` }))
    const parsed = parseSourceSettings({ network: 'vpc-1', gateways })
    expect(parsed.ok || parsed.problems).toEqual([
      { pointer: '/gateways/2/address', detail: 'is given twice: fd00::2 port 443' },
    ])
  })

  test('of a network without gateways are kept, with a warning', () => {
    expect(parseSourceSettings({ network: 'net' })).toMatchObject({
      ok: true,
      value: { network: 'net' },
      warnings: [{ pointer: '/network' }],
    })
  })

  test('are refused with all that is wrong at once', () => {
    const parsed = parseSourceSettings({ staleAfter: '0s', whenStale: 'panic', group: 'A b', staleafter: 1 })
    expect(parsed.ok || parsed.problems).toEqual([
      { pointer: '/staleAfter', detail: 'must be more than no time' },
      { pointer: '/whenStale', detail: 'must be "keep" or "standby" or "drop", not "panic"' },
      { pointer: '/group', detail: expect.stringContaining('RFC 1123 label') },
      { pointer: '/staleafter', detail: 'is not a known field' },
    ])
    const list = parseSourceSettings([])
    expect(list.ok || list.problems).toEqual([{ pointer: '', detail: 'must be an object, not a list' }])
  })

  test.each(['50', 50, '101%', '-1%', '0.5%', '05%', '%', ' 5%'])(
    'with maxRemoved %j are refused',
    maxRemoved => {
      const parsed = parseSourceSettings({ maxRemoved })
      expect(parsed.ok || parsed.problems).toEqual([
        { pointer: '/maxRemoved', detail: expect.stringMatching(/percentage|text|string/) },
      ])
    },
  )
})
