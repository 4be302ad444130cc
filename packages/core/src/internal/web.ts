export { modelNamed } from '../authorizer/arguments.js'
export type { Authorizer, Typed } from '../authorizer/authorizer.js'
export type { ColumnsOf, PatchOf } from '../authorizer/changes/patch.js'
export type { DecisionKind } from '../authorizer/decisions/decision.js'
export { engineOf, watchDecisions } from '../authorizer/decisions/engine.js'
export type { Decision, RequestFields } from '../authorizer/decisions/event.js'
export { after, type Eventual } from '../authorizer/decisions/eventual.js'
export { decisionOf, type Explained, explainable, loadExplanation } from '../authorizer/decisions/explainer.js'
export { recorder } from '../authorizer/decisions/recorder.js'
export { type DenialReason, errorFor } from '../authorizer/denial.js'
export { namesIn, type Picked } from '../authorizer/fields/fields.js'
export type { Filter } from '../authorizer/filters/filter.js'
export type { UsedPolicy } from '../authorizer/policies/activePolicy.js'
export { RelationMemory } from '../authorizer/relations/relations.js'
export {
  ArcturusError,
  ArgumentError,
  AuthorizationError,
  type Code,
  type DecisionExplanation,
  ForbiddenError,
  InvalidBodyError,
  invalidArgument,
  NotFoundError,
  UnauthenticatedError,
} from '../errors.js'
export { own } from '../own.js'
export type {
  Action,
  ActorClient,
  Context,
  ModelName,
  PolicyTypes,
  RegisteredPolicy,
  RequestContext,
} from '../register.js'
export type { ActionOn, FieldActionOn, FieldOn } from '../rowTypes.js'
export type { Model } from '../schema/model.js'
export { Schema } from '../schema/schema.js'
export { isThenable } from '../values/thenable.js'
