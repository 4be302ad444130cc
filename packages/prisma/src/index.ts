export type { Authorized, NoArguments, QueryArguments } from './arguments.js'
export {
  type AuthorizedFilter,
  type PrismaAuthorization,
  type PrismaAuthorizationOptions,
  prismaAuthorization,
  type WhereOptions,
} from './authorization.js'
export { verifyDatabase } from './database/verifyDatabase.js'
export { PrismaSchemaError, UnresolvedFilterError, UnsupportedOperationError } from './errors.js'
export type { PrismaExtension } from './extension/extension.js'
export type { Choices } from './extension/markers.js'
export type { PrismaClientLike } from './schema/fromClient.js'
export { modelsOf } from './schema/models.js'
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
export { sqlTablesOf } from './sql/tables.js'
export type { Strategy } from './subquery/plan.js'
export type { DatabaseOptions } from './where/dialect.js'
export type { Where } from './where/printed.js'
export { type FieldReference, WherePrinter } from './where/printer.js'
