export { Authorizer } from './authorizer/authorizer.js'
export type { Decision, DecisionJSON } from './authorizer/decisions/event.js'
export type { Filter, FilterOptions } from './authorizer/filters/filter.js'
export type { Finding } from './authorizer/filters/refusable.js'
export type { AuthorizerOptions } from './authorizer/options.js'
export type { PolicySource } from './authorizer/policies/loadedPolicy.js'
export type { ClassOptions, FieldDeclaration, ModelDeclaration } from './authorizer/registration.js'
export type { Difference, Shadow } from './authorizer/shadow.js'
export {
  ArcturusError,
  ArgumentError,
  AuthorizationError,
  type Code,
  ForbiddenError,
  InvalidBodyError,
  NotFoundError,
  PolicyError,
  QueryError,
  RelationNotLoadedError,
  UnauthenticatedError,
  UnresolvedFilterError,
  UnsupportedFilterError,
  UnsupportedOperationError,
} from './errors.js'
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
  Context,
  ModelName,
  PolicyTypes,
  Register,
  RegisteredPolicy,
  RequestContext,
  Role,
} from './register.js'
export type { ActionOn, ActorIn, FieldActionOn, FieldOn, ModelOf } from './rowTypes.js'
export type { RegExpEngine } from './text/engine.js'
export { Dict } from './values/dict.js'
