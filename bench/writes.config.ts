import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { mergeConfig } from 'vitest/config'
import base from '../vitest.config.js'
import { build } from './build.mjs'

// `pnpm bench:writes`: what writes and reads of an authorized client and manager take beside the same by hand. It asserts
// no time. `ARCTURUS_ROUNDS` is how often each operation runs. As for all benchmarks, the packages are those that were built: Vitest
// makes each use of an import in a source slower.
build('@arcturus/prisma', '@arcturus/typeorm')
// The clients of the tests' schemas: those that are up to date stay.
execFileSync(process.execPath, ['test/prisma/generate.mjs', 'workspace'], { stdio: 'inherit' })
const { test: _, resolve: __, ...shared } = base
export default mergeConfig(shared, {
  test: {
    include: ['test/{prisma,typeorm}/writeTimes.ts'],
    setupFiles: [fileURLToPath(new URL('../test/setup/sync.ts', import.meta.url))],
    fileParallelism: false,
    server: { deps: { external: [/\/packages\/\w+\/dist\//] } },
    disableConsoleIntercept: true,
    reporters: ['dot'],
  },
})
