import { ArgumentError } from '@arcturus/core'
import { type Authority, assertReason, assertRoute, type Loader, type RouteOptions } from '@arcturus/core/framework'

/** Says that a handler or action is for everybody. */
export class Unguarded {
  readonly reason: string

  /** @throws {ArgumentError} There is no reason. */
  constructor(reason: string) {
    assertReason(reason)
    this.reason = reason
  }
}

/** What guards a handler or an action, as it is declared behind it. */
export type Protection =
  | { readonly kind: 'handler' }
  | { readonly kind: 'unguarded'; readonly reason: string }
  | {
      readonly kind: 'subject'
      readonly action: string
      readonly subject: Loader | string
      readonly options: RouteOptions
    }

/** What can stand behind a handler: nothing, what says that it is for everybody, or an action and a loader or model. */
export type Declared = [] | [Unguarded] | [action: string, subject: Loader | string, options?: RouteOptions]

/** @throws {ArgumentError} It can't be meant. */
export function protectionOf(authorizer: Authority, handler: unknown, declared: Declared): Protection {
  assertHandler(handler)
  const [first, subject, options = {}] = declared
  if (first === undefined && declared.length === 0) return { kind: 'handler' }
  if (first instanceof Unguarded) return { kind: 'unguarded', reason: first.reason }
  assertRoute(authorizer, first, subject)
  assertOptions(options)
  // Sound: `assertRoute` let pass a text, and a function or text.
  return { kind: 'subject', action: first as string, subject: subject as Loader | string, options }
}

function assertHandler(handler: unknown): void {
  if (typeof handler === 'function') return
  throw new ArgumentError('invalid-argument', 'What is guarded is a function, and comes first.', {
    hint: "withAuthorization(handler, 'read', findDocument)",
  })
}

function assertOptions(options: unknown): void {
  if (typeof options === 'object' && options !== null) return
  throw new ArgumentError('invalid-argument', 'The options are an object.', { hint: "{ model: 'Document' }" })
}
