import { type AuthorizationError, ForbiddenError, NotFoundError, UnauthenticatedError } from '../errors.js'
import type { Arrived } from '../schema/arrived.js'
import type { DenialReason } from './decisions/decision.js'
import type { Engine } from './decisions/engine.js'
import { after, type Eventual } from './decisions/eventual.js'
import type { Question } from './decisions/question.js'
import { fieldsDenied } from './fields/fields.js'
import type { LoadedPolicy } from './policies/loadedPolicy.js'

export type { DenialReason }

/** The options of `denialReason`. */
export interface DenialOptions {
  /** Whether a resource that the actor may not read is `hidden`. Default true. */
  readonly checkRead?: boolean
  /** Whether listeners are called. Default true. */
  readonly observed?: boolean
  /** Whether the caller throws the denial, which listeners are told. Default false. */
  readonly thrown?: boolean
}

/** Finds the reasons of denials. */
export class Denials {
  constructor(private readonly engine: Engine) {}

  /**
   * Returns the reason for a denial, or undefined if the action is allowed.
   * @param policy - The policy that decides. Default: the active policy.
   */
  reason(
    actor: unknown,
    action: string,
    resource: unknown,
    options: DenialOptions,
    policy: LoadedPolicy = this.engine.decider.policy,
  ): Eventual<DenialReason | undefined> {
    const { listeners } = this.engine
    if (options.observed === false || !listeners.active) return this.#reason(actor, action, resource, options, policy)
    const decision = listeners.begin('check', actor, action, resource, true, policy)
    const known = decision.attempt(() => this.#reason(actor, action, resource, options, policy, decision.arrived))
    return after(known, (reason) => {
      if (reason === undefined) decision.made(true)
      else decision.made(false, { reason, isThrown: options.thrown })
      return reason
    })
  }

  #reason(
    actor: unknown,
    action: string,
    resource: unknown,
    options: DenialOptions,
    policy: LoadedPolicy,
    arrived?: Arrived,
  ): Eventual<DenialReason | undefined> {
    const { decider, readAction } = this.engine
    // Both checks are one question: the second uses the relations that the first has loaded.
    let known: Question | undefined
    const question = (): Question => {
      known ??= decider.question(policy, undefined, arrived)
      return known
    }
    return after(decider.settle(actor, action, resource, policy, question), (allowed) => {
      if (allowed) return undefined
      if (actor === null) return 'nobody'
      if (options.checkRead === false) return 'forbidden'
      if (action === readAction) return 'hidden'
      return after(decider.mayRead(actor, resource, question()), (visible) => (visible ? 'forbidden' : 'hidden'))
    })
  }
}

/** Returns the error of a denial. @param fields - The denied fields, if the denial is about fields. */
export function errorFor(reason: DenialReason, fields: readonly string[] = []): AuthorizationError {
  switch (reason) {
    case 'nobody':
      return new UnauthenticatedError()
    case 'missing':
    case 'hidden':
      return new NotFoundError()
    case 'forbidden':
      return fields.length > 0 ? fieldsDenied(fields) : new ForbiddenError()
    default:
      return reason satisfies never
  }
}
