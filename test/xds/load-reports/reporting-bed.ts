import pino from 'pino'
import { authenticator } from '../../../src/auth/authenticate.ts'
import type { TrafficCell } from '../../../src/model/traffic.ts'
import { World } from '../../../src/translate/world.ts'
import { LoadReports } from '../../../src/xds/load-reports/load-reports.ts'
import { openXdsServer, type XdsServer, type XdsServerOptions } from '../../../src/xds/server.ts'
import { Tables } from '../../../src/xds/tables/tables.ts'
import { after, type Pushed, stored } from '../../support/world.ts'

/** An xDS server without a database, and what proxies report to it. */
export interface ReportingBed {
  readonly server: XdsServer
  readonly loads: LoadReports
  /** All that was counted since somebody took it. */
  cells(): TrafficCell[]
  /** 127.0.0.1:PORT */
  readonly address: string
  /** What source `east` says from now on. */
  push(documents: Pushed): void
  close(): Promise<void>
}

export async function openReportingBed(options: Partial<XdsServerOptions> = {}): Promise<ReportingBed> {
  const tables = new Tables()
  let world = World.EMPTY
  const loads = new LoadReports({
    world: () => world,
    clusterNames: node => tables.clusterNames(node),
    window: 30_000,
  })
  const server = await openXdsServer({
    host: '127.0.0.1',
    port: 0,
    audiences: tables,
    authenticate: authenticator(undefined),
    authorize: () => undefined,
    replica: 'replica-1',
    revision: 0,
    loads,
    loadInterval: 10_000,
    log: pino({ level: 'silent' }),
    ...options,
  })
  return {
    server,
    loads,
    cells: () => {
      const cells = loads.tally.take()
      loads.tally.giveBack(cells)
      return cells
    },
    address: `127.0.0.1:${server.port}`,
    push: documents => {
      const next = after(world, stored('east', documents, world.revision + 1))
      world = next.world
      tables.publish(world, next.touched, server.isPassed)
      server.onChange(world.revision)
    },
    close: () => server.close(0),
  }
}
