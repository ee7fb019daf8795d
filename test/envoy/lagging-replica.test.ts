import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../demo/free-port.ts'
import { startLoad, type Target } from '../../demo/load.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

/** Milliseconds that bytes take each way, so that a stream can end between any two messages. */
const WAY = 25
const MOVES = 15

let beds: readonly [Testbed, Testbed]
let line: TcpProxy
let target: Target
/** The load goes to another service, that was not there before. */
let moveLoad: (bed: Testbed, number: number) => Promise<void>

const portOf = ({ xds }: Testbed) => ({ port: Number(xds.split(':').at(-1)) })

beforeEach(async () => {
  beds = [await openTestbed(), await openTestbed()]
  line = await openTcpProxy(portOf(beds[0]))
  const port = await freePort()
  target = { address: `127.0.0.1:${port}`, path: '/', host: 'x' }
  const web = await beds[0].echo('web')
  moveLoad = async (bed, number) => {
    const name = `web-${number}`
    const routes = [route('all', [toService('/', name)])]
    await bed.push('topology', topology(service(name, [{ port: web.port }])))
    await bed.push('routes', { gateways: [gateway('edge', port)], routes })
  }
  await moveLoad(beds[0], 0)
  await beds[0].envoy({ xds: `127.0.0.1:${line.port}` })
}, SETUP_TIMEOUT)
afterEach(async () => {
  await line?.close()
  for (const bed of beds ?? []) await bed.close()
})

test('an Envoy that is thrown from replica to replica, each with another service, loses no request', async () => {
  const random = seededRandom(6)
  const load = startLoad(target, 200)
  line.delay(WAY)
  for (let move = 1; move <= MOVES; move += 1) {
    const other = beds[move % 2] as Testbed
    await moveLoad(other, move)
    line.retarget(portOf(other))
    await line.cut()
    await line.heal()
    // Of what happens within it, the end of the stream is the subject: anywhere.
    await delay(random() * 1_000)
  }
  const { failures } = await load.stop()
  expect(failures).toEqual([])
}, 60_000)
