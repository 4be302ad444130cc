import { assertRow } from '../authorizer/arguments.js'
import { SchemaValues } from '../machine/host/schemaValues.js'
import { defaultLimits } from '../machine/state/limits.js'
import { Budget, limitError, Meter } from '../predicate/budget.js'
import { compareBy, type ExtraHelpers, type HelperParts, makeIsa as makeIsaOf } from '../predicate/emit/helpers.js'
import { equalByTags, now, withClasses } from '../predicate/valueMeaning.js'
import { markCopy } from '../schema/partial.js'
import { tag } from '../schema/tags.js'
import type { Equality } from '../values/equality.js'
import { unknownRow } from '../values/hostError.js'
import { equalWithoutKeys, sameRow } from '../values/rows.js'
import type { CompiledPolicy } from './module.js'
import { plainOrder } from './plainKinds.js'

export {
  makeAsk,
  makeCalculate,
  makeCall,
  makeCompare,
  makeEquals,
  makeInvoke,
  makeKeyOf,
  makeText,
} from '../predicate/emit/helpers.js'
export type { Class } from '../schema/model.js'
export { leftOut } from '../schema/partial.js'
export type { RegExpEngine, RegExpLike } from '../text/engine.js'
export { allKinds } from '../values/kinds.js'
export { CompiledAuthorizer, compiled } from './compiledAuthorizer.js'
export type {
  CompiledModel,
  CompiledPlan,
  CompiledPolicy,
  GivenModels,
  KindName,
  PlansOfActor,
  PlansOfResource,
} from './module.js'
export { plainKinds } from './plainKinds.js'
export type { World } from './world.js'

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

/** Returns how predicates compare values. */
export const makeMeaning: NonNullable<CompiledPolicy['meaning']> = (schema, kinds, { equality, regExp }) => {
  const equal: Equality = (left, right) => {
    const same = kinds.scalarsEqual(left, right) ?? sameRow(schema, left, right, kinds)
    return typeof same === 'boolean' ? same : equalWithoutKeys(schema, left, right, same, equality)
  }
  return {
    schema,
    kinds,
    regExp,
    equality: equal,
    equalAtSight: (left, right, leftModel, rightModel) => equalByTags(schema, left, right, leftModel, rightModel),
    equal: (left, right) => now(kinds.unifiable(left, right, equal)),
    stranger(object) {
      throw unknownRow(object, 'a model', 'compared with a row')
    },
  }
}

/**
 * Returns a function that makes the helper for budgets.
 * @param parts - The most parts of a condition that one step can evaluate.
 */
export function makeBudget(parts: number): (made: Pick<HelperParts, 'limits'>) => ExtraHelpers['begin'] {
  return ({ limits }) => Budget.of({ ...defaultLimits, ...limits }, parts, limitError)
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
