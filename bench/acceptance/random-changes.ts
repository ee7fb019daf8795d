import { parseArgs } from 'node:util'
import { startBackend } from '../../demo/backend.ts'
import { type Envoy, startEnvoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { startLoad, type Target } from '../../demo/load.ts'
import { REGION } from '../../demo/scenario.ts'
import { freshVicinity } from '../../demo/stage.ts'
import type { Vicinity } from '../../demo/vicinity.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { parseAddress } from '../../src/address.ts'
import { envoyBootstrap } from '../../src/cli/envoy-bootstrap.ts'
import { PROXY_FORMS, type ProxyForm } from '../../src/model/proxies.ts'
import { seededRandom } from '../../test/support/seeded-random.ts'
import { configurationOf } from '../chaos/real-envoys.ts'
import { measure } from './measure.ts'
import { RandomSite } from './random-site.ts'

/**
 * Random changes of services, routes, listeners and clusters through a real Envoy, under 200 requests a second on routes
 * that stay. Every answer must be a 200, and in the end the Envoy has what a fresh one is given.
 * `--form` any of those that Envoy speaks, `--changes 500`, `--seed 1`.
 */
const RATE = 200

const { values } = parseArgs({
  options: {
    form: { type: 'string', default: 'delta' },
    changes: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
  },
})

await measure('random-changes', async closing => {
  const form = PROXY_FORMS.find(one => one === values.form)
  if (form === undefined) throw new Error(`--form is none of ${PROXY_FORMS.join(', ')}`)
  const vicinity = await freshVicinity(closing)
  const backends = [closing.add(await startBackend('one')), closing.add(await startBackend('two'))]
  const port = await freePort()
  const ports = [await freePort(), await freePort(), await freePort(), await freePort()]
  const random = seededRandom(Number(values.seed))
  const site = new RandomSite(random, { port, others: ports, backends: backends.map(one => one.port) })
  const push = () => vicinity.api.put('/v1/sources/random/snapshot?force=true', site.snapshot())
  await push()
  const envoy = closing.add(await startAt(vicinity, form, 'long-lived'))

  const targets: Target[] = site.stablePaths.map(path => ({ address: `127.0.0.1:${port}`, path, host: 'x' }))
  await waitUntil('the stable routes to answer', async () => {
    const probe = startLoad(targets, 50)
    await waitUntil('a request to each', () => probe.result().sent >= targets.length)
    return (await probe.stop()).failures.length === 0
  })
  const load = startLoad(targets, RATE)
  const began = performance.now()
  const made: Record<string, number> = {}
  for (let change = 0; change < Number(values.changes); change += 1) {
    const kind = site.change()
    made[kind] = (made[kind] ?? 0) + 1
    await push()
    const { sent } = load.result()
    const requests = Math.floor(random() * 8)
    await waitUntil('requests between changes', () => load.result().sent >= sent + requests, { every: 2 })
  }
  const seconds = (performance.now() - began) / 1000
  await waitUntil(
    'the Envoy to have everything',
    async () => {
      const { items } = await vicinity.api.get<{ items: { synced: boolean }[] }>('/v1/proxies')
      return items.every(one => one.synced)
    },
    { timeout: 30_000, every: 50 },
  )
  const { sent, failures } = await load.stop()
  const rejected = await rejections(envoy)

  const fresh = closing.add(await startAt(vicinity, form, 'fresh'))
  const difference = await waitUntil(
    'the fresh Envoy to have everything',
    async () => {
      const found = differing(await configuration(envoy), await configuration(fresh))
      return found.length === 0 ? found : undefined
    },
    { timeout: 10_000, every: 100 },
  ).catch(async () => differing(await configuration(envoy), await configuration(fresh)))
  return {
    right: failures.length === 0 && difference.length === 0 && rejected === 0,
    form,
    changes: made,
    seconds: Math.round(seconds),
    requests: sent,
    otherThan200: failures.length,
    reasons: failures.slice(0, 5),
    updatesRejected: rejected,
    differences: difference.slice(0, 5).map(line => line.slice(0, 300)),
  }
})

async function startAt({ rest, xds }: Vicinity, form: ProxyForm, id: string): Promise<Envoy> {
  const admin = `127.0.0.1:${await freePort()}`
  const place = { id, zone: 'zone-a', region: REGION, gateway: 'edge', form }
  const addresses = {
    xds: addressOf(xds),
    rest: { address: addressOf(rest), refreshDelay: 1 },
    admin: addressOf(admin),
  }
  return startEnvoy(JSON.stringify(envoyBootstrap({ ...place, ...addresses })), admin)
}

function addressOf(text: string) {
  const address = parseAddress(text)
  if (typeof address === 'string') throw new Error(address)
  return address
}

/** A state of the world has one version for all, that of its last change. */
async function configuration(envoy: Envoy): Promise<string[]> {
  const lines = await configurationOf(envoy)
  return lines.map(line => line.replaceAll(/"version_info":"[^"]*",?/g, ''))
}

function differing(some: readonly string[], others: readonly string[]): string[] {
  const without = (all: readonly string[], taken: readonly string[]) => {
    const set = new Set(taken)
    return all.filter(one => !set.has(one))
  }
  return [...without(some, others).map(one => `- ${one}`), ...without(others, some).map(one => `+ ${one}`)]
}

async function rejections(envoy: Envoy): Promise<number> {
  const counters = await envoy.stats('update_rejected$')
  return [...counters.values()].reduce((sum, one) => sum + one, 0)
}
