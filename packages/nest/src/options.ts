import type { Actor as RegisteredActor } from '@arcturus/core'
import type { Authority, EnforcementOptions, RouteOptions } from '@arcturus/web'
import type { ExecutionContext, ModuleMetadata, Type } from '@nestjs/common'

/**
 * The parameters of a call: of the path of a route, the arguments of a resolver, or the data of a
 * message. Values of a path are texts: `Number(id)`.
 */
export type Parameters = Readonly<Record<string, unknown>>

/**
 * Loads the row of a call. Returns `undefined` or `null` if there is none.
 *
 * @param parameters - Who sends the call chooses them: a loader treats them as any input.
 * @example
 * ({ id }) => prisma.document.findUnique({ where: { id: Number(id) } })
 */
// biome-ignore lint/suspicious/noExplicitAny: the type of a request belongs to the platform
export type Load<Row = unknown> = (parameters: Parameters, request: any, context: ExecutionContext) => Row

/** A provider that loads rows: `@Injectable() class DocumentLoader implements ResourceLoader`. */
export interface ResourceLoader<Row = unknown> {
  load: Load<Row>
}

/** A function that loads a row, or the class of a provider that does. */
export type Loading = Load | Type<ResourceLoader>

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

/** The authorizer, the actor of a request, and how denials are answered and reported. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export interface ArcturusModuleOptions<Request extends object = any>
  extends EnforcementOptions<Request, RegisteredActor> {
  // biome-ignore lint/suspicious/noExplicitAny: of any policy; `nestAuthorization` has the names of another one
  readonly authorizer: Authority<any>
  /**
   * How the rows of models are loaded, by the name of the model: `@Authorize('read', Document)` uses
   * the loader of `Document`. By default none.
   */
  readonly loaders?: Readonly<Record<string, Loading>> | undefined
  /**
   * The keys of the metadata by which decorators of other transports mark handlers that Nest runs with
   * interceptors: `['RABBIT_HANDLER']`. `@Authorize` on any other method is an error. By default none.
   */
  readonly handlers?: readonly (string | symbol)[] | undefined
  /**
   * Returns the request of a call, which `actor` gets. By default the request of a route, `req` or
   * `request` of a resolver's context, and the client of a gateway.
   */
  readonly request?: ((context: ExecutionContext) => Request) | undefined
}

/** The options of `ArcturusModule.forRootAsync`, as other modules of NestJS have them. */
export interface ArcturusModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** The tokens of the providers that `useFactory` gets. Default: none. */
  readonly inject?: readonly (Type | string | symbol)[] | undefined
  // biome-ignore lint/suspicious/noExplicitAny: the providers of `inject`
  readonly useFactory: (...providers: any[]) => ArcturusModuleOptions | Promise<ArcturusModuleOptions>
}
