export type { AuthorizerOptions } from '../authorizer/options.js'
export {
  ArcturusError,
  ArgumentError,
  AuthorizationError,
  ForbiddenError,
  InvalidBodyError,
  NotFoundError,
  PolicyError,
  QueryError,
  RelationNotLoadedError,
  UnauthenticatedError,
  UnsupportedFilterError,
} from '../errors.js'
export { Dict } from '../values/dict.js'
export { AsyncAuthorizer } from './asyncAuthorizer.js'
