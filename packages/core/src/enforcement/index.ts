export { watchDecisions } from '../authorizer/decisions/engine.js'
export type { Eventual } from '../authorizer/decisions/eventual.js'
export type { DenialReason } from '../authorizer/denial.js'
export { RelationMemory } from '../authorizer/relations/relations.js'
export {
  ArcturusError,
  ArgumentError,
  AuthorizationError,
  ForbiddenError,
  InvalidBodyError,
  NotFoundError,
  PolicyError,
  QueryError,
  RelationNotLoadedError,
  UnauthenticatedError,
  UnsupportedFilterError,
} from '../errors.js'
export { own } from '../own.js'
export type { Authority } from './authority.js'
export { Calls } from './calls.js'
export { assertReason, assertRoute, type RouteOptions } from './declaration.js'
export { Denial } from './denial.js'
export { Enforcement } from './enforcement.js'
export { type AsyncContext, Enforcements } from './enforcements.js'
export { Guard, UndecidedError } from './guard.js'
export type { EnforcementHooks, EnforcementOptions } from './options.js'
export { type ProblemDetails, problemOf, problemType, wantsProblem } from './problem.js'
export { type Loaded, type Loader, RequestAuthorization } from './requestAuthorization.js'
export type { RoutedRequest } from './requestRules.js'
export { authorizeMark, markRoute, type RouteMark, routeMarkOf, routesToken } from './routeMark.js'
export { routedPath } from './routePattern.js'
