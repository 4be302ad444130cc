export { decideNewRow } from './newRow.js'
export { writeDenial } from './refusal.js'
export {
  type FieldPolicy,
  fieldPolicyOf,
  type LoadRows,
  loadRowsFilter,
  type RowsFilter,
  type RowsQuestion,
  rowsFilterInDatabase,
} from './rowsFilter.js'
export { type KeyedRows, withoutWitnesses } from './witness.js'
