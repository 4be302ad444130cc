import { ArgumentError } from '@arcturus/core'
import {
  type Authority,
  assertReason,
  assertRoute,
  type Loader,
  own,
  type RouteOptions,
} from '@arcturus/core/framework'

/** Declares a handler or action as public. */
export class Unguarded {
  readonly reason: string

  /** @throws {ArgumentError} The reason is missing. */
  constructor(reason: string) {
    assertReason(reason)
    this.reason = reason
  }
}

/** The declared protection of a handler or an action. */
export type Protection =
  | { readonly kind: 'handler' }
  | { readonly kind: 'unguarded'; readonly reason: string }
  | {
      readonly kind: 'subject'
      readonly action: string
      readonly subject: Loader | string
      readonly options: RouteOptions
    }

/** Returns the options of a protected route for one call of its handler. */
export function enforceOptions(
  protection: Extract<Protection, { readonly kind: 'subject' }>,
  args: readonly unknown[],
): RouteOptions & { readonly route: object } {
  const { patch, ...options } = protection.options
  return own({ ...options, ...(patch && { patch: () => patch(...args) }), route: protection })
}

/** The arguments after a handler: none, `unguarded(reason)`, or an action and a loader or model. */
export type Declared = [] | [Unguarded] | [action: string, subject: Loader | string, options?: RouteOptions]

/**
 * Returns the protection that the arguments declare.
 * @throws {ArgumentError} The handler or the arguments are invalid.
 */
export function protectionOf(authorizer: Authority, handler: unknown, declared: Declared): Protection {
  assertHandler(handler)
  const [first, subject, options = {}] = declared
  if (first === undefined && declared.length === 0) return { kind: 'handler' }
  if (first instanceof Unguarded) return { kind: 'unguarded', reason: first.reason }
  assertOptions(options)
  assertRoute(authorizer, first, subject, options)
  // Sound: `assertRoute` accepted a string, and a function or string.
  return { kind: 'subject', action: first as string, subject: subject as Loader | string, options: own(options) }
}

function assertHandler(handler: unknown): void {
  if (typeof handler === 'function') return
  throw new ArgumentError('invalid-argument', 'The first argument must be a function.', {
    hint: "pass the handler first: withAuthorization(handler, 'read', findDocument)",
  })
}

function assertOptions(options: unknown): void {
  if (typeof options === 'object' && options !== null) return
  throw new ArgumentError('invalid-argument', 'The options must be an object.', {
    hint: "pass an object such as { model: 'Document' }",
  })
}
