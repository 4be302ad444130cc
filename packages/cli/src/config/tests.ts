import type { MatrixOf } from '@arcturus/testing/internal/cli'

/**
 * A file of tests for `arcturus test`, as its default export. Actors and resources are rows, or
 * references such as `user:3` and `user:handle=ines` that are looked up in the database.
 */
export interface PolicyTests extends MatrixOf<unknown> {
  /** The title in reports. Default: the name of the file. */
  readonly title?: string
}

/**
 * Returns the tests unchanged; editors know their type.
 *
 * @example
 * ```ts
 * // policy.matrix.ts
 * import { defineTests } from '@arcturus/cli'
 *
 * export default defineTests({
 *   actors: { ines: 'user:handle=ines', nobody: null },
 *   resources: { sextant: 'repository:name=sextant' },
 *   allowed: `
 *            | sextant
 *     ines   | read, describe
 *     nobody | read
 *   `,
 * })
 * ```
 */
export function defineTests(tests: PolicyTests): PolicyTests {
  return tests
}
