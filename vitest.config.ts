import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    // What a file opens for all of its tests takes longer than one of them.
    hookTimeout: 60_000,
    globalSetup: ['test/support/built/build.ts', 'test/support/postgres/global-setup.ts'],
    // Most of a test's time is that of a database, an Envoy, or an API server.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // What is imported is loaded once for all files that a worker runs: so no hook may stand at the top of a file that
    // is not itself a test, it would be that of the first file alone. See `onTestFinished`.
    isolate: false,
    alias: [
      {
        find: /^.*\/spawn-worker\.ts$/,
        replacement: `${import.meta.dirname}/test/support/built/spawn-worker.ts`,
      },
    ],
    // Other work on the machine makes tests slow, not wrong.
    expect: { poll: { timeout: 10_000 } },
  },
})
