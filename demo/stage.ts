import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Backend, startBackend } from './backend.ts'
import type { Closing } from './closing.ts'
import { type Envoy, startEnvoy } from './envoy.ts'
import { findEnvoy } from './find-envoy.ts'
import { freePort } from './free-port.ts'
import { type Edge, REGION, routes, topology } from './scenario.ts'
import { fact, heading } from './terminal.ts'
import { bootstrap, startVicinity, type Vicinity } from './vicinity.ts'

/** All that the demo's story plays with; `closing` takes it down again. */
export interface Stage {
  readonly vicinity: Vicinity
  readonly edges: readonly [Edge, Edge]
  readonly envoys: readonly [Envoy, Envoy]
  /** In zone-a; the story kills it and starts another. */
  local: Backend
  readonly nonlocal: Backend
  readonly closing: Closing
}

export async function openStage(closing: Closing): Promise<Stage> {
  const binary = await findEnvoy()
  const folder = await mkdtemp(join(tmpdir(), 'vicinity-demo-'))
  closing.addWay(() => rm(folder, { recursive: true, force: true }))

  heading('Start')
  const [vicinity, local, nonlocal] = await Promise.all([
    startVicinity({ database: join(folder, 'vicinity.db') }).then(it => closing.add(it)),
    startBackend('zone-routing-backend-local-1').then(it => closing.add(it)),
    startBackend('zone-routing-backend-nonlocal-1').then(it => closing.add(it)),
  ])
  fact('vicinity', `REST ${vicinity.rest}, xDS ${vicinity.xds}, a fresh SQLite file`)
  fact('backend in zone-a', `${local.pod} on port ${local.port}`)
  fact('backend in zone-b', `${nonlocal.pod} on port ${nonlocal.port}`)

  const edges = [
    { name: 'edge-a', port: await freePort() },
    { name: 'edge-b', port: await freePort() },
  ] as const
  await vicinity.api.put('/v1/sources/demo/topology', topology(endpoints({ local, nonlocal })))
  await vicinity.api.put('/v1/sources/demo/routes', routes(edges))

  const envoys = [
    closing.add(await startEdge(vicinity, 'edge-a', 'zone-a')),
    closing.add(await startEdge(vicinity, 'edge-b', 'zone-b')),
  ] as const
  fact('Envoy in zone-a', `gateway edge-a on port ${edges[0].port}`)
  fact('Envoy in zone-b', `gateway edge-b on port ${edges[1].port}`)
  fact('Envoy binary', binary)
  return { vicinity, edges, envoys, local, nonlocal, closing }
}

/** Who there is, as the syncer of the cluster would see it; a dead backend is left out by the story. */
export function endpoints({ local, nonlocal }: { local?: Backend; nonlocal: Backend }) {
  return [
    ...(local ? [{ pod: local.pod, port: local.port, zone: 'zone-a' }] : []),
    { pod: nonlocal.pod, port: nonlocal.port, zone: 'zone-b' },
  ]
}

async function startEdge(vicinity: Vicinity, gateway: string, zone: string): Promise<Envoy> {
  const admin = `127.0.0.1:${await freePort()}`
  const id = `envoy-${gateway}`
  return startEnvoy(await bootstrap({ id, zone, region: REGION, gateway, xds: vicinity.xds, admin }), admin)
}
