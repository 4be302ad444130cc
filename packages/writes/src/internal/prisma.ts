export type { Data, Dependent, Link, LinkRelation, LinkStep, Relations, RowStore, Store, Values } from '../change.js'
export { findKeyed } from '../findKeyed.js'
export { type ActionNames, Judge } from '../judge.js'
export { assertEnum, knownValues } from '../knownValues.js'
export { keyText } from '../ledger.js'
export {
  actionNames,
  assertOption,
  type OperationActions,
  type ScopeOptions,
  scopes,
  type Unscoped,
  unscopedQueries,
} from '../options.js'
export { RowQuestions } from '../questions.js'
export { type Refused, WriteRecord } from '../record.js'
export { assertMayWrite, isViolation, watchedOperation, writeDenial } from '../refusal.js'
export { loadRowsFilter, type RowsFilter, type RowsQuestion, rowsFilterInDatabase } from '../rowsFilter.js'
export type { ScopeOf } from '../scope.js'
export { turnsOf } from '../turns.js'
export { Writer } from '../writer.js'
