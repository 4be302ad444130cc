export { isStored } from '@arcturus/core/internal/writes'
export type {
  Data,
  Dependent,
  Link,
  LinkRelation,
  LinkStep,
  Relations,
  RowStore,
  Store,
  Values,
} from './change.js'
export { type ActionNames, Judge } from './judge.js'
export { keyText } from './ledger.js'
export { allowsLink, grantsLinks, type LinkQuestion } from './linkRules.js'
export { decideNewRow } from './newRow.js'
export {
  type ActionOptions,
  actionNames,
  assertOption,
  type ScopeOptions,
  scopes,
  type Unscoped,
  unscopedQueries,
} from './options.js'
export type { RuleParts, WriterParts } from './parts.js'
export { RowQuestions } from './questions.js'
export { WriteRecord } from './record.js'
export { assertMayWrite, isViolation, writeDenial } from './refusal.js'
export {
  type FieldPolicy,
  fieldPolicyOf,
  type LoadRows,
  loadChangeFilter,
  loadRowsFilter,
  type RowsFilter,
  type RowsQuestion,
  rowsFilterInDatabase,
} from './rowsFilter.js'
export { type RowChange, RowRules } from './rules.js'
export { isWithinScope, type Scope, type ScopeOf, withinScope } from './scope.js'
export { Turns, turnsOf } from './turns.js'
export { type KeyedRows, withoutWitnesses } from './witness.js'
export { Writer } from './writer.js'
