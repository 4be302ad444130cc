export type { Dependent, LinkRelation, Relations, RowStore, Values } from '../change.js'
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
export { fieldPolicyOf, loadRowsFilter, type RowsFilter, rowsFilterInDatabase } from '../rowsFilter.js'
export { type Ends, none, type RowChange, RowRules } from '../rules.js'
export { type ScopeOf, withinScope } from '../scope.js'
export { Turns, turnsOf } from '../turns.js'
