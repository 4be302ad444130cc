import { Authorizer } from '@arcturus/core'
import { routesToken } from '@arcturus/core/framework'
import { type DynamicModule, Inject, Module, type OnModuleInit, type Provider } from '@nestjs/common'
import {
  APP_FILTER,
  APP_GUARD,
  APP_INTERCEPTOR,
  DiscoveryModule,
  DiscoveryService,
  HttpAdapterHost,
  ModuleRef,
} from '@nestjs/core'
import { Enforcer } from './enforcer.js'
import { ArcturusFilter } from './filter.js'
import type { ArcturusModuleAsyncOptions, ArcturusModuleOptions } from './options.js'
import type { Application } from './routes.js'
import { Serving } from './serving.js'

const optionsToken = Symbol('arcturus.options')

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
export class ArcturusModule implements OnModuleInit {
  readonly #serving: Serving
  readonly #discovery: DiscoveryService

  /** For NestJS. */
  constructor(@Inject(Serving) serving: Serving, @Inject(DiscoveryService) discovery: DiscoveryService) {
    this.#serving = serving
    this.#discovery = discovery
  }

  /** Asserts what handlers declare. */
  onModuleInit(): void {
    this.#serving.assertDeclarations(this.#discovery)
  }

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
      {
        provide: Serving,
        inject: [optionsToken, ModuleRef],
        useFactory: (given: ArcturusModuleOptions, providers: ModuleRef) => new Serving(given, providers),
      },
      { provide: Authorizer, inject: [Serving], useFactory: ({ options }: Serving) => options.authorizer },
      { provide: Enforcer, inject: [Serving], useFactory: (serving: Serving) => new Enforcer(serving) },
      {
        provide: routesToken,
        inject: [Serving],
        // Loaded for the command alone.
        useFactory: (serving: Serving) => async (app: Application) =>
          (await import('./routes.js')).routesOf(app, serving),
      },
      { provide: APP_GUARD, useExisting: Enforcer },
      { provide: APP_INTERCEPTOR, useExisting: Enforcer },
      {
        provide: APP_FILTER,
        inject: [Serving, HttpAdapterHost],
        useFactory: (serving: Serving, host: HttpAdapterHost) => new ArcturusFilter(serving.options, host),
      },
    ],
    exports: [Authorizer, routesToken],
  }
}
