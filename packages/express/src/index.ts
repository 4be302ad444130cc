export { type EnforcementEvent, RequestAuthorization, RoutePattern, UndecidedError } from '@arcturus/web'
export {
  type ExpressAuthorization,
  type ExpressAuthorizationOptions,
  expressAuthorization,
} from './expressAuthorization.js'
export type { Actor, AllowedResource, Register } from './types.js'
