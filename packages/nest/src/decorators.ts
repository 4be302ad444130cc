import type { Action, ActionOn, ModelName, Actor as PolicyActor, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import { ArgumentError } from '@arcturus/core/internal/web'
import { assertReason, type Loaded, type RequestAuthorization } from '@arcturus/web'
import { createParamDecorator, SetMetadata, type Type } from '@nestjs/common'
import { current } from './current.js'
import { authorizeKey, type Declaration, reasonKey } from './declarations.js'
import type { AuthorizeOptions, Load, ResourceLoader } from './options.js'
import { internalError } from './reply.js'

/** A decorator of a handler, or of a class for all of its handlers. */
export type HandlerDecorator = MethodDecorator & ClassDecorator

/** The rows of a class: its own, or those that a provider of it loads. */
type LoadedBy<Row> = Row extends ResourceLoader<infer Other> ? Other : Row

/** The decorator `@Authorize`, with the names of a policy. */
export interface AuthorizeDecorator<P extends PolicyTypes = RegisteredPolicy> {
  <Name extends ModelName<P>>(action: Action<Name, P>, model: Name): HandlerDecorator
  <Row>(
    action: ActionOn<Loaded<LoadedBy<Row>>, P>,
    subject: Type<Row> | Load<Row>,
    options?: AuthorizeOptions,
  ): HandlerDecorator
}

/**
 * Lets a handler run only if the actor may do the action on the row that is loaded for the call,
 * which is its `@Resource()`. Otherwise it throws an error with a `status`:
 * - 401 for anonymous users,
 * - 404 if the row is missing or the actor may not see it,
 * - 403 if the actor may see it but not do the action.
 *
 * On a class it concerns each handler, before the handler's own.
 *
 * @param subject - The class of a model that has a loader among the module's `loaders`; a function
 * that loads the row; or the class of a provider that does.
 *
 * With the name of a model no row is loaded. The handler runs if the actor may do the action on some
 * possible row, and it must decide itself unless the actor may do it on every row.
 * @throws {ArgumentError} When the application starts: the action or the subject is no such thing.
 * @example
 * @Get(':id') @Authorize('read', Document)
 * show(@Resource() document: Document) { return document }
 */
export const Authorize: AuthorizeDecorator = declaring

function declaring(action: Action, subject: Declaration['subject'], options: AuthorizeOptions = {}): HandlerDecorator {
  return (target: object, _name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const declared: object = descriptor ? descriptor.value : target
    // Decorators run from the last to the first; the checks run in the order of the text.
    const others: readonly Declaration[] = Reflect.getOwnMetadata(authorizeKey, declared) ?? []
    Reflect.defineMetadata(authorizeKey, [{ action, subject, options }, ...others], declared)
  }
}

/**
 * Exempts a handler, or all handlers of a class, from the guard.
 *
 * @param reason - Why the answers are public, for readers of the code.
 * @throws {ArgumentError} The reason is missing.
 * @example
 * @Get('health') @Unguarded('liveness')
 * health() { return 'well' }
 */
export function Unguarded(reason: string): HandlerDecorator {
  assertReason(reason)
  return SetMetadata(reasonKey, reason)
}

/**
 * Returns the authorization of the current call: its actor, its resource and its questions. For
 * services; handlers have the decorators.
 *
 * @throws {Error} No handler runs, or only the guards before it. Its message is for clients; its cause, which is logged, says why.
 * @example
 * await authorization().authorize('publish', document)
 */
export function authorization<Row = unknown>(): RequestAuthorization<Row, PolicyActor> {
  const known = current.getStore()?.enforcement.authorization
  // Sound: as `RequestAuthorization.resource`; the caller names the type of the loaded row.
  if (known) return known as RequestAuthorization<Row, PolicyActor>
  const hint =
    "call it in a handler, or in what a handler calls; guards run before it; a @ResolveField needs fieldResolverEnhancers: ['guards', 'interceptors'] in the options of GraphQLModule"
  // GraphQL sends messages to clients.
  throw internalError(
    new ArgumentError('invalid-argument', 'There is no authorization outside of a handler.', { hint }),
  )
}

/** A parameter of a handler: the row that its last `@Authorize` loaded and allowed. */
export const Resource: () => ParameterDecorator = createParamDecorator(() => authorization().resource)

/** A parameter of a handler: the actor of the call, or `null` if it is anonymous. */
export const Actor: () => ParameterDecorator = createParamDecorator(() => authorization().actor)

/** A parameter of a handler: the authorization of the call, as `authorization()` returns it. */
export const Authorization: () => ParameterDecorator = createParamDecorator(() => authorization())

/** `@Authorize` and `authorization()`, with the names of a policy. */
export interface NestAuthorization<P extends PolicyTypes> {
  readonly Authorize: AuthorizeDecorator<P>
  readonly authorization: <Row = unknown>() => RequestAuthorization<Row, PolicyActor, P>
}

/**
 * Returns `@Authorize` and `authorization()` for an application with another policy than the registered one.
 *
 * @typeParam P - The types that `arcturus types --name BillingPolicy --no-register` writes.
 * @example
 * export const { Authorize, authorization } = nestAuthorization<BillingPolicy>()
 */
export function nestAuthorization<P extends PolicyTypes = RegisteredPolicy>(): NestAuthorization<P> {
  // Sound: the names of policies exist in types only.
  return { Authorize: declaring, authorization: authorization as NestAuthorization<P>['authorization'] }
}
