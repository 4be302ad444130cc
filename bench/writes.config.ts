import { mergeConfig } from 'vitest/config'
import base from '../vitest.config.js'

// `pnpm bench:writes`: what writes and reads of an authorized client and manager take beside the same by hand. It asserts
// no time. `ARCTURUS_ROUNDS` is how often each operation runs.
const { test: _, ...shared } = base
export default mergeConfig(shared, {
  test: {
    include: ['test/{prisma,typeorm}/writeTimes.ts'],
    fileParallelism: false,
    disableConsoleIntercept: true,
    reporters: ['dot'],
  },
})
