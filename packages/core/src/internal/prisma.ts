export { assertActor, assertArrived, assertResource } from '../authorizer/arguments.js'
export { isStored } from '../authorizer/changes/columns.js'
export { registerClient } from '../authorizer/relations/clients.js'
export type {
  Compare,
  Definite,
  Formula,
  In,
  IsA,
  KnownRow,
  Operand,
  Root,
  SomeFormula,
  Subject,
  Text,
  Variable,
} from '../condition/condition.js'
export { goalsOf, mapOperands, mapParts, operandsIn, partsIn, spanOf, variablesIn } from '../condition/visit.js'
export {
  ArcturusError,
  ArgumentError,
  type ErrorDetails,
  ForbiddenError,
  invalidArgument,
  NotFoundError,
  QueryError,
  RelationNotLoadedError,
  UnauthenticatedError,
  UnresolvedFilterError,
  UnsupportedFilterError,
  UnsupportedOperationError,
} from '../errors.js'
export { complement } from '../filter/algebra/complement.js'
export { Source } from '../language/source.js'
export { own } from '../own.js'
export { type DatabaseFacts, declaredReferences } from '../schema/databaseFacts.js'
export type { Field, Model, ScalarField, ScalarType } from '../schema/model.js'
export { markLeadsToPartial, markPartial } from '../schema/partial.js'
export { Schema } from '../schema/schema.js'
export { setSource } from '../schema/sources.js'
export { tag, tagOf } from '../schema/tags.js'
export { renaming } from '../schema/typeNames.js'
export type { Load, Wanted } from '../schema/wanted.js'
export { entryOf } from '../values/entryOf.js'
export { isDecimal } from '../values/numeric.js'
