export { type EnforcementEvent, RequestAuthorization, RoutePattern, UndecidedError } from '@arcturus/web'
export { background, KeptDecisionError } from './cacheScope.js'
export {
  type CanProperties,
  type NextAuthorization,
  nextAuthorization,
  type PageAuthorization,
} from './nextAuthorization.js'
export type { AuthorizedRequest, RouteContext, RouteHandler, WithAuthorization } from './routeHandler.js'
export type { ActionOptions, ActionResult, AuthorizedAction, InterruptingOptions } from './serverAction.js'
export type { NextAuthorizationOptions } from './serving.js'
export type { Cookies, RequestSource } from './source.js'
export type { Unguarded } from './subject.js'
