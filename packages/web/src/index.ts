export {
  ArcturusError,
  ArgumentError,
  AuthorizationError,
  type DenialReason,
  type Eventual,
  ForbiddenError,
  InvalidBodyError,
  own,
  UnauthenticatedError,
  watchDecisions,
} from '@arcturus/core/internal/web'
export { type Answer, answerOf, type ClientStatus, clientStatus, headersOf } from './answer.js'
export type { Authority } from './authority.js'
export { Calls } from './calls.js'
export { assertReason, assertRoute, type RouteOptions } from './declaration.js'
export { Denial } from './denial.js'
export { Enforcement } from './enforcement.js'
export { type AsyncContext, Enforcements } from './enforcements.js'
export type { EnforcementEvent } from './event.js'
export { Guard, UndecidedError } from './guard.js'
export { keepPrivate } from './keepPrivate.js'
export type { EnforcementHooks, EnforcementOptions } from './options.js'
export { type ProblemDetails, problemOf, problemType, wantsProblem } from './problem.js'
export { type Loaded, type Loader, RequestAuthorization } from './requestAuthorization.js'
export { ChangedRequestError, type RoutedRequest } from './requestRules.js'
export { TargetError } from './requestTarget.js'
export { authorizeMark, markRoute, type RouteMark, routeMarkOf, routesToken } from './routeMark.js'
export { RoutePattern, type RoutePatternOptions, routedPath } from './routePattern.js'
export { acceptStandIns, standInHeader } from './standIns.js'
