export { RequestAuthorization, UndecidedError } from '@arcturus/core/framework'
export { type KoaAuthorization, type KoaAuthorizationOptions, koaAuthorization } from './koaAuthorization.js'
export type { Actor, AllowedState, Register, RouteContext } from './types.js'
