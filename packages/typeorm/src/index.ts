export type { Authorized, FilterArguments, NoArguments } from './arguments.js'
export {
  type ApplyAuthorization,
  type ApplyAuthorizationLoading,
  type AuthorizedActors,
  type AuthorizedActorsLoading,
  type AuthorizedFilter,
  type AuthorizedFilterLoading,
  type AuthorizedQuery,
  type AuthorizedQueryLoading,
  type TypeOrmAuthorization,
  type TypeOrmAuthorizationOptions,
  typeOrmAuthorization,
} from './authorization.js'
export { MisplacedFilterError, TypeOrmSchemaError, UnsupportedOperationError } from './errors.js'
export type { AuthorizedManager } from './manager/manager.js'
export type { AuthorizedManagerOptions, MakeAuthorizedManager, ManagerOptions } from './manager/options.js'
export { modelsOf } from './schema/models.js'
export { TypeOrmTables } from './schema/tables.js'
export { verifyDatabase } from './schema/verifyDatabase.js'
