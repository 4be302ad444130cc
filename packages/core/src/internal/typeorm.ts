export { assertActor, assertArrived } from '../authorizer/arguments.js'
export { isStored } from '../authorizer/changes/columns.js'
export { registerClient } from '../authorizer/relations/clients.js'
export type { Definite } from '../condition/condition.js'
export {
  ArcturusError,
  type ErrorDetails,
  invalidArgument,
  QueryError,
  RelationNotLoadedError,
  UnresolvedFilterError,
  UnsupportedFilterError,
  UnsupportedOperationError,
} from '../errors.js'
export { own } from '../own.js'
export { type DatabaseFacts, declaredReferences } from '../schema/databaseFacts.js'
export type { Class, Field, Model, RelationField, ScalarField, ScalarType } from '../schema/model.js'
export { isPartial, markLeadsToPartial, markPartial, markUnread, mayBePartial } from '../schema/partial.js'
export { setSource } from '../schema/sources.js'
export { tag } from '../schema/tags.js'
export { renaming } from '../schema/typeNames.js'
export type { Load, Wanted } from '../schema/wanted.js'
export { entryOf } from '../values/entryOf.js'
