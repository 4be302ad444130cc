import type { Action, ActionOn, ModelName, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import { ArgumentError, type AuthorizationError, ForbiddenError, own } from '@arcturus/core/internal/web'
import type { Authority, Loaded, RequestAuthorization, RouteOptions } from '@arcturus/web'
import { interrupt, redirectStatus } from './interrupt.js'
import { answerable, invalidInput } from './invalidInput.js'
import type { Serving } from './serving.js'
import { ambientSource } from './source.js'
import { type Declared, declaring, enforceOn, type Protection, protectionOf, type Unguarded } from './subject.js'

/**
 * The result of a server action: its value, or the reason for the denial. It never reveals whether
 * a row exists.
 */
export type ActionResult<Value> =
  | { readonly allowed: true; readonly value: Value }
  | {
      readonly allowed: false
      /**
       * 401 for anonymous users, 404 for a row that is missing or hidden from the actor, 400 for
       * invalid arguments, else 403.
       */
      readonly status: number
      readonly message: string
      /** The fields that the actor may not write, if the denial is about fields. */
      readonly fields: readonly string[]
    }

/** Further options of an action. */
// biome-ignore lint/suspicious/noExplicitAny: no other arguments accept every action
export interface ActionOptions<Args extends readonly unknown[] = any[]> extends RouteOptions<Args> {
  /**
   * How a denial is reported: as a `result` for the caller, or as an `interrupt`, which Next
   * renders by `unauthorized.tsx`, `forbidden.tsx` or `not-found.tsx`. Default: `result`.
   */
  readonly onDenial?: 'result' | 'interrupt' | undefined
}

/** Options of an action that returns its value directly. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export interface InterruptingOptions<Args extends readonly unknown[] = any[]> extends ActionOptions<Args> {
  readonly onDenial: 'interrupt'
}

type Handler<Resource, Actor, Args extends readonly unknown[], Value, P extends PolicyTypes> = (
  authorization: RequestAuthorization<Resource, Actor, P>,
  ...args: Args
) => Value

type Answering<Args extends readonly unknown[], Value> = (...args: Args) => Promise<ActionResult<Awaited<Value>>>
type Interrupting<Args extends readonly unknown[], Value> = (...args: Args) => Promise<Awaited<Value>>

/**
 * Guards a server action. Anybody can call it with any arguments, whatever their types. Validate
 * the arguments, as in every public endpoint.
 */
export interface ServerAction<Actor, P extends PolicyTypes = RegisteredPolicy> {
  /**
   * Loads the resource by the arguments of the action, and runs the handler if the actor may do the
   * action on it. `authorization.resource` is then the row.
   */
  <Row, Args extends readonly unknown[], Value>(
    handler: Handler<Loaded<Row>, Actor, Args, Value, P>,
    action: ActionOn<Loaded<Row>, P>,
    loader: (...args: Args) => Row,
    options: InterruptingOptions<Args>,
  ): Interrupting<Args, Value>
  <Row, Args extends readonly unknown[], Value>(
    handler: Handler<Loaded<Row>, Actor, Args, Value, P>,
    action: ActionOn<Loaded<Row>, P>,
    loader: (...args: Args) => Row,
    options?: ActionOptions<Args>,
  ): Answering<Args, Value>
  /**
   * Guards an action that creates rows. It denies actors who may do the action on no possible row
   * of the model.
   */
  <Name extends ModelName<P>, Args extends readonly unknown[], Value>(
    handler: Handler<unknown, Actor, Args, Value, P>,
    action: Action<Name, P>,
    model: Name,
    options: InterruptingOptions,
  ): Interrupting<Args, Value>
  <Name extends ModelName<P>, Args extends readonly unknown[], Value>(
    handler: Handler<unknown, Actor, Args, Value, P>,
    action: Action<Name, P>,
    model: Name,
    options?: ActionOptions,
  ): Answering<Args, Value>
  /**
   * Guards an action that decides itself, or declares a public one. An action that made no decision
   * throws instead of returning.
   */
  <Args extends readonly unknown[], Value>(
    handler: Handler<unknown, Actor, Args, Value, P>,
    forEverybody?: Unguarded,
  ): Answering<Args, Value>
}

type AnyHandler = (authorization: RequestAuthorization<unknown, unknown>, ...args: unknown[]) => unknown

export function serverActions<Actor>(authorizer: Authority, serving: Serving<Actor>): ServerAction<Actor> {
  const serverAction = (handler: AnyHandler, ...declared: Declared | [string, never, ActionOptions]) => {
    const protection = ofAnyInput(protectionOf(authorizer, handler, declared))
    // Sound: the overloads allow only these options there.
    const { onDenial = 'result' } = own(protection.kind === 'subject' ? protection.options : {}) as ActionOptions
    assertOnDenial(onDenial)
    const action = async (...args: unknown[]): Promise<unknown> =>
      serving.serve(await ambientSource('POST'), async (enforcement) => {
        try {
          await enforceOn(enforcement, protection, false, args)
          const value = await handler(enforcement.authorization, ...args)
          const held = enforcement.hold(200, true, 'A server action')
          if (held) throw held
          return onDenial === 'interrupt' ? value : { allowed: true, value }
        } catch (error) {
          const denial = answerable(error)
          if (denial) return denied(denial, onDenial)
          const status = redirectStatus(error)
          throw (status === undefined ? undefined : enforcement.hold(status, true, 'A server action')) ?? error
        }
      })
    return declaring(action, protection)
  }
  // Sound: only the types carry the row type of the loader; at run time all handlers are alike.
  return serverAction as ServerAction<Actor>
}

function assertOnDenial(onDenial: unknown): void {
  if (onDenial === 'result' || onDenial === 'interrupt') return
  throw new ArgumentError('invalid-argument', "`onDenial` must be 'result' or 'interrupt'.", {
    hint: "pass { onDenial: 'interrupt' }, or leave the option out",
  })
}

/**
 * Returns a protection whose loader gets arguments that anybody may have sent. A `TypeError` of the loader means that
 * the arguments have the wrong types.
 */
function ofAnyInput(protection: Protection): Protection {
  if (protection.kind !== 'subject' || typeof protection.subject === 'string') return protection
  const { subject: load } = protection
  const subject = async (...args: unknown[]): Promise<unknown> => {
    try {
      return await load(...args)
    } catch (error) {
      throw error instanceof TypeError ? invalidInput(error) : error
    }
  }
  return { ...protection, subject }
}

function denied(error: AuthorizationError, onDenial: 'result' | 'interrupt'): ActionResult<never> {
  if (onDenial === 'interrupt') return interrupt(error)
  const fields = error instanceof ForbiddenError ? error.fields : []
  return { allowed: false, status: error.status, message: error.message, fields }
}
