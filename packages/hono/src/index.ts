export { type EnforcementEvent, RequestAuthorization, RoutePattern, UndecidedError } from '@arcturus/web'
export { type HonoAuthorization, type HonoAuthorizationOptions, honoAuthorization } from './honoAuthorization.js'
export type { Actor, AllowedVariables, Register } from './types.js'
