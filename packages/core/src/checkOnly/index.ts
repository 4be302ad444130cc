export type { Decision, DecisionEntry, DecisionJSON, RequestFields } from '../authorizer/decisions/event.js'
export type { DecidingRule } from '../authorizer/decisions/explainer.js'
export type { DecisionOptions } from '../authorizer/decisions/recorder.js'
export type { Reference } from '../authorizer/decisions/reference.js'
export type { DenialReason } from '../authorizer/denial.js'
export type { PolicySource } from '../authorizer/policies/loadedPolicy.js'
export type {
  ClassOptions,
  FieldDeclaration,
  ModelDeclaration,
  RelationDeclaration,
  ScalarDeclaration,
} from '../authorizer/registration.js'
export {
  ArcturusError,
  ArgumentError,
  AuthorizationError,
  ForbiddenError,
  NotFoundError,
  PolicyError,
  QueryError,
  RelationNotLoadedError,
  UnauthenticatedError,
} from '../errors.js'
export type { Code } from '../language/codes.js'
export type { Diagnostic } from '../language/diagnostic.js'
export type { Source, Span } from '../language/source.js'
export type { Solution } from '../machine/query/solution.js'
export type { Limits } from '../machine/state/limits.js'
export { Variable as QueryVariable } from '../machine/state/variable.js'
export type { CheckedPolicy } from '../policy/policy.js'
export type {
  Action,
  Actor,
  ActorClient,
  ActorName,
  ModelName,
  ModelTypes,
  PolicyTypes,
  Register,
  RegisteredPolicy,
  Role,
} from '../register.js'
export type { ActionOn, ActorIn, FieldActionOn, FieldOn, ModelOf } from '../rowTypes.js'
export type { RegExpEngine, RegExpLike } from '../text/engine.js'
export { Dict } from '../values/dict.js'
export { CheckAuthorizer, type CheckAuthorizerOptions } from './checkAuthorizer.js'
