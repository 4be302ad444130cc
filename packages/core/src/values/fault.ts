import { type ArcturusError, QueryError, RelationNotLoadedError } from '../errors.js'
import type { Code } from '../language/codes.js'
import type { Span } from '../language/source.js'
import { ownOf } from '../own.js'

export interface FaultDetails {
  /** The place of the error. */
  readonly span?: Span | undefined
  readonly hint?: string | undefined
  readonly data?: Readonly<Record<string, unknown>> | undefined
  readonly cause?: unknown
}

/**
 * Ends an evaluation, or one path of its search: the query is wrong, or an object is not of the kind that the policy
 * expects. It is no error itself, and makes its error when that is read: a stack costs more than the evaluation, and most
 * faults decide nothing.
 */
export class Fault {
  #error: ArcturusError | undefined

  constructor(
    readonly code: Code,
    readonly summary: string,
    readonly details: FaultDetails = {},
  ) {}

  /** Returns the fault of an error that is there already. */
  static of(error: ArcturusError): Fault {
    const { code, summary, span, hint, data, cause } = error
    const fault = new Fault(code, summary, { span, hint, data, cause })
    fault.#error = error
    return fault
  }

  /** Returns the fault at a place, unless it has one. */
  at(span: Span): Fault {
    return ownOf(this.details, 'span') ? this : new Fault(this.code, this.summary, { ...this.details, span })
  }

  get error(): ArcturusError {
    const { code, summary, details } = this
    const Class = code === 'relation-not-loaded' ? RelationNotLoadedError : QueryError
    this.#error ??= new Class(code, summary, details)
    return this.#error
  }
}

/** Returns the application's view of a thrown value. */
export function thrownError(thrown: unknown): unknown {
  return thrown instanceof Fault ? thrown.error : thrown
}

/**
 * Returns the error for an object that may or may not be a row of a model, if the decision depends
 * on it.
 */
export function unknownRow(value: unknown, model: string, how: string): Fault {
  return new Fault('unknown-row', `An object of unknown class is ${how}, and it may be a row of ${model}.`, {
    hint: `declare the relation that leads to it, or call authorizer.as('${model}', row)`,
    data: { value, model },
  })
}

/** Returns the error for an undefined element of a collection or result of a method: it can't be compared. */
export function undefinedValue(what = 'An element of a list'): Fault {
  return new Fault('missing-attribute', `${what} is undefined.`, { hint: 'use null for no value' })
}

/**
 * Returns the error for a context that a decision needs.
 * @param path - The name, and the fields that are read from it, such as `request.ip`.
 */
export function missingContext(path: string): Fault {
  const given = path.split('.').reduceRight((value, name) => `{ ${name}${value && `: ${value}`} }`, '')
  return new Fault('missing-context', `The question has no context "${path}".`, {
    hint: `pass it: authorizer.with(${given})`,
    data: { name: path },
  })
}

/** Returns the error of a synchronous query that would have to wait. */
export function asyncValue(span: Span | undefined): Fault {
  return new Fault('async-value', 'A synchronous query needs the value of a promise.', {
    span,
    hint: 'use isAllowed, authorize or query, and await the result',
  })
}
