import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { startProcess } from '../../demo/running-process.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { places } from '../../scripts/places.ts'
import type { Server } from '../compare/server.ts'
import { serviceName, type Workload } from '../compare/workload.ts'

export interface FloorOptions {
  readonly name: string
  readonly workload: Workload
  readonly flags: readonly string[]
}

const ROOT = join(import.meta.dirname, '..', '..')

/** In a process of its own, built: without what translates TypeScript, for its memory counts. */
export async function startFloorServer({ name, workload, flags }: FloorOptions): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'vicinity-floor-'))
  const program = join(folder, 'floor.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'floor-process.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    plugins: [places(join(ROOT, 'src'), path => JSON.stringify(pathToFileURL(join(ROOT, 'src', path)).href))],
    banner: {
      js: 'import { createRequire as requireOf } from "node:module";const require = requireOf(import.meta.url);',
    },
  })
  const xds = `127.0.0.1:${await freePort()}`
  const admin = `127.0.0.1:${await freePort()}`
  const { services, endpoints, zones } = workload
  const args = Object.entries({ xds, admin, services, endpoints, zones }).flatMap(([flag, value]) => [
    `--${flag}`,
    String(value),
  ])
  const floor = startProcess(name, process.execPath, [program, ...args, ...flags])
  const bump = (indexes: readonly number[]) =>
    request(admin, { method: 'POST', path: `/bump?indexes=${indexes.join()}` })
  const ended = floor.ended.then(() => Promise.reject(new Error(`${name} ended:\n${floor.output()}`)))
  await Promise.race([
    waitUntil(`${name} to listen`, () => bump([0]).catch(() => undefined), { timeout: 60_000 }),
    ended,
  ])
  ended.catch(() => {})
  return {
    name,
    pid: floor.pid,
    xds,
    resourceName: serviceName,
    prepareChange: indexes => () => bump(indexes),
    stop: async () => {
      await floor.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
