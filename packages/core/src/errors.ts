import { codeFrame } from './language/codeFrame.js'
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

/** Where a span is, for the end of a message: file, line and column, and the line itself. */
function placeOf(span: Span): string {
  const { line, column } = span.source.position(span.start)
  return ` (${span.source.name ? `${span.source.name}:` : 'line '}${line}:${column})\n${codeFrame(span)}`
}

/** Classes are told by a brand of the global symbol registry, so that `instanceof` holds across two copies of this package. */
const brands = Symbol.for('arcturus.brands')

/** Keeps what the message says already out of logs and of JSON: the text of a whole policy hangs on a span. */
function quiet(error: Error, ...names: readonly string[]): void {
  for (const name of names) Object.defineProperty(error, name, { enumerable: false })
}

/** The base of every error that this package throws. */
export class ArcturusError extends Error {
  static readonly brand: string = 'ArcturusError'
  readonly code: Code
  readonly span: Span | undefined
  readonly hint: string | undefined
  readonly data: Readonly<Record<string, unknown>> | undefined
  /** The message without place, frame and hint. */
  readonly summary: string

  constructor(code: Code, summary: string, details: ErrorDetails = {}) {
    const place = details.span ? placeOf(details.span) : ''
    const hint = details.hint ? `\nhint: ${details.hint}` : ''
    super(`${summary}${place}${hint}`, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.brand
    this.code = code
    this.summary = summary
    this.span = details.span
    this.hint = details.hint
    this.data = details.data
    const names: string[] = []
    for (let at: unknown = new.target; typeof at === 'function' && 'brand' in at; at = Object.getPrototypeOf(at))
      names.push(String(at.brand))
    Object.defineProperty(this, brands, { value: names, enumerable: false })
    quiet(this, 'summary', 'span', 'hint', 'data')
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
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter((one) => one.severity === 'error')
    const first = errors[0] ?? diagnostics[0]!
    const rest = errors
      .slice(1)
      .map((one) => `\n\n${one.message}${one.span ? placeOf(one.span) : ''}${one.hint ? `\nhint: ${one.hint}` : ''}`)
    super(first.code, first.message, { span: first.span, hint: first.hint, data: first.data })
    if (rest.length > 0) this.message += rest.join('')
    this.diagnostics = diagnostics
    quiet(this, 'diagnostics')
  }
}

/** An argument of the API that can't be meant: an unknown model, an undefined actor … */
export class ArgumentError extends ArcturusError {
  static override readonly brand: string = 'ArgumentError'
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
  constructor(summary = 'You may not do this.') {
    super('forbidden', summary, 403)
  }
}
