export { RequestAuthorization, UndecidedError } from '@arcturus/core/framework'
export {
  type ExpressAuthorization,
  type ExpressAuthorizationOptions,
  expressAuthorization,
} from './expressAuthorization.js'
export type { Actor, AllowedResource, Register } from './types.js'
