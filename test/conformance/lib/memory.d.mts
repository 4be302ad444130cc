import type { BaseAuthorizer } from '../../../packages/core/src/authorizer/baseAuthorizer.js'
import type { FilteringCase } from './filtering.mjs'
import type { Case } from './judge.mjs'

/**
 * The answer of the check of each row: true, false, or the code of its error; one code if the policy does not load.
 * @param core - A module with the errors and `Dict` of `@arcturus/core`.
 * @param authorizer - A new one.
 */
export function checksInMemory(
  one: Case & FilteringCase,
  core: object,
  authorizer: BaseAuthorizer,
): Promise<readonly (boolean | string)[]>
