import { placeOf } from './language/codeFrame.js'
import type { Code } from './language/codes.js'
import type { Diagnostic } from './language/diagnostic.js'
import type { Span } from './language/source.js'

export type { Code }

/** What an error of this package can carry beside its message. */
export interface ErrorDetails {
  /** Where in the policy, or in the query text. */
  readonly span?: Span | undefined
  /** What to do about it. */
  readonly hint?: string | undefined
  readonly cause?: unknown
  /** Facts for those who map errors to another form. */
  readonly data?: Readonly<Record<string, unknown>> | undefined
}

function placeIn(span: Span | undefined): string {
  return span ? ` ${placeOf(span)}` : ''
}

/** Classes are told by a brand of the global symbol registry, so that `instanceof` holds across two copies of this package. */
const brands = Symbol.for('arcturus.brands')

/** Keeps what the message says already out of logs and of JSON: the text of a whole policy hangs on a span. */
function quiet(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, enumerable: false, configurable: true, writable: true })
}

/** The base of every error that this package throws. */
export class ArcturusError extends Error {
  static readonly brand: string = 'ArcturusError'
  readonly code: Code
  // None of these is an enumerable property: the message says it already, and the text of a whole policy hangs on a span.
  readonly #summary: string
  readonly #details: ErrorDetails

  constructor(code: Code, summary: string, details: ErrorDetails = {}) {
    const place = placeIn(details.span)
    const hint = details.hint ? `\nhint: ${details.hint}` : ''
    super(`${summary}${place}${hint}`, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.brand
    this.code = code
    this.#summary = summary
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

  /** The message without place, frame and hint. */
  get summary(): string {
    return this.#summary
  }

  static {
    Object.defineProperty(ArcturusError.prototype, brands, {
      get(this: ArcturusError): readonly unknown[] {
        const names: unknown[] = []
        let at: unknown = this.constructor
        for (; typeof at === 'function' && 'brand' in at; at = Object.getPrototypeOf(at)) names.push(at.brand)
        return names
      },
    })
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false
    const names = (value as { [brands]?: unknown })[brands]
    // biome-ignore lint/complexity/noThisInStatic: each subclass asks for its own brand
    return Array.isArray(names) && names.includes(this.brand)
  }
}

/** A policy that can't be loaded: everything that is wrong with it. */
export class PolicyError extends ArcturusError {
  static override readonly brand: string = 'PolicyError'
  declare readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter((one) => one.severity === 'error')
    const first = errors[0] ?? diagnostics[0]!
    const rest = errors
      .slice(1)
      .map((one) => `\n\n${one.message}${placeIn(one.span)}${one.hint ? `\nhint: ${one.hint}` : ''}`)
    super(first.code, first.message, { span: first.span, hint: first.hint, data: first.data })
    if (rest.length > 0) this.message += rest.join('')
    quiet(this, 'diagnostics', diagnostics)
  }
}

/** An argument of the API that can't be meant: an unknown model, an undefined actor … */
export class ArgumentError extends ArcturusError {
  static override readonly brand: string = 'ArgumentError'
}

/** A body that holds no fields: `null`, a text, a number, a promise. A visitor can send that in place of an object. */
export class InvalidBodyError extends ArgumentError {
  static override readonly brand: string = 'InvalidBodyError'
}

/** An error while a query runs. */
export class QueryError extends ArcturusError {
  static override readonly brand: string = 'QueryError'
  /** The Polar stack, the innermost evaluation last; empty where nothing was running. */
  readonly trace: string

  constructor(code: Code, summary: string, details: ErrorDetails & { readonly trace?: string | undefined } = {}) {
    super(code, summary, details)
    this.trace = details.trace ?? ''
    if (this.trace) this.message = `${this.message}\n${this.trace}`
  }
}

/** A relation that a decision needs is not on the object; nothing is assumed about it. */
export class RelationNotLoadedError extends QueryError {
  static override readonly brand: string = 'RelationNotLoadedError'
}

/** A filter that can't be written exactly: nothing wider or narrower is offered instead. */
export class UnsupportedFilterError extends ArcturusError {
  static override readonly brand: string = 'UnsupportedFilterError'
}

/** A decision against the actor. `status` and `statusCode` are what an HTTP answer should have. */
export class AuthorizationError extends ArcturusError {
  static override readonly brand: string = 'AuthorizationError'
  readonly status: number

  constructor(code: Code, summary: string, status: number) {
    super(code, summary)
    this.status = status
  }
  get statusCode(): number {
    return this.status
  }
  /** For those who follow `http-errors`: visitors may read the message. */
  get expose(): boolean {
    return true
  }
}

/** Nobody is signed in, and nobody may do this. */
export class UnauthenticatedError extends AuthorizationError {
  static override readonly brand: string = 'UnauthenticatedError'
  constructor(summary = 'Sign in to do this.') {
    super('unauthenticated', summary, 401)
  }
}

/** The actor may not even read the resource: to them it does not exist. */
export class NotFoundError extends AuthorizationError {
  static override readonly brand: string = 'NotFoundError'
  constructor(summary = 'Not found.') {
    super('not-found', summary, 404)
  }
}

/** The actor may read the resource, but not do this. */
export class ForbiddenError extends AuthorizationError {
  static override readonly brand: string = 'ForbiddenError'
  /** The fields that it is about; none where it is about all of the resource. */
  declare readonly fields: readonly string[]
  constructor(summary = 'You may not do this.', fields: readonly string[] = []) {
    super('forbidden', summary, 403)
    Object.defineProperty(this, 'fields', { value: fields, enumerable: fields.length > 0 })
  }
}
