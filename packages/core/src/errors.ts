import { addressOf } from './language/addressOf.js'
import type { Code } from './language/codes.js'
import type { Diagnostic } from './language/diagnostic.js'
import type { Span } from './language/source.js'
import { own, ownOf } from './own.js'

export type { Code }

/** The optional details of an error. */
export interface ErrorDetails {
  /** The place in the policy or in the query text. */
  readonly span?: Span | undefined
  /** The advice on how to fix the error. */
  readonly hint?: string | undefined
  readonly cause?: unknown
  /** Structured facts for code that converts errors to another form. */
  readonly data?: Readonly<Record<string, unknown>> | undefined
}

/** What a message ends with: the place, the hint and the address of the code. */
function endOf(code: Code, { span, hint }: Pick<ErrorDetails, 'span' | 'hint'>): string {
  return `${span ? ` ${span.source.place(span)}` : ''}${hint ? `\nhint: ${hint}` : ''}${addressOf(code)}`
}

/**
 * Makes a property non-enumerable, so that logs and JSON omit it. The message already contains its
 * facts, and a span refers to the text of the whole policy.
 */
function quiet(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, enumerable: false, configurable: true, writable: true })
}

/**
 * The base class of every error that this package throws. `instanceof` compares brands, so that it works across two
 * copies of this package.
 */
export class ArcturusError extends Error {
  /** A getter, so that bundlers leave out the classes that nobody uses. */
  static get brand(): string {
    return 'ArcturusError'
  }
  readonly code: Code
  // Not an enumerable property: the message already contains the details, and a span refers to the
  // text of the whole policy.
  readonly #details: ErrorDetails & { readonly summary: string }

  constructor(code: Code, summary: string, given: ErrorDetails = {}) {
    const details = own({ ...given, summary })
    const { cause } = details
    super(`${summary}${endOf(code, details)}`, cause === undefined ? undefined : { cause })
    this.name = new.target.brand
    this.code = code
    this.#details = details
  }

  get span(): Span | undefined {
    return this.#details.span
  }

  get hint(): string | undefined {
    return this.#details.hint
  }

  get data(): Readonly<Record<string, unknown>> | undefined {
    return this.#details.data
  }

  /** The message without its place, code frame and hint. */
  get summary(): string {
    return this.#details.summary
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // Not the own property of an object, which can be a client's JSON.
    let cls: unknown = Object.getPrototypeOf(Object(value))?.constructor
    for (; typeof cls === 'function' && 'brand' in cls; cls = Object.getPrototypeOf(cls)) {
      // biome-ignore lint/complexity/noThisInStatic: each subclass looks for its own brand
      if (cls.brand === this.brand) return true
    }
    return false
  }
}

/** An invalid policy, with the diagnostics of all its errors. */
export class PolicyError extends ArcturusError {
  static override get brand(): string {
    return 'PolicyError'
  }
  declare readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter((one) => one.severity === 'error')
    const first = errors[0] ?? diagnostics[0]!
    const rest = errors.slice(1).map((one) => `\n\n${one.message}${endOf(one.code, one)}`)
    super(first.code, first.message, { span: first.span, hint: first.hint, data: first.data })
    if (rest.length > 0) this.message += rest.join('')
    quiet(this, 'diagnostics', diagnostics)
  }
}

/** An invalid argument of the API, for example an unknown model or an undefined actor. */
export class ArgumentError extends ArcturusError {
  static override get brand(): string {
    return 'ArgumentError'
  }
}

/** Returns the error for an argument of a wrong form. */
export function invalidArgument(summary: string, details?: ErrorDetails): ArgumentError {
  return new ArgumentError('invalid-argument', summary, details)
}

/**
 * A request body without fields: `null`, a string, a number or a promise. A client can send it in
 * place of an object.
 */
export class InvalidBodyError extends ArgumentError {
  static override get brand(): string {
    return 'InvalidBodyError'
  }
}

/** An error of a running query. */
export class QueryError extends ArcturusError {
  static override get brand(): string {
    return 'QueryError'
  }
  /** The Polar stack, innermost evaluation last. It is empty if no evaluation was running. */
  readonly trace: string

  constructor(code: Code, summary: string, details: ErrorDetails & { readonly trace?: string | undefined } = {}) {
    super(code, summary, details)
    this.trace = ownOf(details, 'trace') ?? ''
    if (this.trace) this.message += `\n${this.trace}`
  }
}

/**
 * A relation that a decision needs is not loaded on the object. No value is assumed for it, so the
 * decision throws.
 */
export class RelationNotLoadedError extends QueryError {
  static override get brand(): string {
    return 'RelationNotLoadedError'
  }
}

/** A filter that has no exact translation. No wider or narrower filter replaces it. */
export class UnsupportedFilterError extends ArcturusError {
  static override get brand(): string {
    return 'UnsupportedFilterError'
  }
}

/** The explanation of a decision: an `Explanation` of `@arcturus/explain`, which makes it. */
export interface DecisionExplanation {
  readonly allowed: boolean
  /** `error` if the policy failed. */
  readonly decision: 'allowed' | 'denied' | 'error'
  toString(): string
  toJSON(): object
}

/**
 * An authorization filter reached a query that nothing resolves, or that it was not made for, such as one for another model.
 * The query was not sent.
 */
export class UnresolvedFilterError extends ArcturusError {
  static override get brand(): string {
    return 'UnresolvedFilterError'
  }
}

/** An operation of an ORM that no filter can guard. It was not carried out. */
export class UnsupportedOperationError extends ArcturusError {
  static override get brand(): string {
    return 'UnsupportedOperationError'
  }
}

/** A decision against the actor. `status` and `statusCode` are the status of the HTTP response. */
export class AuthorizationError extends ArcturusError {
  static override get brand(): string {
    return 'AuthorizationError'
  }
  readonly status: number
  /**
   * Why the action was denied, made on first use from the data at hand. If the decision loaded data that is not at hand, it
   * has no reasons: then use `loadExplanation`. If several fields are denied, it is about the first one.
   * @throws ArgumentError `not-imported` if `@arcturus/explain` is not imported.
   */
  declare readonly explanation?: DecisionExplanation | undefined
  /** Returns the explanation, and loads relations for it. Fails as `explanation` does. */
  declare readonly loadExplanation?: (() => Promise<DecisionExplanation>) | undefined

  constructor(code: Code, summary: string, status: number) {
    super(code, summary)
    this.status = status
  }
  get statusCode(): number {
    return this.status
  }
  /** For the convention of `http-errors`: clients may see the message. */
  get expose(): boolean {
    return true
  }
}

/** The request is anonymous, and anonymous users may not do this. Status 401. */
export class UnauthenticatedError extends AuthorizationError {
  static override get brand(): string {
    return 'UnauthenticatedError'
  }
  constructor(summary = 'Sign in to do this.') {
    super('unauthenticated', summary, 401)
  }
}

/** The actor may not read the resource, or the resource does not exist. Status 404. */
export class NotFoundError extends AuthorizationError {
  static override get brand(): string {
    return 'NotFoundError'
  }
  constructor(summary = 'Not found.') {
    super('not-found', summary, 404)
  }
}

/** The actor may read the resource, but may not do this. Status 403. */
export class ForbiddenError extends AuthorizationError {
  static override get brand(): string {
    return 'ForbiddenError'
  }
  /** The refused fields. Empty if the refusal concerns the whole resource. */
  declare readonly fields: readonly string[]
  constructor(summary = 'You may not do this.', fields: readonly string[] = []) {
    super('forbidden', summary, 403)
    Object.defineProperty(this, 'fields', { value: fields, enumerable: fields.length > 0 })
  }
}
