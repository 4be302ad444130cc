import { assertRow } from '../authorizer/arguments.js'
import { SchemaValues } from '../machine/host/schemaValues.js'
import { defaultLimits } from '../machine/state/limits.js'
import { Budget, type BudgetLimits, limitError, Meter } from '../predicate/budget.js'
import { compareBy, type ExtraHelpers, type HelperParts, makeIsa as makeIsaOf } from '../predicate/emit/helpers.js'
import { withClasses } from '../predicate/valueMeaning.js'
import { markCopy } from '../schema/partial.js'
import { tag } from '../schema/tags.js'
import { plainOrder } from './plainKinds.js'

export {
  makeAsk,
  makeCalculate,
  makeCall,
  makeCompare,
  makeInvoke,
  makeText,
} from '../predicate/emit/helpers.js'
export type { Class } from '../schema/model.js'
export { leftOut } from '../schema/partial.js'
export type { RegExpEngine, RegExpLike } from '../text/engine.js'
export { allKinds } from '../values/kinds.js'
export { CompiledAuthorizer, compiled, type World } from './compiledAuthorizer.js'
export type { CompiledModel, CompiledPlan, CompiledPolicy, CompiledValue, KindName, PlansOfResource } from './module.js'

/**
 * Marks a plain object as a row of a model. The object itself is not modified. With a name that is
 * unknown to the policy, the object has no class.
 * @throws ArgumentError if `row` is not a single object.
 */
export function as<Row extends object>(modelName: string, row: Row): Row {
  assertRow(row, `as('${modelName}', row)`)
  tag(row, modelName)
  markCopy(row)
  return row
}

/** Returns a function that starts the budget of one evaluation. */
export function makeBudget(limits: Partial<BudgetLimits> | undefined, parts: number): () => Budget {
  return Budget.of({ ...defaultLimits, ...limits }, parts, limitError)
}

/** Creates the account of predicates without a budget. */
export function makeOwn({ limits }: HelperParts): Meter {
  return new Meter({ ...defaultLimits, ...limits }, limitError)
}

/** Creates the helper for class tests. */
export function makeIsa({ meaning }: HelperParts): ExtraHelpers['isa'] {
  return makeIsaOf(withClasses(meaning, new SchemaValues(meaning.schema, undefined)))
}

/** Creates the helper for orderings of declared dates and numbers. */
export function makeOrder({ meaning }: HelperParts): ExtraHelpers['compare'] {
  return compareBy({ ...meaning, compare: plainOrder })
}
