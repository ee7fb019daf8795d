import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { sendRequests, startLoad, type Target } from '../../demo/load.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { type EndpointAt, gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

describe('an endpoint that dies', () => {
  let bed: Testbed
  let target: Target

  beforeEach(async () => {
    bed = await openTestbed()
    const port = await freePort()
    target = { address: `127.0.0.1:${port}`, path: '/', host: 'x' }
    await bed.push('routes', {
      gateways: [gateway('edge', port)],
      routes: [route('all', [toService('/', 'web')])],
    })
  }, SETUP_TIMEOUT)
  afterEach(() => bed?.close())

  const push = (...endpoints: EndpointAt[]) => pushAs('PreferSameZone', endpoints)
  const pushAs = (trafficDistribution: string, endpoints: EndpointAt[]) =>
    bed.push('topology', topology(service('web', endpoints, { trafficDistribution })))
  const answered = (pod: string, load: ReturnType<typeof startLoad>) =>
    waitUntil(`${pod} to answer`, () => (load.result().byPod[pod] ?? 0) > 50)

  test('fails nothing though it was the only one of the zone, and has its traffic back when it returns', async () => {
    const local = await bed.echo('local')
    const other = await bed.echo('other')
    const elsewhere = { name: other.pod, port: other.port, zone: 'zone-b' }
    await push({ name: local.pod, port: local.port }, elsewhere)
    await bed.envoy({})

    // Slow enough that its end meets requests under way, which must not fail either.
    const load = startLoad({ ...target, path: '/?delay=10' }, 200)
    await answered('local', load)
    await local.close()
    await answered('other', load)
    const { failures } = await load.stop()
    expect(failures).toEqual([])

    const returned = await bed.echo('returned')
    await push({ name: returned.pod, port: returned.port }, elsewhere)
    expect((await sendRequests(target, 100)).byPod).toEqual({ returned: 100 })
  })

  test('fails nothing though the proxy preferred its node and the rest of the zone is dead too', async () => {
    const [sameNode, sameZone, other] = [
      await bed.echo('node'),
      await bed.echo('zone'),
      await bed.echo('other'),
    ]
    await pushAs('PreferSameNode', [
      { name: sameNode.pod, port: sameNode.port, node: 'node-1' },
      { name: sameZone.pod, port: sameZone.port, node: 'node-2' },
      { name: other.pod, port: other.port, node: 'node-3', zone: 'zone-b' },
    ])
    await bed.envoy({ node: 'node-1' })
    await sameNode.close()
    await sameZone.close()
    expect(await sendRequests(target, 100)).toEqual({ sent: 100, byPod: { other: 100 }, failures: [] })
  })

  test('takes a POST with it that it has seen: nobody is asked twice', async () => {
    const [local, other] = [await bed.echo('local'), await bed.echo('other')]
    await push({ name: local.pod, port: local.port }, { name: other.pod, port: other.port, zone: 'zone-b' })
    await bed.envoy({})
    const answer = request(target.address, { method: 'POST', path: '/?delay=5000', headers: { host: 'x' } })
    await waitUntil('the POST to arrive', () => local.requests() === 1)
    await local.close()
    expect((await answer).status).toBe(503)
    expect(other.requests()).toBe(0)
  })

  test('sends nothing out of the zone while another one stands there', async () => {
    const [first, second, other] = [
      await bed.echo('first'),
      await bed.echo('second'),
      await bed.echo('other'),
    ]
    await push(
      { name: first.pod, port: first.port },
      { name: second.pod, port: second.port },
      { name: other.pod, port: other.port, zone: 'zone-b' },
    )
    await bed.envoy({})
    await first.close()
    expect(await sendRequests(target, 300)).toEqual({ sent: 300, byPod: { second: 300 }, failures: [] })
  })
})
