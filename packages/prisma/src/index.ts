export type { ActionNames, ActionOptions } from '@arcturus/writes'
export type { Authorized, NoArguments, QueryArguments } from './arguments.js'
export {
  type AuthorizedActors,
  type AuthorizedFilter,
  type PrismaAuthorization,
  type PrismaAuthorizationOptions,
  prismaAuthorization,
  type WhereOptions,
} from './authorization.js'
export type {
  AuthorizedClientMaker,
  AuthorizedClientOptions,
  ClientOptions,
  RawClient,
} from './client/options.js'
export type { AuthorizedClient, TransactionOptions } from './client/types.js'
export type { DatabaseOptions } from './database/dialect.js'
export { modelsOf } from './database/models.js'
export { PrismaSchemaError, UnresolvedFilterError, UnsupportedOperationError } from './errors.js'
export type { Where } from './filter/printed.js'
export { type FieldReference, WherePrinter } from './filter/printer.js'
export { sqlTablesOf } from './filter/sqlTables.js'
export type { Strategy } from './filter/subquery/plan.js'
export type { PrismaExtension } from './query/extension.js'
export type { Choices } from './query/markers.js'
export type { PrismaClientLike } from './schema/fromClient.js'
export { readSchema } from './schema/readSchema.js'
export type {
  PrismaColumn,
  PrismaEnum,
  PrismaField,
  PrismaModel,
  PrismaProvider,
  PrismaRelation,
  PrismaSchema,
  PrismaUnique,
} from './schema/schema.js'
export { verifyDatabase } from './verifyDatabase.js'
