// The plan of a write, for clients of stores. A write passes three steps, in one transaction:
//   before  `Writer.prepare…` finds the rows that it means: `Judge.found` and `RowRules.before` are their conditions
//           (`Links` for references from either side, `Cascades` for what the database deletes or detaches);
//   write   the prepared functions send the statements of a `Store`, and `Ledger` notes the rows that they touch;
//   verify  `Ledger.verify` finds each of them again by `Judge.after`, in the state without its own witnesses (`withoutWitnesses`).

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
