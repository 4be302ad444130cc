export { type EnforcementEvent, RequestAuthorization, RoutePattern, UndecidedError } from '@arcturus/web'
export { type KoaAuthorization, type KoaAuthorizationOptions, koaAuthorization } from './koaAuthorization.js'
export type { Actor, AllowedState, Register, RouteContext } from './types.js'
