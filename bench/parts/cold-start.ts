import { join } from 'node:path'
import { temporaryFolder } from '../../demo/stage.ts'
import { startVicinity } from '../../demo/vicinity.ts'
import { measure } from '../acceptance/measure.ts'
import { cpuSecondsOf } from '../acceptance/process-cpu.ts'
import { memoryOf } from '../acceptance/process-memory.ts'
import { benchPrograms } from '../compare/bench-programs.ts'
import { Fleet } from '../compare/fleet.ts'
import { withCpuOf } from '../compare/settled.ts'
import { routesOf, topologyOf } from '../compare/workload.ts'
import type { PartResult } from '../part-result.ts'
import { IS_QUICK, loadNow, round } from './shared/load.ts'

/** `vicinity serve` on a SQLite file that has everything already. */
const SIZES = IS_QUICK ? [100, 1_000] : [1_000, 10_000]

await measure('cold-start', async closing => {
  const { fleet: program } = await benchPrograms()
  const starts: Awaited<ReturnType<typeof start>>[] = []
  for (const services of SIZES) starts.push(await start(services))
  return {
    right: starts.every(one => one.served === 1),
    title: 'Cold start',
    text: 'From the start of the process to the line that says that it is ready; then until the first Envoy has everything and has acknowledged it. CPU includes compiling the program.',
    tables: [
      {
        columns: [
          'services',
          'ready ms',
          'ready: CPU s',
          'RSS MiB',
          'first Envoy ms',
          'first Envoy: CPU s',
          'RSS MiB then',
        ],
        rows: starts.map(one => [
          one.services,
          Math.round(one.readyMs),
          round(one.readyCpuSeconds, 2),
          one.readyMiB,
          Math.round(one.firstMs),
          round(one.firstCpuSeconds, 2),
          one.servingMiB,
        ]),
      },
    ],
    starts,
    loadAfter: loadNow(),
  } satisfies Omit<PartResult, 'measured'> & Record<string, unknown>

  async function start(services: number) {
    const database = join(await temporaryFolder(closing), 'vicinity.db')
    const workload = { services, endpoints: 10, zones: 3, streams: 1 }
    const filled = await startVicinity({ database })
    await filled.api.put('/v1/sources/bench/topology', topologyOf(workload))
    await filled.api.put('/v1/sources/bench/routes', routesOf(workload))
    await filled.stop()
    const began = performance.now()
    const server = closing.add(await startVicinity({ database }))
    const { pid, xds } = server
    const readyMs = performance.now() - began
    const readyCpuSeconds = await cpuSecondsOf(pid)
    const { rssMiB: readyMiB } = await memoryOf(pid)
    const fleet = closing.add(await Fleet.open({ program, xds, workload, hold: true }))
    const first = await withCpuOf(pid, async () => {
      await fleet.start()
      return fleet.ready()
    })
    const { rssMiB: servingMiB } = await memoryOf(pid)
    await fleet.stop()
    await server.stop()
    const { ready, ms } = first.value
    const figures = { readyMs, readyCpuSeconds, readyMiB, firstMs: ms.max, servingMiB, served: ready }
    return { services, ...figures, firstCpuSeconds: first.cpuSeconds }
  }
})
