import { assertRow } from '../authorizer/arguments.js'
import { SchemaValues } from '../machine/host/schemaValues.js'
import { defaultBudget } from '../machine/state/limits.js'
import { Budget, limitError, Meter } from '../predicate/budget.js'
import { equalByTags, now, withClasses } from '../predicate/valueMeaning.js'
import { compareBy, type ExtraHelpers, type HelperParts, makeIsa as makeIsaOf } from '../predicate/write/helpers.js'
import type { RowOf } from '../rowTypes.js'
import { leftOut, markCopy } from '../schema/partial.js'
import { tag, tagOf } from '../schema/tags.js'
import type { Equality } from '../values/equality.js'
import { unknownRow } from '../values/fault.js'
import { caughtError } from '../values/metErrors.js'
import { equalWithoutKeys, sameRow } from '../values/rows.js'
import type { CompiledPolicy } from './module.js'
import { plainOrder } from './plainKinds.js'

export {
  makeAsk,
  makeCalculate,
  makeCall,
  makeCaught,
  makeCompare,
  makeEqualScalars,
  makeEquals,
  makeInvoke,
  makeIsClass,
  makeIsThere,
  makeKeyOf,
  makeLinked,
  makePlainCall,
  makeReferenced,
  makeText,
} from '../predicate/write/helpers.js'
export type { Class } from '../schema/model.js'
export type { RegExpEngine, RegExpLike } from '../text/engine.js'
export { allKinds } from '../values/kinds.js'
export { CompiledAuthorizer, compiled } from './compiledAuthorizer.js'
export { makeContext } from './compiledContext.js'
export type {
  CompiledContext,
  CompiledModel,
  CompiledPlan,
  CompiledPolicy,
  CompiledView,
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
export function as<Row extends object, Name extends string>(modelName: Name, row: Row): Row & RowOf<Name> {
  assertRow(row, `as('${modelName}', row)`)
  tag(row, modelName)
  markCopy(row)
  return row
}

/** Returns whether a reference of a plain object may have been omitted. */
export const isLeftOut: NonNullable<CompiledPolicy['isLeftOut']> = (models, value) => {
  const references = models.get(tagOf(value) ?? '')?.references
  // Sound: only objects have a tag.
  return references !== undefined && leftOut(value as object, references).length > 0
}

/** Returns how predicates compare values. */
export const makeMeaning: NonNullable<CompiledPolicy['meaning']> = (schema, kinds, { equality, regExp }) => {
  const equal: Equality = (left, right) => {
    const same = kinds.scalarsEqual(left, right) ?? sameRow(schema, left, right, kinds, equality)
    return typeof same === 'boolean' || same instanceof Promise
      ? same
      : equalWithoutKeys(schema, left, right, same, equality)
  }
  return {
    schema,
    kinds,
    regExp,
    equality: equal,
    equalAtSight: equalByTags.bind(undefined, schema),
    equal: (left, right) => now(kinds.unifiable(left, right, equal)),
    stranger(object) {
      caughtError(unknownRow(object, 'a model', 'compared with a row'))
    },
  }
}

/**
 * Returns a function that makes the helper for budgets.
 * @param parts - The most parts of a condition that one step can evaluate.
 */
export function makeBudget(parts: number): (made: Pick<HelperParts, 'limits'>) => ExtraHelpers['begin'] {
  return ({ limits }) => Budget.of({ ...defaultBudget, ...limits }, parts, limitError)
}

/** Creates the account of predicates without a budget. */
export function makeOwn({ limits }: HelperParts): Meter {
  return new Meter({ ...defaultBudget, ...limits }, limitError)
}

/** Creates the helper for class tests. */
export function makeIsa({ meaning }: HelperParts): ExtraHelpers['isa'] {
  return makeIsaOf(withClasses(meaning, new SchemaValues(meaning.schema, undefined)))
}

/** Creates the helper for orderings of declared dates and numbers. */
export function makeOrder({ meaning }: HelperParts): ExtraHelpers['compare'] {
  return compareBy({ ...meaning, compare: plainOrder })
}
