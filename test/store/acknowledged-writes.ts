import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import { item, patch, push, replacement, revisionOf } from './pushes.ts'

/** A process to be killed: writes without end, and tells each acknowledged revision on a line of its own. */
const [form, location] = process.argv.slice(2) as ['sqlite', string]
const open = { sqlite: openSqliteStore }[form]
const store = await open(location)
await push(store, replacement('topology', []))
for (;;) {
  const next = (await store.head()) + 1
  const upsert = [item('Service', `service-${next}`), item('Endpoints', 'flapping', next)]
  const revision = revisionOf(await push(store, patch('topology', upsert)))
  process.stdout.write(`${revision}\n`)
}
