export type { AuthorizerOptions } from '../authorizer/options.js'
export * from '../errors.js'
export { Dict } from '../values/dict.js'
export { AsyncAuthorizer } from './asyncAuthorizer.js'
