import { type Location, parseLocation } from '../../src/store/location.ts'
import { openStore } from '../../src/store/thread/open-store.ts'
import { item, patch, push, replacement, revisionOf } from './pushes.ts'

/** A process to be killed: writes without end, and tells each acknowledged revision on a line of its own. */
const [database] = process.argv.slice(2) as [string]
const store = await openStore(parseLocation(database) as Location)
await push(store, replacement('topology', []))
for (;;) {
  const next = (await store.head()) + 1
  const upsert = [item('Service', `service-${next}`), item('Endpoints', 'flapping', next)]
  const revision = revisionOf(await push(store, patch('topology', upsert)))
  process.stdout.write(`${revision}\n`)
}
