export { compareText } from '../language/compareText.js'
export { isInOrder } from '../values/order.js'
export {
  type CatalogColumn,
  type CatalogQuery,
  type CatalogReference,
  type CatalogText,
  columnsNamed,
  readColumns,
  readReferences,
} from './catalog/catalog.js'
export { type Mismatch, mismatch } from './catalog/mismatch.js'
export { cutsTexts } from './catalog/sqlite.js'
export { type DatabaseProblem, type Promises, type VerifiedDatabase, verify } from './catalog/verify.js'
export type { SqlDialect, SqlOptions } from './dialect.js'
export { type ExactNumber, exactOf, floatOf, floorOf, precisionOf, textOf } from './exactNumber.js'
export { isStorable, successor } from './prefix.js'
export { type PrintedSql, type PrintSql, printSql } from './printSql.js'
export type { SqlRefusal } from './refusal.js'
export type * from './tables.js'
export { isUuid } from './uuid.js'
