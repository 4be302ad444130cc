import { AsyncLocalStorage } from 'node:async_hooks'
import type { Actor as RegisteredActor } from '@arcturus/core'
import {
  ArgumentError,
  assertActor,
  assertAuthorizer,
  assertRoute,
  type Enforcement,
  Enforcements,
  own,
} from '@arcturus/core/framework'
import type { ExecutionContext, Type } from '@nestjs/common'
import { type DiscoveryService, MetadataScanner, type ModuleRef } from '@nestjs/core'
import { type Call, callOf, routed } from './call.js'
import { type Declaration, declarationsOf, isLoaderClass, reasonOf, runWith } from './decorators.js'
import type { ArcturusModuleOptions, Load, ResourceLoader } from './options.js'
import { holdReply, makePrivate } from './reply.js'

/** A call whose enforcement has begun. */
export interface Entered {
  readonly enforcement: Enforcement<object, RegisteredActor>
  /** The handler that the request entered last: on Express it can pass through several. */
  handler: unknown
}

/** The calls of one application. */
export class Serving {
  readonly options: ArcturusModuleOptions
  readonly #enforcements: Enforcements<object, RegisteredActor>
  readonly #providers: ModuleRef
  readonly #key = Symbol('arcturus.entered')

  /** @throws {ArgumentError} The authorizer or the `actor` function is missing. */
  constructor(given: ArcturusModuleOptions, providers: ModuleRef) {
    assertAuthorizer('ArcturusModule.forRoot', given?.authorizer)
    assertActor('ArcturusModule.forRoot', given)
    const options = own(given)
    const reasons = options.reasons ?? process.env['NODE_ENV'] === 'development'
    this.options = options
    this.#providers = providers
    this.#enforcements = new Enforcements(options.authorizer, { ...options, reasons }, new AsyncLocalStorage(), {
      routed,
      requestId,
    })
  }

  /**
   * Begins the enforcement of a call, or finds it, and arms its guard. From then on its answer needs
   * a decision.
   */
  enter(context: ExecutionContext): { readonly call: Call; readonly entered: Entered } {
    const call = callOf(context, this.options.request)
    const entered = this.#entered(call)
    entered.handler = context.getHandler()
    if (!call.isPart) entered.enforcement.guard.arm()
    return { call, entered }
  }

  #entered(call: Call): Entered {
    // Sound: no other code has the symbol.
    const known = Reflect.get(call.key, this.#key) as Entered | undefined
    if (known) return known
    const { kind, request, method, reply } = call
    const isWhole = kind === 'http' && reply
    const enforcement = this.#enforcements.begin(request, method, () => {
      if (reply && !isWhole) makePrivate(reply)
    })
    const entered: Entered = { enforcement, handler: undefined }
    Reflect.set(call.key, this.#key, entered)
    if (isWhole) holdReply(reply, call, enforcement)
    return entered
  }

  /** Runs a call's work, so that the application's questions count for it. */
  run<Result>({ enforcement }: Entered, work: () => Result): Result {
    return this.#enforcements.run(enforcement, () => runWith(enforcement.authorization, work))
  }

  /**
   * Asks what the handler and its class declare.
   *
   * @throws {AuthorizationError} The actor may not.
   */
  async ask(context: ExecutionContext, call: Call, { enforcement }: Entered, covers: () => boolean): Promise<void> {
    const handler = context.getHandler()
    const { kind, request, parameters } = call
    // A message has neither a method nor a path.
    const isRequest = kind === 'http' || (kind === 'graphql' && 'method' in request)
    const denied = isRequest && !call.isPart ? await enforcement.arm() : await enforcement.identify()
    if (denied) throw denied.error
    const reason = reasonOf(handler) ?? reasonOf(context.getClass())
    if (reason !== undefined) enforcement.open(reason, covers)
    for (const declaration of [...declarationsOf(context.getClass()), ...declarationsOf(handler)]) {
      const { action, subject, options } = declaration
      const load = this.#loadOf(subject)
      const { model, patch } = options
      const denial = await enforcement.enforce(
        action,
        typeof load === 'string' ? load : () => load(parameters, request, context),
        { model, patch: patch && (() => patch(parameters, request)), route: declaration },
      )
      if (denial) throw denial.error
    }
  }

  /**
   * Asserts the declarations of all controllers, resolvers and gateways.
   *
   * @throws {ArgumentError} An action, a subject or an option is wrong.
   */
  assertDeclarations(discovery: DiscoveryService): void {
    const scanner = new MetadataScanner()
    for (const { instance, metatype } of [...discovery.getControllers(), ...discovery.getProviders()]) {
      const prototype: unknown = instance ? Object.getPrototypeOf(instance) : metatype?.prototype
      if (typeof prototype !== 'object' || prototype === null) continue
      const handlers = scanner.getAllMethodNames(prototype).map((name): unknown => Reflect.get(prototype, name))
      for (const declared of [prototype.constructor, ...handlers])
        for (const { action, subject, options } of declarationsOf(declared))
          assertRoute(this.options.authorizer, action, this.#loadOf(subject), options)
    }
  }

  /** Returns the model that a declaration names; undefined if only its loader knows it. */
  modelOf({ subject, options }: Declaration): string | undefined {
    return options.model ?? this.options.authorizer.schema.modelOfClass(subject)?.name
  }

  /** Returns the function that loads the row of a declaration, or the name of its model. */
  #loadOf(subject: Declaration['subject']): Load | string {
    if (typeof subject !== 'function') return subject
    if (isLoaderClass(subject)) return this.#loadOfProvider(subject)
    const model = this.options.authorizer.schema.modelOfClass(subject)?.name
    if (model === undefined && /^class\b/.test(String(subject))) return needLoader(subject.name)
    // Sound: a function that is no class was declared as a loader.
    if (model === undefined) return subject as Load
    const { loaders = {} } = this.options
    const loading = Object.hasOwn(loaders, model) ? loaders[model] : undefined
    if (typeof loading !== 'function') return needLoader(model)
    return isLoaderClass(loading) ? this.#loadOfProvider(loading) : (loading as Load)
  }

  #loadOfProvider(provider: Type<ResourceLoader>): Load {
    const loader = this.#providers.get(provider, { strict: false })
    return (...parameters) => loader.load(...parameters)
  }
}

function needLoader(model: string): never {
  throw new ArgumentError('invalid-argument', `There is no loader of ${model}.`, {
    hint: `ArcturusModule.forRoot({ …, loaders: { ${model}: ({ id }) => find(id) } })`,
  })
}

/** Returns the identifier that Fastify or a logger gave a request, or else that of its header. */
function requestId(request: object): unknown {
  const headers: unknown = Reflect.get(request, 'headers')
  return (
    Reflect.get(request, 'id') ??
    (Object(headers) === headers ? Reflect.get(Object(headers), 'x-request-id') : undefined)
  )
}
