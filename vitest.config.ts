import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    globalSetup: ['test/support/postgres/global-setup.ts'],
    // Most of a test's time is that of a database, an Envoy, or an API server.
    maxWorkers: 2,
    // Other work on the machine makes tests slow, not wrong.
    expect: { poll: { timeout: 10_000 } },
  },
})
