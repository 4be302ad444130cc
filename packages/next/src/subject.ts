import { ArgumentError, own } from '@arcturus/core/internal/web'
import {
  type Authority,
  assertReason,
  assertRoute,
  authorizeMark,
  type Enforcement,
  type Loader,
  markRoute,
  type RouteOptions,
} from '@arcturus/web'

/** Declares a handler or action as public. */
export class Unguarded {
  readonly reason: string

  /** @throws {ArgumentError} The reason is missing. */
  constructor(reason: string) {
    assertReason(reason)
    this.reason = reason
  }
}

/** Declares a handler or an action as public. */
export interface Unguard {
  /**
   * Returns the declaration, for the second argument of `withAuthorization` or `serverAction`.
   *
   * @param reason - Why it is public, for readers of the code.
   * @throws {ArgumentError} The reason is missing.
   */
  (reason: string): Unguarded
  /**
   * Returns a handler or an action that needs no authorization, such as one that signs users in, as it is. `arcturus routes` lists
   * the reason.
   *
   * @throws {ArgumentError} The reason is missing.
   * @example
   * export const signOut = unguarded('ends the own session', async () => endSession())
   */
  <Handler extends (...args: never) => unknown>(reason: string, handler: Handler): Handler
}

export const unguarded = ((reason: string, handler?: () => unknown) => {
  const declared = new Unguarded(reason)
  return handler ? declaring(handler.bind(undefined), { kind: 'unguarded', reason }) : declared
  // Sound: the bound handler has the parameters and the result of the handler.
}) as Unguard

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

/** Marks a route with its declared protection, for `arcturus routes`. A handler that decides itself declares nothing. */
export function declaring<Route extends object>(route: Route, protection: Protection): Route {
  if (protection.kind === 'handler') return route
  if (protection.kind === 'unguarded') return markRoute(route, protection)
  return markRoute(route, authorizeMark(protection.action, protection.subject, protection.options))
}

/**
 * Asks what a handler or an action declares.
 *
 * @param hasPath - Whether `allow_request` is asked: an action has no path.
 * @param args - The arguments of the handler.
 * @throws {AuthorizationError} The actor may not.
 */
export async function enforceOn<Request, Actor>(
  enforcement: Enforcement<Request, Actor>,
  protection: Protection,
  hasPath: boolean,
  args: readonly unknown[],
): Promise<void> {
  enforcement.guard.arm()
  if (protection.kind === 'unguarded') enforcement.open(protection.reason)
  const refused = hasPath ? await enforcement.arm() : undefined
  if (refused) throw refused.error
  if (protection.kind !== 'subject') return hasPath ? undefined : enforcement.identify()
  const { action, subject } = protection
  const { patch, ...options } = protection.options
  const loader = typeof subject === 'string' ? subject : () => subject(...args)
  const asked = own({ ...options, ...(patch && { patch: () => patch(...args) }), route: protection })
  const denial = await enforcement.enforce(action, loader, asked)
  if (denial) throw denial.error
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
