export { RequestAuthorization, RoutePattern } from '@arcturus/web'
export {
  type ExpressAuthorization,
  type ExpressAuthorizationOptions,
  expressAuthorization,
} from './expressAuthorization.js'
