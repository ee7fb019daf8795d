import { Agent } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EchoServer } from '../../demo/echo-server.ts'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { type Load, startLoad } from '../../demo/load.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

const ROUNDS = 10

/** Both Envoys listen on the gateway's one port. A connection stays with the one that the kernel gave it to. */
describe('two Envoys of two sources at one gateway', () => {
  let bed: Testbed
  let address: string
  let pods: readonly [EchoServer, EchoServer]
  let west: Envoy
  let load: Load
  const agents: Agent[] = []

  /** `east` alone has `own`; `west` has an `api` for the fleet too. */
  const scopeOfEast = (scope: 'source' | 'fleet') => {
    const services = ['api', 'own'].map(name => service(name, [{ port: pods[0].port }], { scope }))
    return bed.push('topology', topology(...services), 'east')
  }

  beforeAll(async () => {
    bed = await openTestbed()
    const port = await freePort()
    address = `127.0.0.1:${port}`
    pods = [await bed.echo('of-east'), await bed.echo('of-west')]
    const routes = [route('own', [toService('/own', 'own'), toService('/east', 'api')])]
    await bed.push('routes', { gateways: [gateway('edge', port)], routes }, 'east')
    await bed.push('routes', { routes: [route('api', [toService('/west', 'api')])] }, 'west')
    await bed.push('topology', topology(service('api', [{ port: pods[1].port }])), 'west')
    await scopeOfEast('source')
    await bed.envoy({ source: 'east' })
    load = startLoad({ address, path: '/east', host: 'x' }, 100, { connections: 1 })
    await waitUntil('the load to have its connection', () => 'of-east' in load.result().byPod)
    west = await bed.envoy({ source: 'west' })
  }, SETUP_TIMEOUT)
  afterAll(async () => {
    await load?.stop()
    for (const agent of agents) agent.destroy()
    await bed?.close()
  })

  const ask = (agent: Agent, path: string) => request(address, { agent, path, headers: { host: 'x' } })
  /** A connection to the Envoy that answers so where only `east` has the service. */
  const connection = async (status: number): Promise<Agent> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    agents.push(agent)
    return (await ask(agent, '/own')).status === status ? agent : connection(status)
  }
  /** Who answers: the pod, or the status where none does. */
  const answers = async (agent: Agent, path: string) => {
    const all = new Set<string>()
    for (let sent = 0; sent < 20; sent++) {
      const { status, text } = await ask(agent, path)
      all.add(status === 200 ? (JSON.parse(text) as { pod: string }).pod : String(status))
    }
    return [...all].sort()
  }

  test('a service that its source keeps answers that source’s Envoy and route alone, and no request fails as that changes', async () => {
    const [eastern, western] = [await connection(200), await connection(500)]
    const through = async (agent: Agent) => ({
      own: await answers(agent, '/own'),
      east: await answers(agent, '/east'),
      west: await answers(agent, '/west'),
    })
    const seen = async () => ({ eastern: await through(eastern), western: await through(western) })
    const kept = {
      eastern: { own: ['of-east'], east: ['of-east'], west: ['500'] },
      western: { own: ['500'], east: ['of-west'], west: ['of-west'] },
    }
    const shared = { own: ['of-east'], east: ['of-east', 'of-west'], west: ['of-east', 'of-west'] }
    expect(await seen()).toEqual(kept)
    expect(await west.page('/clusters')).not.toContain(`127.0.0.1:${pods[0].port}`)

    await scopeOfEast('fleet')
    expect(await seen()).toEqual({ eastern: shared, western: shared })
    for (let round = 0; round < ROUNDS; round++) {
      await scopeOfEast('source')
      await scopeOfEast('fleet')
    }
    await scopeOfEast('source')
    expect(await seen()).toEqual(kept)
    expect(await west.page('/clusters')).not.toContain(`127.0.0.1:${pods[0].port}`)

    const { sent, failures } = await load.stop()
    expect(failures).toEqual([])
    expect(sent).toBeGreaterThan(100)
  }, 60_000)
})
