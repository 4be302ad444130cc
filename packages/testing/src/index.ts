export * from './coverage/index.js'
export { ExpectationError } from './expectationError.js'
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
} from './expectations/matrix.js'
export {
  type Actions,
  type AuthorizationTesting,
  type TestingOptions,
  testAuthorization,
} from './expectations/testAuthorization.js'
export { contextText } from './inContext.js'
export * from './mutation/index.js'
