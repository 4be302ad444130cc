export { type DatabaseDiff, diffDatabase } from './diffDatabase.js'
export { differenceFilter } from './differenceFilter.js'
export { diffFields, type FieldDiff } from './diffFields.js'
export { diffPolicies, type PolicyDiff } from './diffPolicies.js'
