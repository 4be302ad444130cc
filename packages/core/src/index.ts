export { Authorizer } from './authorizer/authorizer.js'
export type { ChangeOptions, CreateOptions } from './authorizer/changes/changes.js'
export type { PatchOf, RowReference } from './authorizer/changes/patch.js'
export type { ContextDeclaration, ContextFields } from './authorizer/context.js'
export type { Decision, DecisionEntry, DecisionJSON, RequestFields } from './authorizer/decisions/event.js'
export type { DecidingRule } from './authorizer/decisions/explainer.js'
export type { DecisionOptions } from './authorizer/decisions/recorder.js'
export type { Reference } from './authorizer/decisions/reference.js'
export type { DenialReason } from './authorizer/denial.js'
export type { Filter, FilterOptions } from './authorizer/filters/filter.js'
export type { Finding } from './authorizer/filters/refusable.js'
export type { AuthorizerOptions } from './authorizer/options.js'
export type { PolicySource } from './authorizer/policies/loadedPolicy.js'
export type {
  ClassOptions,
  FieldDeclaration,
  ModelDeclaration,
  RelationDeclaration,
  ScalarDeclaration,
} from './authorizer/registration.js'
export type { Difference, Shadow, ShadowOptions } from './authorizer/shadow.js'
export * from './errors.js'
export type { Diagnostic } from './language/diagnostic.js'
export { formatDiagnostic } from './language/formatDiagnostic.js'
export type { Span } from './language/source.js'
export type { Solution } from './machine/query/solution.js'
export type { Limits } from './machine/state/limits.js'
export { Variable as QueryVariable } from './machine/state/variable.js'
export type { Policy } from './policy/policy.js'
export type {
  Action,
  Actor,
  ActorClient,
  ActorName,
  Context,
  ModelName,
  ModelTypes,
  PolicyTypes,
  Register,
  RegisteredPolicy,
  RequestContext,
  Role,
} from './register.js'
export type { ActionOn, ActorIn, FieldActionOn, FieldOn, ModelOf } from './rowTypes.js'
export type { RegExpEngine, RegExpLike } from './text/engine.js'
export { Dict } from './values/dict.js'
