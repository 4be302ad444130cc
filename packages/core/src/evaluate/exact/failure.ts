import type { Condition, Operand } from '../../condition/condition.js'
import { FALSE, TRUE } from '../../condition/construct.js'
import { ArcturusError, QueryError, RelationNotLoadedError } from '../../errors.js'
import type { Code } from '../../language/codes.js'
import type { Span } from '../../language/source.js'
import { doubtfulReference, type UnloadedRelation, unloadedRelation } from '../../schema/reference.js'
import { endsAtOnce } from '../../values/metErrors.js'
import { abandon, isThenable } from '../../values/thenable.js'

/**
 * Stops the evaluation of a condition that fails. It is no error itself, and makes its error when that is read: a stack
 * costs more than the evaluation, and most failures decide nothing.
 */
export class Failed {
  #error: ArcturusError | undefined

  /** @param make - Makes the error, which has the same code. It is called once at most. */
  constructor(
    readonly code: Code,
    private readonly make: () => ArcturusError,
  ) {}

  /** Returns the failure of an error that is there already. */
  static of(error: ArcturusError): Failed {
    return new Failed(error.code, () => error)
  }

  get error(): ArcturusError {
    this.#error ??= this.make()
    return this.#error
  }
}

/**
 * Throws if an operand is a reference whose row may be gone: its key alone does not decide between
 * a row and nil.
 */
export function assertThere(operands: readonly Operand[], span?: Span): void {
  for (const one of operands)
    if (one.kind === 'value' && doubtfulReference(one.value)) failUnloaded(unloadedRelation(one.value)!, span)
}

export function failUnloaded({ model, relation }: UnloadedRelation, span: Span | undefined): never {
  const code = 'relation-not-loaded'
  throw new Failed(code, () => {
    const hint = `load it with the row (with Prisma: include: { ${relation}: true })`
    const summary = `The relation "${relation}" of this ${model} is not loaded, and a decision needs it.`
    return new RelationNotLoadedError(code, summary, { span, hint, data: { model, relation } })
  })
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

/** Adds a span to an error that has none. */
export function placed(error: QueryError, span: Span): QueryError {
  if (error.span) return error
  const { code, summary, hint, data, cause } = error
  const details = { span, hint, data, cause }
  return error instanceof RelationNotLoadedError
    ? new RelationNotLoadedError(code, summary, details)
    : new QueryError(code, summary, details)
}

/** Returns the result of an evaluation: a `failure` if it fails, also for an error of the application's code. */
export function outcome(evaluate: () => Condition): Condition {
  try {
    return evaluate()
  } catch (thrown) {
    if (thrown instanceof Failed) return { kind: 'failure', error: thrown.error }
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
  throw new Failed(code, () => new QueryError(code, message, { span }))
}
