import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with `store/…/worker.js`: each `src/**\/worker.ts` as one file. */
    threads: string
  }
}

/**
 * Bundles what runs in worker threads, once for all tests. Nearly every test of the API opens a database: from
 * TypeScript its thread is up after a second of work, from one file after a tenth of that.
 */
export default async function bundleThreads(project: TestProject): Promise<() => Promise<void>> {
  const { root } = project.config
  const { cacheDir } = project.vite.config
  await mkdir(cacheDir, { recursive: true })
  // Below node_modules, so that what stays outside of the bundle is found.
  const outdir = await mkdtemp(join(cacheDir, 'threads-'))
  const bundle = async () => {
    await build({
      entryPoints: ['src/**/worker.ts'],
      absWorkingDir: root,
      outbase: 'src',
      outdir,
      bundle: true,
      platform: 'node',
      format: 'esm',
      // Native, or made to be required.
      external: ['better-sqlite3', 'protobufjs', 'yaml'],
      plugins: [ownUrls],
    })
  }
  await bundle()
  project.onTestsRerun(bundle)
  project.provide('threads', outdir)
  return () => rm(outdir, { recursive: true, force: true })
}

/** What a file finds beside itself it finds beside its source. */
const ownUrls: Plugin = {
  name: 'own-urls',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const url = JSON.stringify(pathToFileURL(path).href)
      return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' }
    })
  },
}
