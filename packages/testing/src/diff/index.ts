export type { Actors } from './actors.js'
export type { Answer, Check } from './answer.js'
export type { ComparedAction, Unexamined } from './comparison.js'
export {
  type DatabaseChange,
  type DatabaseDiff,
  type DatabaseDiffOptions,
  diffDatabase,
  type RowQueries,
  type UncomparedList,
} from './diffDatabase.js'
export { differenceFilter, type RowFilter } from './differenceFilter.js'
export { diffFields, type FieldAnswer, type FieldChange, type FieldDiff, type FieldDiffOptions } from './diffFields.js'
export {
  type DecisionChange,
  type DiffOptions,
  diffPolicies,
  type PolicyDiff,
} from './diffPolicies.js'
