export { answerOf, clientStatus, denialOf } from './answer.js'
export type { Authority } from './authority.js'
export { Calls } from './calls.js'
export {
  assertReason,
  assertRoute,
  guardedRoute,
  publicRoute,
  type RouteDeclaration,
  type RouteOptions,
} from './declaration.js'
export { Denial } from './denial.js'
export { Enforcement } from './enforcement.js'
export { Enforcements } from './enforcements.js'
export type { EnforcementEvent } from './event.js'
export { UndecidedError } from './guard.js'
export { keepPrivate } from './keepPrivate.js'
export type { EnforcementOptions } from './options.js'
export { problemType } from './problem.js'
export { type Loaded, type Loader, RequestAuthorization } from './requestAuthorization.js'
export { requestId } from './requestFields.js'
export type { RoutedRequest } from './requestRules.js'
export { authorizeMark, markRoute } from './routeMark.js'
export { RoutePattern } from './routePattern.js'
