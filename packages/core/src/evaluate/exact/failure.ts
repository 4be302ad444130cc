import type { Condition, Operand } from '../../condition/condition.js'
import { FALSE, TRUE } from '../../condition/construct.js'
import { ArcturusError, QueryError } from '../../errors.js'
import type { Code } from '../../language/codes.js'
import type { Span } from '../../language/source.js'
import { doubtfulReference, unloadedRelation } from '../../schema/reference.js'
import { notLoaded } from '../../values/attributes.js'
import { Fault } from '../../values/fault.js'
import { endsAtOnce } from '../../values/metErrors.js'
import { abandon, isThenable } from '../../values/thenable.js'

/**
 * Throws if an operand is a reference whose row may be gone: its key alone does not decide between
 * a row and nil.
 */
export function assertThere(operands: readonly Operand[], span?: Span): void {
  for (const one of operands)
    if (one.kind === 'value' && doubtfulReference(one.value))
      throw notLoaded(one.value, unloadedRelation(one.value)!, span)
}

export function settled(value: unknown, what: string, span: Span): unknown {
  if (value === undefined) return fail('missing-attribute', `${what} is undefined.`, span)
  if (!isThenable(value)) return value
  abandon(value)
  return waiting(span)
}

export function decided(result: boolean | undefined, span: Span): Condition {
  return result === undefined ? waiting(span) : result ? TRUE : FALSE
}

/** Returns the result of an evaluation: a `failure` if it fails, also for an error of the application's code. */
export function outcome(evaluate: () => Condition): Condition {
  try {
    return evaluate()
  } catch (thrown) {
    if (thrown instanceof Fault) return { kind: 'failure', error: thrown.error }
    if (thrown instanceof ArcturusError || endsAtOnce(thrown)) throw thrown
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    return { kind: 'failure', error: new QueryError('application-error', message, { cause: thrown }) }
  }
}

export function undefinedElement(span: Span): never {
  return fail('missing-attribute', 'An element of a list is undefined.', span)
}

export function waiting(span: Span): never {
  return fail('async-value', 'A synchronous filter needs the value of a promise.', span)
}

export function fail(code: Code, message: string, span: Span): never {
  throw new Fault(code, message, { span })
}
