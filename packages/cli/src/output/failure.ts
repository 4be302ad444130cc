/**
 * An error of usage or of the environment, for people: the message and how to fix it, without a
 * stack trace. The command ends with code 2.
 */
export class Failure extends Error {
  override readonly name = 'Failure'

  constructor(
    message: string,
    readonly hint?: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause })
  }
}

/** Returns the message of an error as one paragraph, without code frames of other tools. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ')
  const message = error instanceof Error ? error.message || ('code' in error ? String(error.code) : '') : String(error)
  const lines = message
    // Node.js lists the modules that required a missing one.
    .replace(/\nRequire stack:[\s\S]*$/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  // Prisma writes the call first and the reason last.
  return (lines.length > 3 ? lines.at(-1)! : lines.join(' ')) || 'unknown reason'
}
