import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    // What stands in for Next in tests is what @arcturus/next has to meet, too.
    server: { deps: { inline: [/@arcturus\//] } },
  },
})
