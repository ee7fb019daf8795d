// Runs a worker straight from its TypeScript source, in tests and demos. On Node 20 `--import tsx` reaches only the
// main thread, so the loader is registered here; the worker's own file is the first argument.
import { register } from 'tsx/esm/api'

register()
await import(process.argv[2])
