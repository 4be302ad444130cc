/**
 * An error of usage or of the environment, for people: the message and how to fix it, without a
 * stack trace. The command ends with code 2.
 */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly hint: string | undefined

  constructor(message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.hint = hint
  }
}
