export * from '../coverage/index.js'
export * from '../mutation/index.js'
export { assertCoverage } from './coverage.js'
export { ExpectationError } from './expectation.js'
export {
  type AllowedActions,
  type AllowedFields,
  type AllowedRequest,
  differenceText,
  fieldsText,
  type Matrix,
  type MatrixDifference,
  type MatrixOf,
  type MatrixReport,
  matrixReport,
  policyMatrix,
  type Supplied,
} from './matrix.js'
export { type Actions, type AuthorizationTesting, testAuthorization } from './testAuthorization.js'
