export { Authorizer, type AuthorizerOptions } from './authorizer/authorizer.js'
export type { Refusable } from './authorizer/check.js'
export type { Statistics } from './authorizer/checks.js'
export { Filter, type FilterOptions } from './authorizer/filter.js'
export type { PolicySource } from './authorizer/loading.js'
export type {
  ClassOptions,
  FieldDeclaration,
  ModelDeclaration,
  RelationDeclaration,
  ScalarDeclaration,
} from './authorizer/registration.js'
export { RelationMemory } from './authorizer/relations.js'
export type { Unloaded, Wanted } from './condition/bind.js'
export type { Load } from './condition/bindLoading.js'
export { complement } from './condition/complement.js'
export type * from './condition/condition.js'
export { type DefiniteOptions, definite } from './condition/definite.js'
export { printCondition } from './condition/print.js'
export { fieldType, type OperandType, operandType, stepField } from './condition/type.js'
export * from './enforcement/index.js'
export * from './errors.js'
export type { Diagnostic } from './language/diagnostic.js'
export { formatDiagnostic } from './language/formatDiagnostic.js'
export { type Position, Source, type Span } from './language/source.js'
export { type Limits, type Solution, Variable as QueryVariable } from './machine/index.js'
export type { Block, Policy } from './policy/policy.js'
export type { Action, Actor, ModelName, Register } from './register.js'
export { type DatabaseFacts, declaredReferences } from './schema/databaseFacts.js'
export type { Class, Field, Model, RelationField, ScalarField, ScalarType } from './schema/model.js'
export { isPartial, markCareful, markPartial, needsCare } from './schema/partial.js'
export { Schema } from './schema/schema.js'
export { tag, tagOf } from './schema/tags.js'
export { Dict } from './values/dict.js'
