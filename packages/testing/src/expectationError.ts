/**
 * The error of a failed expectation. Test runners treat it as a failed assertion, and show both
 * values.
 */
export class ExpectationError extends Error {
  override readonly name = 'AssertionError'
  readonly code = 'ERR_ASSERTION'

  constructor(
    message: string,
    readonly actual: unknown,
    readonly expected: unknown,
  ) {
    super(message)
  }
}
