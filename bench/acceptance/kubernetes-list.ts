import { setTimeout as sleep } from 'node:timers/promises'
import type { Closing } from '../../demo/closing.ts'
import { rounded } from '../../demo/latency.ts'
import type { PushAnswer } from '../../demo/rest-api.ts'
import { freshVicinity } from '../../demo/stage.ts'
import { type Ran, runVicinity } from './kubernetes-cli.ts'
import { clusterList, printed } from './kubernetes-objects.ts'
import { measure } from './measure.ts'
import { memoryOf } from './process-memory.ts'
import { probeStalls, type Stalls } from './stalls.ts'

/**
 * 10,000 Services with 100,000 endpoints as one List, as kubectl prints it, over REST and with the CLI: time, memory,
 * what others notice; and the same again.
 */
const SIZE = { services: 10_000, endpoints: 10, nodes: 999, zones: 3, namespaces: 100 }
const PATH = '/v1/sources/east/kubernetes'

await measure('kubernetes-list', async closing => {
  const list = clusterList(SIZE)
  const text = printed(list)
  const rest = await overRest(text, closing)
  const cli = await withCli(text, closing)
  return {
    right:
      rest.first.changed.added >= 2 * SIZE.services &&
      rest.again.unchanged &&
      cli.first.code === 0 &&
      cli.again.code === 0 &&
      /: unchanged since revision 1$/m.test(cli.again.said),
    bodyMiB: rounded(text.length / 2 ** 20),
    withoutIndentationMiB: rounded(JSON.stringify(list).length / 2 ** 20),
    rest,
    cli,
  }
})

async function overRest(text: string, closing: Closing) {
  const { rest, xds, pid, api } = await freshVicinity(closing)
  const put = async () => {
    const began = performance.now()
    const { body } = await api.callText<PushAnswer>('PUT', PATH, text)
    const { unchanged, changed, warnings } = body
    return { ms: rounded(performance.now() - began), unchanged, changed, warnings: warnings.length }
  }
  const idle = await memoryOf(pid)
  const first = await probed(rest, xds, pid, put)
  return { idleMiB: idle.rssMiB, first, again: await probed(rest, xds, pid, put) }
}

async function withCli(text: string, closing: Closing) {
  const { rest, xds, pid } = await freshVicinity(closing)
  const push = async () => brief(await runVicinity(rest, ['push', '--source', 'east', '-'], text))
  return { first: await probed(rest, xds, pid, push), again: await probed(rest, xds, pid, push) }
}

function brief({ code, ms, peakMiB, stdout, stderr }: Ran) {
  const said = stdout.trim().split('\n').at(-1) ?? ''
  return { code, ms, cliPeakMiB: peakMiB, said, complained: stderr.slice(0, 500) }
}

/** What the server's others notice of it, and its memory at its highest so far. */
async function probed<T extends object>(rest: string, xds: string, pid: number, action: () => Promise<T>) {
  const probe = probeStalls(rest, xds)
  try {
    await sleep(1_000)
    await probe.read()
    const result = await action()
    await sleep(200)
    const stalls: Stalls = await probe.read()
    return { ...result, stalls, ...(await memoryOf(pid)) }
  } finally {
    await probe.stop()
  }
}
