export { coverPolicy, readPolicyCoverage } from '../coverage/coverPolicy.js'
export type { RowQueries } from '../diff/diffDatabase.js'
export { diffDecisions, type RecordedChange, type RecordedDecision } from '../diff/diffDecisions.js'
export type { FieldDiff } from '../diff/diffFields.js'
export type { DecisionChange, PolicyDiff } from '../diff/diffPolicies.js'
export {
  differenceText,
  fieldsText,
  type Matrix,
  type MatrixOf,
  type MatrixReport,
  matrixReport,
} from '../expectations/matrix.js'
export { contextText } from '../inContext.js'
export { QuestionRecorder } from '../mutation/questions.js'
export { testMutants, type Witness } from '../mutation/testMutants.js'
