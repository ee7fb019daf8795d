import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests } from '../../demo/load.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

const SOURCES = ['east', 'west'] as const

describe('two Envoys of two sources, and one route to a service that both sources have', () => {
  let bed: Testbed
  const targets: Record<string, { address: string; path: string; host: string }> = {}

  beforeAll(async () => {
    bed = await openTestbed()
    for (const source of SOURCES) {
      const port = await freePort()
      targets[source] = { address: `127.0.0.1:${port}`, path: '/', host: 'x' }
      const pod = await bed.echo(source)
      const routes = [{ ...route('web', [toService('/', 'web')]), gateways: SOURCES }]
      await bed.push('topology', topology(service('web', [{ port: pod.port }])), source)
      await bed.push(
        'routes',
        { gateways: [gateway(source, port)], ...(source === 'east' && { routes }) },
        source,
      )
    }
    await group('blue')
    for (const source of SOURCES) await bed.envoy({ source, gateway: source })
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  const group = (name: string) => bed.api.putAndWait('/v1/sources/west/settings', { group: name })
  const answering = async () => {
    const seen: Record<string, string[]> = {}
    for (const source of SOURCES) {
      const { byPod, failures } = await sendRequests(targets[source] as (typeof targets)[string], 40)
      expect(failures).toEqual([])
      seen[source] = Object.keys(byPod).sort()
    }
    return seen
  }

  test('are answered by those of their own group, as it is at the moment', async () => {
    const apart = { east: ['east'], west: ['west'] }
    const together = { east: ['east', 'west'], west: ['east', 'west'] }
    expect(await answering()).toEqual(apart)
    await group('default')
    expect(await answering()).toEqual(together)
    await group('blue')
    expect(await answering()).toEqual(apart)
  })
})
