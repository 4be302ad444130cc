export { fieldTextsOf, hasChangeRules, hasLinkRules, restrictsFields } from '../authorizer/actions/actionNames.js'
export type { Authorizer } from '../authorizer/authorizer.js'
export { invalidValue, isStored } from '../authorizer/changes/columns.js'
export { madeFilter } from '../authorizer/decisions/decision.js'
export { type Engine, engineOf } from '../authorizer/decisions/engine.js'
export { after, type Eventual } from '../authorizer/decisions/eventual.js'
export { fieldsDenied } from '../authorizer/fields/fields.js'
export type { Filter } from '../authorizer/filters/filter.js'
export { type FilterPlan, Filters } from '../authorizer/filters/filters.js'
export { QuestionRelations } from '../authorizer/relations/questionRelations.js'
export type { Compare, Definite, Operand, Path, ReachStep, Step, Variable } from '../condition/condition.js'
export { operandType, rowType, stepField } from '../condition/type.js'
export { operandsIn, partsIn, pathsIn } from '../condition/visit.js'
export {
  ArgumentError,
  ForbiddenError,
  invalidArgument,
  NotFoundError,
  QueryError,
  UnauthenticatedError,
  UnsupportedFilterError,
} from '../errors.js'
export { complement, mapDefinite } from '../filter/algebra/complement.js'
export { all, any, FALSE, TRUE } from '../filter/algebra/logic.js'
export { implies } from '../filter/compact/absorbing.js'
export { Source, type Span } from '../language/source.js'
export { own } from '../own.js'
export type { Action, ModelName } from '../register.js'
export type { ScalarField } from '../schema/model.js'
export type { Schema } from '../schema/schema.js'
export type { Load } from '../schema/wanted.js'
export { entryOf } from '../values/entryOf.js'
