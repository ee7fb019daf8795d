import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    // Other work on the machine makes tests slow, not wrong.
    expect: { poll: { timeout: 10_000 } },
  },
})
