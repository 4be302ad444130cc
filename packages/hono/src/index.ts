export { RequestAuthorization, RoutePattern } from '@arcturus/web'
export { type HonoAuthorization, type HonoAuthorizationOptions, honoAuthorization } from './honoAuthorization.js'
export type { AllowedVariables } from './types.js'
