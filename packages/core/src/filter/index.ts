export type {
  And,
  Compare,
  CompareOperator,
  Condition,
  Definite,
  DefiniteReach,
  DefiniteSome,
  Definition,
  Failure,
  Formula,
  Goal,
  Hop,
  In,
  IsA,
  KnownRow,
  Not,
  Opaque,
  OpaqueReason,
  Operand,
  OperandType,
  Or,
  ParameterRoot,
  Path,
  ReachStep,
  Reads,
  Ref,
  Root,
  Some,
  SomeFormula,
  Step,
  Subject,
  Text,
  Truthy,
  Variable,
} from '../condition/condition.js'
export { printCondition } from '../condition/print.js'
export { fieldType, operandType, stepField } from '../condition/type.js'
export { goalsOf, mapOperands, mapParts, operandsIn, partsIn, spanOf, variablesIn } from '../condition/visit.js'
export {
  ArcturusError,
  ArgumentError,
  AuthorizationError,
  type ErrorDetails,
  ForbiddenError,
  invalidArgument,
  NotFoundError,
  QueryError,
  RelationNotLoadedError,
  UnauthenticatedError,
  UnsupportedFilterError,
} from '../errors.js'
export { type Position, Source } from '../language/source.js'
export { own } from '../own.js'
export type { Block } from '../policy/policy.js'
export { type DatabaseFacts, declaredReferences } from '../schema/databaseFacts.js'
export type { Class, Field, Model, RelationField, ScalarField, ScalarType } from '../schema/model.js'
export { isPartial, markLeadsToPartial, markPartial, mayBePartial } from '../schema/partial.js'
export { Schema } from '../schema/schema.js'
export { tag, tagOf } from '../schema/tags.js'
export type { Load, Unloaded, Wanted } from '../schema/wanted.js'
export { complement } from './algebra/complement.js'
export { type DefiniteOptions, definite } from './definite/definite.js'
export { type MatchOptions, matches } from './matches.js'
