import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import type { TestProject } from 'vitest/node'
import { places } from '../../../scripts/places.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of what was built for this run. */
    built: string
  }
}

/** What tests start as processes, and under which name. */
const PROGRAMS = [
  { in: 'src/cli/main.ts', out: 'cli/main' },
  { in: 'test/store/acknowledged-writes.ts', out: 'acknowledged-writes' },
  { in: 'test/support/grpc-js-caller.ts', out: 'grpc-js-caller' },
]

/**
 * Builds what runs in threads and processes of its own, once for all tests. Nearly every test of the API opens a
 * database: from TypeScript its thread is up after a second of work, from one file after a tenth of that.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { root } = project.config
  // Beside `src`, as what is released: so what a file finds by its own place is found from there, too.
  const outdir = await mkdtemp(join(root, 'dist-tests-'))
  const options: BuildOptions = {
    absWorkingDir: root,
    outdir,
    outbase: 'src',
    bundle: true,
    platform: 'node',
    format: 'esm',
    plugins: [places(join(root, 'src'), path => JSON.stringify(pathToFileURL(join(outdir, path))))],
  }
  const buildAll = async () => {
    await build({
      ...options,
      entryPoints: ['src/**/worker.ts'],
      external: ['better-sqlite3'],
      // What only the other database needs is not read by each thread.
      splitting: true,
      chunkNames: 'workers/[name]-[hash]',
      minifyWhitespace: true,
      // For packages that are CommonJS.
      banner: {
        js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url)',
      },
    })
    await build({ ...options, entryPoints: PROGRAMS, packages: 'external', splitting: true })
  }
  await buildAll()
  project.onTestsRerun(buildAll)
  project.provide('built', outdir)
  return () => rm(outdir, { recursive: true, force: true })
}
