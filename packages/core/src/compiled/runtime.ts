import { assertRow } from '../authorizer/arguments.js'
import { SchemaValues } from '../machine/host/schemaValues.js'
import { defaultLimits } from '../machine/state/limits.js'
import { Budget, type BudgetLimits, limitError } from '../predicate/budget.js'
import { type ExtraHelpers, makeIsa as makeIsaOf } from '../predicate/emit/helpers.js'
import type { EqualityMeaning } from '../predicate/meaning.js'
import { withClasses } from '../predicate/valueMeaning.js'
import { markCopy } from '../schema/partial.js'
import { tag } from '../schema/tags.js'

export { makeCalculate, makeCall, makeCompare, makeContains, makeText } from '../predicate/emit/helpers.js'
export type { Class } from '../schema/model.js'
export type { RegExpEngine, RegExpLike } from '../text/engine.js'
export { CompiledAuthorizer, compiled, type World } from './compiledAuthorizer.js'
export type { CompiledModel, CompiledPlan, CompiledPolicy, CompiledValue, KindName, PlansOfResource } from './module.js'

/**
 * Says which model a plain object is a row of; the object is left untouched. A name that the policy does not know makes the object
 * one of no class.
 * @throws ArgumentError for what is no single object.
 */
export function as<Row extends object>(modelName: string, row: Row): Row {
  assertRow(row, `as('${modelName}', row)`)
  tag(row, modelName)
  markCopy(row)
  return row
}

/** Begins the account of what an evaluation uses. */
export function makeBudget(limits: Partial<BudgetLimits> | undefined, parts: number): () => Budget {
  return Budget.of({ ...defaultLimits, ...limits }, parts, limitError)
}

/** Tests of classes. */
export function makeIsa(meaning: EqualityMeaning): ExtraHelpers['isa'] {
  return makeIsaOf(withClasses(meaning, new SchemaValues(meaning.schema, undefined)))
}
