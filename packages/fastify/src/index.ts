export { type EnforcementEvent, RequestAuthorization, RoutePattern, UndecidedError } from '@arcturus/web'
export {
  type AuthorizationHook,
  type FastifyAuthorization,
  type FastifyAuthorizationOptions,
  fastifyAuthorization,
} from './fastifyAuthorization.js'
export type { Actor, Register } from './types.js'
