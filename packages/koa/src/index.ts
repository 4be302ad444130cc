export { RequestAuthorization, RoutePattern } from '@arcturus/web'
export { type KoaAuthorization, type KoaAuthorizationOptions, koaAuthorization } from './koaAuthorization.js'
export type { AllowedState } from './types.js'
