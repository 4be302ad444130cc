/**
 * Returns whether an error is a stack overflow: V8 and JavaScriptCore throw a `RangeError`,
 * SpiderMonkey an `InternalError`. No regular expression reads the message, since V8 ends the process
 * if it compiles one when the stack is nearly exhausted.
 */
export function isStackOverflow(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { message } = error
  return message.includes('call stack') || message.includes('too much recursion')
}
