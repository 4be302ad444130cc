export { RequestAuthorization, RoutePattern } from '@arcturus/web'
export {
  type AuthorizationHook,
  type FastifyAuthorization,
  type FastifyAuthorizationOptions,
  fastifyAuthorization,
} from './fastifyAuthorization.js'
