export { RequestAuthorization, RoutePattern } from '@arcturus/web'
export { type HonoAuthorization, type HonoAuthorizationOptions, honoAuthorization } from './honoAuthorization.js'
export type { AllowedVariables, Register } from './types.js'
