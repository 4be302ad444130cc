export { ExpectationError } from './expectation.js'
export { type Actions, type AuthorizationTesting, testAuthorization } from './testAuthorization.js'
