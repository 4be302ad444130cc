import { AsyncLocalStorage } from 'node:async_hooks'
import type {
  Action,
  ActionOn,
  ModelName,
  PolicyTypes,
  Actor as RegisteredActor,
  RegisteredPolicy,
} from '@arcturus/core'
import {
  ArgumentError,
  assertReason,
  type Loaded,
  type RequestAuthorization,
  type RouteOptions,
} from '@arcturus/core/framework'
import { createParamDecorator, SetMetadata, type Type } from '@nestjs/common'
import type { Load, Loading, Parameters, ResourceLoader } from './options.js'

/** A decorator of a handler, or of a class for all of its handlers. */
export type HandlerDecorator = MethodDecorator & ClassDecorator

/** The options of `@Authorize(action, subject)`. */
export interface AuthorizeOptions extends Pick<RouteOptions, 'model'> {
  /**
   * Returns the data of a change of the row: `(_, request) => request.body` on a route. The actor
   * must be allowed the action on the row before and after the change. The data to write are then
   * `authorization().data`.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the type of a request belongs to the platform
  readonly patch?: ((parameters: Parameters, request: any) => unknown) | undefined
}

/** An `@Authorize` of a handler. */
export interface Declaration {
  readonly action: Action
  /** The name of a model, the class of a model or of a loader, or a function that loads. */
  readonly subject: string | Type | Loading
  readonly options: AuthorizeOptions
}

/** The rows of a class: its own, or those that a provider of it loads. */
type LoadedBy<Row> = Row extends ResourceLoader<infer Other> ? Other : Row

/** The keys under which a handler or its class keeps its declarations. */
const declarationsKey = 'arcturus:authorize'
const reasonKey = 'arcturus:unguarded'

/** Returns what `@Authorize` declares for a handler or a class. */
export function declarationsOf(declared: unknown): readonly Declaration[] {
  return typeof declared === 'function' ? (Reflect.getMetadata(declarationsKey, declared) ?? []) : []
}

/** Returns the reason of `@Unguarded` for a handler or a class. */
export function reasonOf(declared: object): string | undefined {
  return Reflect.getMetadata(reasonKey, declared)
}

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
export const Authorize: AuthorizeDecorator = declareAction

function declareAction(
  action: Action,
  subject: Declaration['subject'],
  options: AuthorizeOptions = {},
): HandlerDecorator {
  return (target: object, _name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const declared: object = descriptor ? descriptor.value : target
    // Decorators run from the last to the first; the checks run in the order of the text.
    const others: readonly Declaration[] = Reflect.getOwnMetadata(declarationsKey, declared) ?? []
    Reflect.defineMetadata(declarationsKey, [{ action, subject, options }, ...others], declared)
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

const current = new AsyncLocalStorage<RequestAuthorization<unknown, RegisteredActor>>()

/** Runs a handler as part of a call. */
export function runWith<Result>(
  authorization: RequestAuthorization<unknown, RegisteredActor>,
  work: () => Result,
): Result {
  return current.run(authorization, work)
}

/**
 * Returns the authorization of the current call: its actor, its resource and its questions. For
 * services; handlers have the decorators.
 *
 * @throws {ArgumentError} No handler runs, or only the guards before it.
 * @example
 * await authorization().authorize('publish', document)
 */
export function authorization<Row = unknown>(): RequestAuthorization<Row, RegisteredActor> {
  const known = current.getStore()
  if (!known)
    throw new ArgumentError('invalid-argument', 'There is no authorization outside of a handler.', {
      hint: 'call it in a handler, or in what a handler calls; guards run before it',
    })
  // Sound: as `RequestAuthorization.resource`; the caller names the type of the loaded row.
  return known as RequestAuthorization<Row, RegisteredActor>
}

/** A parameter of a handler: the row that its last `@Authorize` loaded and allowed. */
export const Resource: () => ParameterDecorator = createParamDecorator(() => authorization().resource)

/** A parameter of a handler: the actor of the call, or `null` if it is anonymous. */
export const Actor: () => ParameterDecorator = createParamDecorator(() => authorization().actor)

/** A parameter of a handler: the authorization of the call, as `authorization()` returns it. */
export const Authorization: () => ParameterDecorator = createParamDecorator(() => authorization())

/** Returns whether a class is one of a provider that loads rows. */
export function isLoaderClass(subject: unknown): subject is Type<{ load: Load }> {
  return typeof subject === 'function' && typeof subject.prototype?.load === 'function'
}

/** `@Authorize` and `authorization()`, with the names of a policy. */
export interface NestAuthorization<P extends PolicyTypes> {
  readonly Authorize: AuthorizeDecorator<P>
  readonly authorization: <Row = unknown>() => RequestAuthorization<Row, RegisteredActor, P>
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
  return { Authorize: declareAction, authorization: authorization as NestAuthorization<P>['authorization'] }
}
