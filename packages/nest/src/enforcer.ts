import { ArcturusError, AuthorizationError } from '@arcturus/core/framework'
import type { CallHandler, CanActivate, ExecutionContext, NestInterceptor } from '@nestjs/common'
import { catchError, defer, Observable, tap } from 'rxjs'
import type { Call } from './call.js'
import { logger, markDenied } from './reply.js'
import type { Entered, Serving } from './serving.js'

/** Asks what handlers declare, runs them, and holds back answers that nothing was decided for. */
export class Enforcer implements CanActivate, NestInterceptor {
  readonly #serving: Serving

  constructor(serving: Serving) {
    this.#serving = serving
  }

  /**
   * Arms the guard of each call before any other code of the application: an interceptor that answers
   * in the place of the handler, such as a cache, decides nothing. It asks nothing itself, because the
   * guards that sign users in may follow.
   */
  canActivate(context: ExecutionContext): boolean {
    this.#serving.enter(context)
    return true
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const serving = this.#serving
    const { call, entered } = serving.enter(context)
    const handler = context.getHandler()
    let isInside = true
    // Answers that exception filters make are guarded, and so are those of a later handler.
    const covers = (): boolean => isInside && entered.handler === handler
    const within = <Value>(values: Observable<Value>): Observable<Value> =>
      new Observable((subscriber) => serving.run(entered, () => values.subscribe(subscriber)))
    const fail = (error: unknown): Observable<never> => {
      isInside = false
      return defer(async () => {
        throw await this.#answerable(call, error)
      })
    }
    try {
      return await serving.run(entered, async () => {
        await serving.ask(context, call, entered, covers)
        const answers = answersOf(call, entered, next.handle())
        // Nest subscribes later, outside of this context, and a stream runs where it is subscribed to.
        return within(answers).pipe(catchError(fail))
      })
    } catch (error) {
      return fail(error)
    }
  }

  /** Returns the error as the kind of call can answer it. */
  async #answerable({ kind, reply }: Call, error: unknown): Promise<unknown> {
    const isDenial = error instanceof AuthorizationError
    if (kind === 'http') {
      if (isDenial && reply) markDenied(reply, error, this.#serving.options)
      return error
    }
    // Its message is for logs alone.
    if (error instanceof ArcturusError && !isDenial) {
      logger.error(error)
      return new Error('Internal server error', { cause: error })
    }
    if (!isDenial) return error
    if (kind === 'graphql') return Object.assign(error, { extensions: { code: codes[error.status] } })
    const { status: statusCode, message } = error
    const answer = { status: 'error', statusCode, message }
    if (kind === 'ws') {
      const { WsException } = await import('@nestjs/websockets')
      return Object.assign(new WsException(answer), { cause: error })
    }
    if (kind !== 'rpc') return error
    const { RpcException } = await import('@nestjs/microservices')
    return Object.assign(new RpcException(answer), { cause: error })
  }
}

const codes: Readonly<Record<number, string>> = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 404: 'NOT_FOUND' }

/** Returns the answers of a handler, or an error in the place of one that nothing was decided for. */
function answersOf(call: Call, { enforcement }: Entered, answers: Observable<unknown>): Observable<unknown> {
  // The response of a route is held back itself.
  if (call.isPart || call.kind === 'http') return answers
  const decide = (): void => {
    const undecided = enforcement.hold(200, call.name)
    if (undecided) throw undecided
    // Later answers of a stream use no decisions from its start.
    enforcement.answered()
  }
  // A handler that answers nothing may have changed something.
  return answers.pipe(tap({ next: decide, complete: decide }))
}
