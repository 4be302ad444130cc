import {
  engineOf,
  ForbiddenError,
  fieldsDenied,
  NotFoundError,
  UnauthenticatedError,
} from '@arcturus/core/internal/writes'

/**
 * Returns the error of a write that is not allowed. It is the same error whether the policy denies the
 * write, or a hidden row is in its way.
 * @param isReadable - Whether the actor may read the row. Default: there is no row to hide.
 */
export function writeDenial(actor: unknown, isReadable = true, fields: readonly string[] = []): Error {
  if (actor === null) return new UnauthenticatedError()
  if (!isReadable) return new NotFoundError()
  return fields.length > 0 ? fieldsDenied(fields) : new ForbiddenError()
}

/** Codes of PostgreSQL, MySQL and MariaDB for unique values, references, exclusions, checks, and errors of triggers. */
const violations =
  /^(23001|23503|23505|23514|23P01|P0001|1022|1062|1169|1216|1217|1451|1452|1557|1586|1644|1761|1762|1859|3819|4025)$/

/** Returns whether the code or the message of a driver's error tells of other rows, or names a constraint or a trigger. */
export function isViolation(code: unknown, message: unknown): boolean {
  return (
    violations.test(String(code)) ||
    /^(SQLITE_CONSTRAINT_(CHECK|TRIGGER)|(SQLITE_CONSTRAINT[A-Z_]*: )?(UNIQUE|FOREIGN KEY|CHECK) constraint failed)/.test(
      `${String(code).startsWith('SQLITE') ? `${String(code)}: ` : ''}${String(message)}`,
    )
  )
}

/**
 * Asserts that the current request may write without an authorized client.
 * @param authorizer - The authorizer of the request.
 * @throws UndecidedError if the request needs a decision and has none yet.
 */
export function assertMayWrite(authorizer: object): void {
  for (const guard of engineOf(authorizer)?.writeGuards ?? []) guard()
}

/**
 * Returns the promise of an operation for its caller: a request that is served is blocked if it does not wait for it.
 * @param method - The function that was called.
 */
export function watchedOperation<Result>(
  authorizer: object,
  method: (...parameters: never[]) => unknown,
  result: Promise<Result>,
): Promise<Result> {
  return engineOf(authorizer)?.watched(method, result) ?? result
}
