import { modelNamed } from '../authorizer/arguments.js'
import { ArgumentError } from '../errors.js'
import type { Authority } from './authority.js'

/** What `authorize(action, loader)` can be told beside. */
export interface RouteOptions {
  /** The model of the row, where the row itself does not tell: a plain object that no extended client gave. */
  readonly model?: string | undefined
}

/**
 * Holds a framework to an authorizer.
 *
 * @param made - The function that makes the middleware, for the message.
 * @throws {ArgumentError} There is none.
 */
export function assertAuthorizer(made: string, authorizer: Partial<Authority> | null | undefined): void {
  if (typeof authorizer?.observe === 'function') return
  throw new ArgumentError('invalid-argument', `${made} needs an authorizer as its first argument.`, {
    hint: `${made}(new Authorizer(), { actor: (request) => request.user })`,
  })
}

/**
 * Holds a framework's options to having somebody who asks; types are no help in JavaScript, and nobody is no default.
 *
 * @param made - The function that makes the middleware, for the message.
 * @throws {ArgumentError} There is no `actor` function.
 */
export function assertActor(made: string, options: { readonly actor: unknown } | undefined): void {
  if (typeof options?.actor === 'function') return
  throw new ArgumentError('invalid-argument', `${made}: \`actor\` must be a function that returns the current user.`, {
    hint: `${made}(authorizer, { actor: (request) => request.user })`,
  })
}

/**
 * Holds a guarded route to its action and its loader or model when it is declared, not when it is first visited.
 *
 * @throws {ArgumentError} One of them is missing, or nobody registered the model by then.
 */
export function assertRoute(authority: Authority, action: unknown, subject: unknown, options: unknown = {}): void {
  assertRouteOptions(options)
  const isAction = typeof action === 'string' && action !== ''
  if (isAction && typeof subject === 'string') modelNamed(authority.schema, subject)
  else if (!isAction || typeof subject !== 'function') {
    const summary = 'authorize needs an action and a loader or model name, or no arguments.'
    throw new ArgumentError('invalid-argument', summary, { hint: "authorize('read', findDocument)" })
  }
}

function assertRouteOptions(options: unknown): void {
  const model: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'model') : null
  if (model === undefined || typeof model === 'string') return
  throw new ArgumentError('invalid-argument', 'The options of a route must be an object whose `model` is a string.', {
    hint: "authorize('read', findDocument, { model: 'Document' })",
  })
}

/**
 * Holds a route that is for everybody to its reason.
 *
 * @throws {ArgumentError} There is none.
 */
export function assertReason(reason: unknown): void {
  if (typeof reason === 'string' && reason.trim() !== '') return
  throw new ArgumentError('invalid-argument', 'unguarded needs a reason why the route is public.', {
    hint: "unguarded('liveness')",
  })
}
