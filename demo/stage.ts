import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Backend, startBackend } from './backend.ts'
import type { Closing } from './closing.ts'
import { type Envoy, startEnvoy } from './envoy.ts'
import { freePort } from './free-port.ts'
import { type Edge, REGION, routes, topology } from './scenario.ts'
import { bootstrap, startVicinity, type Vicinity } from './vicinity.ts'

/** The whole scenario, running; `closing` takes it down again. */
export interface Stage {
  readonly vicinity: Vicinity
  readonly edges: readonly [Edge, Edge]
  readonly envoys: readonly [Envoy, Envoy]
  /** The one in zone-a; whoever kills it starts another. */
  local: Backend
  readonly nonlocal: Backend
  readonly closing: Closing
}

/** A folder that is gone in the end. */
export async function temporaryFolder(closing: Closing): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vicinity-demo-'))
  closing.addWay(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Vicinity on a fresh SQLite file. */
export async function freshVicinity(closing: Closing): Promise<Vicinity> {
  const database = join(await temporaryFolder(closing), 'vicinity.db')
  return closing.add(await startVicinity({ database }))
}

export async function openStage(closing: Closing, vicinity: Vicinity): Promise<Stage> {
  const local = closing.add(await startBackend('zone-routing-backend-local-1'))
  const nonlocal = closing.add(await startBackend('zone-routing-backend-nonlocal-1'))
  const edges = [
    { name: 'edge-a', port: await freePort() },
    { name: 'edge-b', port: await freePort() },
  ] as const
  await vicinity.api.put('/v1/sources/demo/topology', topology(endpoints({ local, nonlocal })))
  await vicinity.api.put('/v1/sources/demo/routes', routes(edges))

  const envoys = [
    closing.add(await startEdge(vicinity, { gateway: 'edge-a', zone: 'zone-a' })),
    closing.add(await startEdge(vicinity, { gateway: 'edge-b', zone: 'zone-b' })),
  ] as const
  return { vicinity, edges, envoys, local, nonlocal, closing }
}

/** Who there is, as the syncer of the cluster would see it; a dead backend is left out. */
export function endpoints({ local, nonlocal }: { local?: Backend; nonlocal: Backend }) {
  return [
    ...(local ? [{ pod: local.pod, port: local.port, zone: 'zone-a' }] : []),
    { pod: nonlocal.pod, port: nonlocal.port, zone: 'zone-b' },
  ]
}

/** Where an Envoy stands and which gateway it serves; a zone '' is none. */
export interface Stand {
  readonly gateway: string
  readonly zone: string
  readonly node?: string
}

export async function startEdge({ xds }: Vicinity, stand: Stand): Promise<Envoy> {
  const admin = `127.0.0.1:${await freePort()}`
  const id = `envoy-${stand.gateway}`
  return startEnvoy(await bootstrap({ ...stand, id, region: REGION, xds, admin }), admin)
}
