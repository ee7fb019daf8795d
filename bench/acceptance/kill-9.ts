import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { startLoad } from '../../demo/load.ts'
import { target } from '../../demo/scenario.ts'
import { openStage, temporaryFolder } from '../../demo/stage.ts'
import { startVicinity, type Vicinity } from '../../demo/vicinity.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { Follower } from './delta-stream.ts'
import { manyServices } from './many-services.ts'
import { measure } from './measure.ts'

/**
 * 50 SIGKILLs at random moments under a stream of pushes: every push that was answered is there, the database is
 * sound, traffic goes on, and what a client has is not sent again. Then an empty database beside the running Envoys.
 */
const KILLS = 50
const RATE = 100

await measure('kill-9', async closing => {
  const folder = await temporaryFolder(closing)
  const database = join(folder, 'vicinity.db')
  const rest = `127.0.0.1:${await freePort()}`
  const xds = `127.0.0.1:${await freePort()}`
  const startAgain = (path = database) => startVicinity({ database: path, rest, xds })
  let vicinity: Vicinity = await startAgain()
  closing.addWay(() => vicinity.stop())
  const stage = await openStage(closing, vicinity)
  await vicinity.api.put('/v1/sources/still/topology', manyServices({ services: 20, endpoints: 3, zones: 2 }))
  const gateway = {
    name: 'still',
    services: 'all',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
  }
  await vicinity.api.put('/v1/sources/still/routes', { gateways: [gateway] })
  const follower = new Follower(xds, { id: 'still', gateway: 'still', region: 'r1', zone: 'zone-0' })
  closing.addWay(async () => follower.close())
  const load = startLoad(
    stage.edges.map(edge => target(edge)),
    RATE,
  )

  const updatesBefore = await updatesOf(stage.envoys)
  const acknowledged: { revision: number; digest: string }[] = []
  let resent = 0
  let restartMs = 0
  for (let kill = 0; kill < KILLS; kill += 1) {
    let stopped = false
    const pushing = pushUntil(() => stopped, vicinity, `kill-${kill}`, acknowledged)
    await sleep(20 + Math.random() * 400)
    await vicinity.kill()
    stopped = true
    await pushing
    const began = performance.now()
    vicinity = await startAgain()
    restartMs = Math.max(restartMs, performance.now() - began)
    follower.connect()
    await waitUntil('the follower to be in sync', () => isSynced(vicinity, 'still'))
    // The first time it has nothing yet. What the pushes change is not among what it follows.
    if (kill > 0) resent += follower.received
  }
  await envoysConnected(stage.envoys)
  const underKills = load.result()
  // The pushes are none of these Envoys' business: whatever they were sent, they had already.
  const resentToEnvoys = (await updatesOf(stage.envoys)) - updatesBefore
  const lost = await missing(vicinity, acknowledged)
  const emptied = await besideEmpty(vicinity, join(folder, 'empty.db'), stage.envoys, startAgain, started => {
    vicinity = started
  })
  const { sent, failures } = await load.stop()
  const sound = new Database(database, { readonly: true }).pragma('integrity_check', { simple: true })
  return {
    right:
      lost === 0 &&
      failures.length === 0 &&
      resent === 0 &&
      resentToEnvoys === 0 &&
      sound === 'ok' &&
      emptied.kept,
    kills: KILLS,
    acknowledged: acknowledged.length,
    lost,
    integrity: sound,
    resentToEnvoys,
    resentToFollower: resent,
    slowestRestartMs: Math.round(restartMs),
    traffic: { sent, failed: failures.length, failedUnderKills: underKills.failures.length },
    reasons: failures.slice(0, 3),
    emptyDatabase: emptied,
  }
})

/** Pushes one after the other, each with content that never was before; notes those that were answered. */
async function pushUntil(
  over: () => boolean,
  { api }: Vicinity,
  prefix: string,
  acknowledged: { revision: number; digest: string }[],
): Promise<void> {
  for (let index = 0; !over(); index += 1) {
    const services = [
      { name: 'pushed', ports: [{ port: 80 }], endpoints: [endpointNamed(`${prefix}-${index}`)] },
    ]
    const answer = await api.put('/v1/sources/stream/topology', { services }).catch(() => undefined)
    if (answer) acknowledged.push({ revision: answer.revision, digest: answer.digest })
  }
}

function endpointNamed(name: string): object {
  return { name, address: '10.0.0.1', port: 80, zone: 'zone-a' }
}

/** How many of the acknowledged pushes are not what their revision says now. */
async function missing({ api }: Vicinity, acknowledged: readonly { revision: number; digest: string }[]) {
  let lost = 0
  for (const { revision, digest } of acknowledged) {
    const answer = await api
      .call('GET', `/v1/sources/stream/topology?revision=${revision}`)
      .catch(() => undefined)
    if (answer?.headers.etag !== `"${digest}"`) lost += 1
  }
  return lost
}

/** Ten seconds beside a server with an empty database: the Envoys' clusters stay. */
async function besideEmpty(
  full: Vicinity,
  path: string,
  envoys: readonly Envoy[],
  start: (path: string) => Promise<Vicinity>,
  started: (vicinity: Vicinity) => void,
) {
  await full.stop()
  started(await start(path))
  await sleep(10_000)
  const clusters = await Promise.all(envoys.map(envoy => envoy.page('/clusters')))
  return { kept: clusters.every(text => text.includes('default/zone-routing-backend/3000::127.0.0.1')) }
}

/** Responses with resources that Envoys have been sent, of every type: each moves one of these counters. */
async function updatesOf(envoys: readonly Envoy[]): Promise<number> {
  const all = await Promise.all(
    envoys.map(envoy => envoy.stats('\\.(update_success|update_rejected|update_empty)$')),
  )
  return all.flatMap(stats => [...stats.values()]).reduce((sum, count) => sum + count, 0)
}

async function isSynced({ api }: Vicinity, node: string): Promise<boolean> {
  const { items } = await api.get<{ items: { synced: boolean; types: unknown[] }[] }>(
    `/v1/proxies?node=${node}`,
  )
  return items.some(({ synced, types }) => synced && types.length > 1)
}

async function envoysConnected(envoys: readonly Envoy[]): Promise<void> {
  for (const envoy of envoys) {
    await waitUntil(
      'Envoy to be connected',
      async () => (await envoy.stat('control_plane.connected_state')) === 1,
      {
        timeout: 40_000,
      },
    )
  }
}
