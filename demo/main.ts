import { parseArgs } from 'node:util'
import { Closing } from './closing.ts'
import { findEnvoy } from './find-envoy.ts'
import { freshVicinity, openStage, type Stage } from './stage.ts'
import { answersWhom, failover, followsRestore, introduce, pushLatency, returns } from './story.ts'
import { fact, heading, line, verdict } from './terminal.ts'

/**
 * `npm run demo`: Envoy Gateway's zone-routing scenario on this machine, with real Envoys, from the first push to a
 * backend's death and back. Exits 0 only if all was right.
 */
const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } })

const closing = new Closing()
let ending: Promise<void> | undefined
process.exitCode = 130 // until it is known whether all was right: whoever interrupts it has seen nothing
const end = () => {
  ending ??= closing.close()
  return ending
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void end().finally(() => process.exit()))
}

try {
  const began = performance.now()
  heading('Start')
  fact('Envoy', await findEnvoy())
  const stage = await openStage(closing, await freshVicinity(closing))
  introduce(stage)
  const right = [
    await answersWhom(stage),
    await failover(stage),
    await returns(stage),
    await followsRestore(stage),
    await pushLatency(stage),
  ].every(Boolean)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  verdict(right, right ? `All right, in ${seconds} s.` : `Something was wrong, see above (${seconds} s).`)
  process.exitCode = right ? 0 : 1
  if (values.keep) keepRunning(stage)
  else await end().finally(() => process.exit())
} catch (error) {
  if (!ending) {
    console.error(`\n${(error as Error).message}`)
    await end().finally(() => process.exit(1))
  }
}

function keepRunning({ vicinity, edges, envoys }: Stage): void {
  line('\nEverything keeps running; Ctrl-C stops it.\n')
  for (const edge of edges) {
    line(`  curl -H 'Host: www.example.com' http://127.0.0.1:${edge.port}/zone-routing   # ${edge.name}`)
  }
  const service = `http://${vicinity.rest}/v1/services/default/zone-routing-backend`
  line(`  curl '${service}/assignment?zone=zone-a'`)
  line(`  curl 'http://${vicinity.rest}/v1/proxies'`)
  line(`  curl 'http://${vicinity.rest}/v1/revisions'`)
  line(`  curl 'http://${envoys[0].admin}/clusters'`)
  // The children's pipes are what keeps this process alive until Ctrl-C.
}
