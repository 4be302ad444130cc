export { isDecimal } from '@arcturus/core/internal/sql'
export { drizzleSql, knexSql, kyselySql } from './builders.js'
export { columnsNamed, readColumns, readReferences } from './catalog/catalog.js'
export type { CatalogColumn, CatalogQuery, CatalogReference, CatalogText } from './catalog/entries.js'
export { type Mismatch, mismatch } from './catalog/mismatch.js'
export type { DatabaseProblem, Promises } from './catalog/promises.js'
export { cutsTexts } from './catalog/sqlite.js'
export { type VerifiedDatabase, verify } from './catalog/verify.js'
export { containing, equalTo, instanceOf, orderedTo, type TextOperator } from './column/columnTest.js'
export { refuseType } from './column/refusals.js'
export type { Order, ValueTest } from './column/valueTest.js'
export {
  type DescribedTable,
  type DrizzleConfig,
  drizzleTable,
  type KyselyTable,
  kyselyTable,
  sqlTables,
} from './describedTables.js'
export type { SqlDialect, SqlOptions } from './dialect.js'
export { type MongoFilter, mongoFilter } from './mongo.js'
export { isStorable, successor } from './prefix.js'
export { type PrintedSql, type PrintSql, printSql } from './printSql.js'
export type { SqlRefusal } from './refusal.js'
export { type Keeps, keepsValues, type StoredType } from './stored.js'
export type * from './tables.js'
