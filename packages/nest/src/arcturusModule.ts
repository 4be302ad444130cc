import { Authorizer } from '@arcturus/core'
import { routesToken } from '@arcturus/web/internal/routes'
import { type DynamicModule, Module, type Provider } from '@nestjs/common'
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core'
import { Enforcer, optionsToken } from './enforcer.js'
import type { ArcturusModuleAsyncOptions, ArcturusModuleOptions } from './options.js'
import type { Application } from './routes.js'

/**
 * Guards an application of NestJS: its controllers, its resolvers of GraphQL and its gateways, on
 * Express and on Fastify.
 *
 * From then on, an answer without an authorization decision becomes an error. A decision is an
 * `@Authorize(action, subject)`, a check, or a filter that was built. `@Unguarded(reason)` exempts a
 * handler.
 *
 * The module is global, and the authorizer can be injected: `constructor(authorizer: Authorizer)`.
 */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a module of NestJS is a class
export class ArcturusModule {
  /**
   * Returns the module of an authorizer.
   *
   * @throws {ArgumentError} When the application starts: the authorizer or the `actor` function is
   * missing, or a declaration of a handler is wrong.
   * @example
   * ArcturusModule.forRoot({
   *   authorizer,
   *   actor: (request) => request.user,
   *   loaders: { Document: ({ id }) => findDocument(Number(id)) },
   * })
   */
  static forRoot(options: ArcturusModuleOptions): DynamicModule {
    return moduleOf({ provide: optionsToken, useValue: options }, [])
  }

  /**
   * Returns the module with options that providers make.
   *
   * @throws {ArgumentError} As `forRoot`.
   * @example
   * ArcturusModule.forRootAsync({
   *   imports: [DatabaseModule],
   *   inject: [Database],
   *   useFactory: (database: Database) => ({
   *     authorizer: createAuthorizer(),
   *     actor: (request) => request.user,
   *     loaders: { Document: ({ id }) => database.document(Number(id)) },
   *   }),
   * })
   */
  static forRootAsync({ imports = [], inject = [], useFactory }: ArcturusModuleAsyncOptions): DynamicModule {
    return moduleOf({ provide: optionsToken, inject: [...inject], useFactory }, imports)
  }
}

function moduleOf(options: Provider, imports: NonNullable<ArcturusModuleAsyncOptions['imports']>): DynamicModule {
  return {
    module: ArcturusModule,
    global: true,
    imports: [DiscoveryModule, ...imports],
    providers: [
      options,
      Enforcer,
      { provide: Authorizer, inject: [optionsToken], useFactory: (given: ArcturusModuleOptions) => given?.authorizer },
      {
        provide: routesToken,
        inject: [Enforcer],
        useFactory: (enforcer: Enforcer) => async (app: Application) => {
          enforcer.onModuleInit()
          // Loaded for the command alone.
          return (await import('./routes.js')).routesOf(app, enforcer.options.authorizer)
        },
      },
      { provide: APP_GUARD, useExisting: Enforcer },
      { provide: APP_INTERCEPTOR, useExisting: Enforcer },
      { provide: APP_FILTER, useExisting: Enforcer },
    ],
    exports: [Authorizer, routesToken],
  }
}
