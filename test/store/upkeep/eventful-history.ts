import { entry } from '../../../src/model/entry.ts'
import { nackOf } from '../../../src/model/nacks.ts'
import type { Store } from '../../../src/store/store.ts'
import { NaiveStore } from '../naive-store.ts'
import { push, replacement, service } from '../pushes.ts'
import { RandomHistory } from '../random-history.ts'

/** Does to a store all that can be done to one: pushes, restores, removals, control, hearings, retention on the way. */
export async function makeHistory(store: Store, seed: number, steps = 60): Promise<void> {
  const history = new RandomHistory(seed, store, new NaiveStore())
  for (let step = 0; step < steps; step += 1) await history.step()
  await push(store, replacement('routes', []), { source: 'empty' })
  await store.removeSource('empty', 'me')
  const drain = entry({ kind: 'Drain', namespace: '', name: 'zone-a' }, '{"zone":"zone-a"}')
  const order = { source: null, author: 'me' } as const
  await store.control({ ...order, cause: 'drain', upsert: [drain], remove: [] })
  if (seed % 2 === 1) await store.retain({ routes: 0, topology: Number.POSITIVE_INFINITY })
  await store.control({ ...order, cause: 'undrain', upsert: [], remove: [drain] })
  await push(store, replacement('topology', [service('a'), service('b')]), { source: 'last' })
  await push(store, replacement('topology', [service('a', 'newer')]), { source: 'last', epoch: 7 })
  await push(store, replacement('routes', []), { source: 'empty' })
  await store.nacks.note([nackOf(REFUSAL)])
}

const REFUSAL = {
  gateway: 'default/edge',
  node: 'envoy-1',
  proxy: 'stream-1',
  typeUrl: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  resources: [{ name: 'default/edge/http', version: '1' }],
  revision: 1,
  detail: 'the “port” is taken',
  at: '2026-03-01T12:00:00.123Z',
}
