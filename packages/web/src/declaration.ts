import { engineOf, invalidArgument, modelNamed, own } from '@arcturus/core/internal/web'
import type { Authority } from './authority.js'
import type { Loader } from './requestAuthorization.js'
import { authorizeMark, markRoute } from './routeMark.js'

/** The options of `authorize(action, loader)`. */
// biome-ignore lint/suspicious/noExplicitAny: no other parameters accept every function
export interface RouteOptions<Parameters extends readonly unknown[] = any[]> {
  /**
   * Returns the data of a change of the row, such as the body of the request: `(request) => request.body`. The actor must
   * be allowed the action on the row before and after the change. The data to write are then
   * `request.authorization.data`.
   */
  readonly patch?: ((...parameters: Parameters) => unknown) | undefined
  /**
   * The model of the row. It is needed for a plain object that does not come from an extended
   * client.
   */
  readonly model?: string | undefined
}

/** The arguments of `authorize` on a route. */
export type RouteDeclaration = [action: string, subject: Loader | string, options?: RouteOptions]

/**
 * Returns a guarded route's middleware with its mark for `arcturus routes`.
 *
 * @throws {ArgumentError} The declaration is invalid; see `assertRoute`.
 */
export function guardedRoute<Middleware extends object>(
  authority: Authority,
  declaration: RouteDeclaration,
  middleware: Middleware,
): Middleware {
  assertRoute(authority, ...declaration)
  return markRoute(middleware, authorizeMark(...declaration))
}

/**
 * Returns a public route's middleware with its mark for `arcturus routes`.
 *
 * @param handlers - The handlers that alone are public. Default: those behind.
 * @param example - A handler of the framework, for the hint.
 * @throws {ArgumentError} The reason is missing, or a handler is no function.
 */
export function publicRoute<Middleware extends object>(
  middleware: Middleware,
  reason: string,
  handlers: readonly unknown[] = [],
  example = 'handler',
): Middleware {
  assertReason(reason)
  if (handlers.some((handler) => typeof handler !== 'function'))
    throw invalidArgument('The second argument of unguarded must be a handler.', {
      hint: `unguarded('styles', ${example})`,
    })
  return markRoute(middleware, { kind: 'unguarded', reason, ...(handlers.length > 0 && { handlers }) })
}

/**
 * Asserts that a framework got an authorizer.
 *
 * @param made - The function that creates the middleware, for the message.
 * @throws {ArgumentError} `authorizer` is not an authorizer.
 */
export function assertAuthorizer(made: string, authorizer: Partial<Authority> | null | undefined): void {
  if (authorizer && engineOf(authorizer)) return
  throw invalidArgument(`${made} needs an authorizer as its first argument.`, {
    hint: `${made}(new Authorizer(), { actor: (request) => request.user })`,
  })
}

/**
 * Asserts that a framework's options have an `actor` function. JavaScript has no types to check it,
 * and there is no default.
 *
 * @param made - The function that creates the middleware, for the message.
 * @throws {ArgumentError} The `actor` function is missing.
 */
export function assertActor(made: string, options: { readonly actor: unknown } | undefined): void {
  if (typeof options?.actor === 'function') return
  throw invalidArgument(`${made}: \`actor\` must be a function that returns the current user.`, {
    hint: `${made}(authorizer, { actor: (request) => request.user })`,
  })
}

/**
 * Asserts the arguments of a guarded route when it is declared, before its first request.
 *
 * @throws {ArgumentError} The action, or the loader or model, is missing; the model is not registered
 * by then; or the policy names no such action. If no policy is loaded yet, its load fails instead.
 */
export function assertRoute(authority: Authority, action: unknown, subject: unknown, given: unknown = {}): void {
  const options = typeof given === 'object' && given !== null ? own(given) : given
  assertRouteOptions(options, subject)
  const isAction = typeof action === 'string' && action !== ''
  if (isAction && typeof subject === 'string') modelNamed(authority.schema, subject)
  else if (!isAction || typeof subject !== 'function') {
    const summary = 'authorize needs an action and a loader or model name, or no arguments.'
    throw invalidArgument(summary, { hint: "authorize('read', findDocument)" })
  }
  authority.needAction(action, typeof subject === 'string' ? subject : modelOf(options))
}

function modelOf(options: unknown): string | undefined {
  const model: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'model') : undefined
  return typeof model === 'string' ? model : undefined
}

function assertRouteOptions(options: unknown, subject: unknown): void {
  const patch: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'patch') : undefined
  if (patch !== undefined && (typeof patch !== 'function' || typeof subject === 'string'))
    throw invalidArgument('`patch` must be a function, on a route that loads a row.', {
      hint: "authorize('update', findDocument, { patch: (request) => request.body })",
    })
  const model: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'model') : null
  if (model === undefined || typeof model === 'string') return
  throw invalidArgument('The options of a route must be an object whose `model` is a string.', {
    hint: "authorize('read', findDocument, { model: 'Document' })",
  })
}

/**
 * Asserts that a public route has a reason.
 *
 * @throws {ArgumentError} The reason is missing or blank.
 */
export function assertReason(reason: unknown): void {
  if (typeof reason === 'string' && reason.trim() !== '') return
  throw invalidArgument('unguarded needs a reason why the route is public.', { hint: "unguarded('liveness')" })
}
