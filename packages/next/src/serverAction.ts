import {
  type Action,
  ArgumentError,
  AuthorizationError,
  ForbiddenError,
  InvalidBodyError,
  type ModelName,
} from '@arcturus/core'
import type {
  Authority,
  Enforcement,
  Loaded,
  Loader,
  RequestAuthorization,
  RouteOptions,
} from '@arcturus/core/framework'
import { interrupt, redirectStatus } from './interrupt.js'
import type { Serving } from './serving.js'
import { ambientSource, type RequestSource } from './source.js'
import { type Declared, type Protection, protectionOf, type Unguarded } from './subject.js'

/** What a server action answers: what it did, or why the actor may not; never what exists. */
export type ActionResult<Value> =
  | { readonly allowed: true; readonly value: Value }
  | {
      readonly allowed: false
      /** 401 nobody, 404 what is not there for the actor, 403 the rest; 400 for arguments that can't be meant. */
      readonly status: number
      readonly message: string
      /** The fields that the actor may not write, if it is about fields. */
      readonly fields: readonly string[]
    }

/** What an action can be told beside. */
export interface ActionOptions extends RouteOptions {
  /**
   * What becomes of a refusal: a `result` for the caller, or an interrupt that Next answers by `unauthorized.tsx`, `forbidden.tsx`
   * or `not-found.tsx`. A result by default.
   */
  readonly refusal?: 'result' | 'interrupt' | undefined
}

/** Options of an action whose caller gets the value itself. */
export interface InterruptingOptions extends ActionOptions {
  readonly refusal: 'interrupt'
}

type Handler<Resource, Actor, Args extends readonly unknown[], Value> = (
  authorization: RequestAuthorization<Resource, Actor>,
  ...args: Args
) => Value

type Answering<Args extends readonly unknown[], Value> = (...args: Args) => Promise<ActionResult<Awaited<Value>>>
type Interrupting<Args extends readonly unknown[], Value> = (...args: Args) => Promise<Awaited<Value>>

/**
 * Guards a server action, which anybody can call with any arguments: types are no help against that, so arguments are to be held to
 * what they should be as those of every public endpoint.
 */
export interface AuthorizedAction<Actor> {
  /**
   * Loads the resource by the arguments of the action, and runs the handler if the actor may do that to it;
   * `authorization.resource` is the row then.
   */
  <Row, Args extends readonly unknown[], Value>(
    handler: Handler<Loaded<Row>, Actor, Args, Value>,
    action: Action,
    loader: (...args: Args) => Row,
    options: InterruptingOptions,
  ): Interrupting<Args, Value>
  <Row, Args extends readonly unknown[], Value>(
    handler: Handler<Loaded<Row>, Actor, Args, Value>,
    action: Action,
    loader: (...args: Args) => Row,
    options?: ActionOptions,
  ): Answering<Args, Value>
  /** For rows that are made: refuses who may do the action to no row of the model that there can be. */
  <Name extends ModelName, Args extends readonly unknown[], Value>(
    handler: Handler<unknown, Actor, Args, Value>,
    action: Action<Name>,
    model: Name,
    options: InterruptingOptions,
  ): Interrupting<Args, Value>
  <Name extends ModelName, Args extends readonly unknown[], Value>(
    handler: Handler<unknown, Actor, Args, Value>,
    action: Action<Name>,
    model: Name,
    options?: ActionOptions,
  ): Answering<Args, Value>
  /** For an action that decides itself, or that is for everybody. One that decided nothing fails instead of answering. */
  <Args extends readonly unknown[], Value>(
    handler: Handler<unknown, Actor, Args, Value>,
    forEverybody?: Unguarded,
  ): Answering<Args, Value>
}

type AnyHandler = (authorization: RequestAuthorization<unknown, unknown>, ...args: unknown[]) => unknown

export function serverActions<Actor>(authorizer: Authority, serving: Serving<Actor>): AuthorizedAction<Actor> {
  const authorizedAction = (handler: AnyHandler, ...declared: Declared | [string, never, ActionOptions]) => {
    const protection = protectionOf(authorizer, handler, declared)
    // Sound: these are the options that the types let stand there.
    const { refusal = 'result' } = (protection.kind === 'subject' ? protection.options : {}) as ActionOptions
    assertRefusal(refusal)
    return async (...args: unknown[]): Promise<unknown> =>
      serving.serve(await ambientSource('POST'), async (enforcement) => {
        try {
          await enforceOn(enforcement, protection, args)
          const value = await handler(enforcement.authorization, ...args)
          const held = enforcement.hold(200, 'A server action')
          if (held) throw held
          return refusal === 'interrupt' ? value : { allowed: true, value }
        } catch (error) {
          if (error instanceof AuthorizationError) return await refused(error, refusal)
          if (error instanceof InvalidBodyError) return await refused(invalidInput(error), refusal)
          const status = redirectStatus(error)
          throw (status === undefined ? undefined : enforcement.hold(status, 'A server action')) ?? error
        }
      })
  }
  // Sound: the types tell handlers which row the loader gave; at run time one handler is like another.
  return authorizedAction as AuthorizedAction<Actor>
}

function assertRefusal(refusal: unknown): void {
  if (refusal === 'result' || refusal === 'interrupt') return
  throw new ArgumentError('invalid-argument', "A refusal is a 'result' or an 'interrupt'.", {
    hint: "{ refusal: 'interrupt' }",
  })
}

async function enforceOn<Actor>(
  enforcement: Enforcement<RequestSource, Actor>,
  protection: Protection,
  args: readonly unknown[],
): Promise<void> {
  enforcement.guard.arm()
  if (protection.kind === 'unguarded') enforcement.open(protection.reason)
  if (protection.kind !== 'subject') {
    await enforcement.identify()
    return
  }
  const { action, subject, options } = protection
  const loader = typeof subject === 'string' ? subject : () => loaded(subject, args)
  const refusal = await enforcement.enforce(action, loader, { ...options, route: protection })
  if (refusal) throw refusal.error
}

/** What a loader finds by arguments that anybody may have sent: one that takes them for what they are not fails by a `TypeError`. */
async function loaded(loader: Loader, args: readonly unknown[]): Promise<unknown> {
  try {
    return await loader(...args)
  } catch (error) {
    throw error instanceof TypeError ? invalidInput(error) : error
  }
}

/** The visitor learns no more than that; why is for the log of the server. */
function invalidInput(cause: Error): AuthorizationError {
  console.error(cause)
  return new AuthorizationError('invalid-argument', 'The input is invalid.', 400)
}

async function refused(error: AuthorizationError, refusal: 'result' | 'interrupt'): Promise<ActionResult<never>> {
  if (refusal === 'interrupt') return interrupt(error)
  const fields = error instanceof ForbiddenError ? error.fields : []
  return { allowed: false, status: error.status, message: error.message, fields }
}
