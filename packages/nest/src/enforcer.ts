import { AsyncLocalStorage } from 'node:async_hooks'
import { type Actor, Authorizer } from '@arcturus/core'
import { ArcturusError, AuthorizationError, own } from '@arcturus/core/internal/web'
import { assertRoute, type Enforcement, Enforcements, requestId } from '@arcturus/web'
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  type ExecutionContext,
  Inject,
  type NestInterceptor,
  type OnModuleInit,
} from '@nestjs/common'
import { BaseExceptionFilter, DiscoveryService, ModuleRef } from '@nestjs/core'
import { catchError, defer, Observable, tap } from 'rxjs'
import { applyToMessages } from './applied.js'
import { type Call, callOf, routed } from './call.js'
import { current, type Entered } from './current.js'
import { assertAsked, declarationsOf, type Handler, handlersOf, loadOf, reasonOf } from './declarations.js'
import type { ArcturusModuleOptions, Parameters } from './options.js'
import { watchPipes } from './piped.js'
import { deny, holdReply, internalError, logger, makePrivate, markDenied } from './reply.js'

export const optionsToken: unique symbol = Symbol('arcturus.options')

/**
 * Asks what the handlers of an application declare, runs them, holds back answers that nothing was
 * decided for, and answers denials.
 */
@Catch(ArcturusError)
export class Enforcer extends BaseExceptionFilter implements CanActivate, NestInterceptor, OnModuleInit {
  readonly options: ArcturusModuleOptions
  readonly #enforcements: Enforcements<object, Actor>
  /** The property in which the key of a call keeps it, as the handler that runs entered it. */
  readonly #key = Symbol('arcturus.entered')
  /** The contexts of calls that are under way here: a handler can have this interceptor twice. */
  readonly #intercepted = new WeakSet<ExecutionContext>()

  /** @throws {ArgumentError} The authorizer or the `actor` function is missing. */
  constructor(
    @Inject(optionsToken) given: ArcturusModuleOptions,
    @Inject(Authorizer) authorizer: ArcturusModuleOptions['authorizer'],
    @Inject(ModuleRef) private readonly providers: ModuleRef,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
  ) {
    super()
    const hooks = { made: 'ArcturusModule.forRoot', routed, requestId }
    this.#enforcements = new Enforcements(authorizer, given, new AsyncLocalStorage(), hooks)
    this.options = { ...own(given), authorizer }
    applyToMessages(discovery.getControllers(), this)
    watchPipes(this.#handlers)
  }

  /**
   * Asserts what handlers declare.
   *
   * @throws {ArgumentError} An action, a subject or an option is wrong, or it would not be asked.
   */
  onModuleInit(): void {
    const handlers = this.#handlers
    for (const { action, subject, options } of handlers.flatMap(declarationsOf))
      assertRoute(this.options.authorizer, action, loadOf(subject, this.options, this.providers), options)
    assertAsked(handlers, this.discovery.getProviders(), this.options)
  }

  get #handlers(): readonly Handler[] {
    return handlersOf([...this.discovery.getControllers(), ...this.discovery.getProviders()])
  }

  /**
   * Arms the guard of each call before any other code of the application: an interceptor that answers
   * in the place of the handler, such as a cache, decides nothing. It asks nothing itself, because the
   * guards that sign users in may follow.
   */
  canActivate(context: ExecutionContext): boolean {
    this.#enter(context)
    return true
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (this.#intercepted.has(context)) return next.handle()
    this.#intercepted.add(context)
    const call = this.#enter(context)
    let isInside = true
    // Answers that exception filters make are guarded, and so are those of a later handler.
    const covers = (): boolean => isInside && this.#lastOf(call) === call
    const fail = (error: unknown): Observable<never> => {
      isInside = false
      return defer(async () => {
        throw await this.#answerable(call, error)
      })
    }
    try {
      return await this.#run(call, async () => {
        await this.#ask(call, covers)
        const answers = decided(call, next.handle())
        // Nest subscribes later, outside of this context, and a stream runs where it is subscribed to.
        return new Observable((subscriber) => this.#run(call, () => answers.subscribe(subscriber))).pipe(
          catchError(fail),
        )
      })
    } catch (error) {
      return fail(error)
    }
  }

  /** Answers a denial. Filters of the application come first. */
  override catch(error: ArcturusError, host: ArgumentsHost): void {
    if (host.getType<string>() !== 'http') throw error
    const http = host.switchToHttp()
    const isAnswered =
      error instanceof AuthorizationError && deny(http.getResponse(), error, http.getRequest(), this.options)
    if (!isAnswered) super.catch(error, host)
  }

  /**
   * Begins the enforcement of a call, or finds it: on Express, a request can pass through several
   * handlers. From then on its answer needs a decision.
   */
  #enter(context: ExecutionContext): Entered {
    const call = callOf(context, this.options.request)
    const enforcement = this.#lastOf(call)?.enforcement ?? this.#begin(call)
    if (!call.isPart) enforcement.guard.arm()
    const outer = current.getStore()
    const check = async (parameters: Parameters): Promise<void> => {
      // Another module may guard the same call.
      if (outer?.handler.method === call.handler.method) await outer.check(parameters)
      await this.#check(entered, parameters)
    }
    const entered: Entered = { ...call, enforcement, changed: {}, passed: 0, check }
    Reflect.set(call.key, this.#key, entered)
    return entered
  }

  /** Returns a call as it was entered last. */
  #lastOf({ key }: Call): Entered | undefined {
    // Sound: no other code has the symbol.
    return Reflect.get(key, this.#key) as Entered | undefined
  }

  #begin(call: Call): Enforcement<object, Actor> {
    const { context, request, method, reply, outerReply } = call
    const enforcement = this.#enforcements.begin(request, method, () => {
      if (outerReply) makePrivate(outerReply)
    })
    if (reply) holdReply(reply, enforcement)
    if (context.getType<string>() === 'ws') guardAcknowledgements(context.getArgs(), call.name, enforcement)
    return enforcement
  }

  /** Runs a call's work, so that the application's questions count for it. */
  #run<Result>(call: Entered, work: () => Result): Result {
    return this.#enforcements.run(call.enforcement, () => current.run(call, work))
  }

  /**
   * Asks what the handler and its class declare.
   *
   * @throws {AuthorizationError} The actor may not.
   */
  async #ask(call: Entered, covers: () => boolean): Promise<void> {
    const { enforcement, handler, parameters, isRequest } = call
    const denied = isRequest ? await enforcement.arm() : await enforcement.identify()
    if (denied) throw denied.error
    const reason = reasonOf(handler)
    if (reason !== undefined) enforcement.open(reason, covers)
    await this.#check(call, parameters)
  }

  /**
   * Checks the rows that parameters of a call name.
   *
   * @throws {AuthorizationError} The actor may not.
   */
  async #check({ context, enforcement, handler, request }: Entered, parameters: Parameters): Promise<void> {
    for (const declaration of declarationsOf(handler)) {
      const { action, subject, options } = declaration
      const load = loadOf(subject, this.options, this.providers)
      const { model, patch } = options
      const denial = await enforcement.enforce(
        action,
        typeof load === 'string' ? load : () => load(parameters, request, context),
        { model, patch: patch && (() => patch(parameters, request)), route: declaration },
      )
      if (denial) throw denial.error
    }
  }

  /** Returns the error as the transport can answer it. */
  #answerable({ transport, reply }: Call, error: unknown): unknown {
    if (error instanceof AuthorizationError) {
      if (reply) markDenied(reply, error, this.options)
      return transport.denial(error)
    }
    // An exception filter answers a route. Elsewhere the message, which is for logs alone, would be sent.
    return reply || !(error instanceof ArcturusError) ? error : internalError(error)
  }
}

/** Replaces what answers a message in the place of its handler, `@Ack()`: nothing is sent that nothing was decided for. */
function guardAcknowledgements(parameters: unknown[], name: string, enforcement: Enforcement<object, Actor>): void {
  // The first parameter is the client, and the second what it sent.
  for (const [index, answer] of parameters.entries()) {
    if (index < 2 || typeof answer !== 'function') continue
    parameters[index] = (...answers: unknown[]): void => {
      const undecided = enforcement.hold(200, true, name)
      if (undecided) logger.error(undecided)
      else answer(...answers)
    }
  }
}

/** Returns the answers of a handler, or an error in the place of one that nothing was decided for. */
function decided({ isPart, reply, name, enforcement }: Entered, answers: Observable<unknown>): Observable<unknown> {
  // The response of a route is held back itself.
  if (isPart || reply) return answers
  const decide = (): void => {
    const undecided = enforcement.hold(200, true, name)
    if (undecided) throw undecided
    // Later answers of a stream use no decisions from its start.
    enforcement.answered()
  }
  // A handler that answers nothing may have changed something.
  return answers.pipe(tap({ next: decide, complete: decide }))
}
