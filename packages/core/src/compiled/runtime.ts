import { assertRow } from '../authorizer/arguments.js'
import { SchemaValues } from '../machine/host/schemaValues.js'
import { defaultLimits } from '../machine/state/limits.js'
import { Budget, type BudgetLimits, limitError } from '../predicate/budget.js'
import { type ExtraHelpers, makeIsa as makeIsaOf } from '../predicate/emit/helpers.js'
import type { EqualityMeaning } from '../predicate/meaning.js'
import { withClasses } from '../predicate/valueMeaning.js'
import { markCopy } from '../schema/partial.js'
import { tag } from '../schema/tags.js'

export { makeCalculate, makeCall, makeCompare, makeContains, makeInvoke, makeText } from '../predicate/emit/helpers.js'
export type { Class } from '../schema/model.js'
export type { RegExpEngine, RegExpLike } from '../text/engine.js'
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

/** Creates the helper for class tests. */
export function makeIsa(meaning: EqualityMeaning): ExtraHelpers['isa'] {
  return makeIsaOf(withClasses(meaning, new SchemaValues(meaning.schema, undefined)))
}
