import type { Diagnostic } from '../../language/diagnostic.js'
import { metErrors } from '../../values/metErrors.js'
import type { OutlivedErrors } from './outlivedErrors.js'

/**
 * The kind of a decision.
 *
 * - `check`: `can`, `isAllowed`, `authorize`: one actor, one action, one resource.
 * - `filter`: a filter was built; `resource` is the name of the model.
 * - `field`: `authorizeField`, `authorizedFields`, `pickAuthorized`, `assertWritable`: which fields
 *   of a resource may be read or written.
 * - `model`: `extent`: whether there can be rows of a model on which the action is allowed. It
 *   decides nothing about any one row.
 * - `actions`: `authorizedActions`: the permitted actions, for example for buttons. It decides
 *   nothing about a response's content.
 * - `request`: `authorizeRequest`: the request-level rules.
 */
export type DecisionKind = 'check' | 'filter' | 'field' | 'model' | 'actions' | 'request'

/**
 * Receives each decision of an authorizer, right after it is made. It runs in the asynchronous
 * context of the caller, so that `AsyncLocalStorage` ties it to a request. The parameters are
 * positional, so that a call allocates nothing.
 *
 * @param action - The action of the question. It is `undefined` if the question enumerates actions
 * (`actions`), and for `request`.
 * @param allowed - The decision. For a filter and for the enumerations: whether anything at all is
 * allowed.
 * @param fields - The fields that a question of `field` was about; undefined if it was about all.
 * @param thrown - True if the denial is thrown to the caller, as by `authorize`.
 * @param errors - The places in the policy where a granted check, or the list of actions, met errors: they did not
 * count, since another rule or alternative allows it. Undefined if it met none before it was decided.
 */
export type DecisionListener = (
  kind: DecisionKind,
  actor: unknown,
  action: unknown,
  resource: unknown,
  allowed: boolean,
  fields?: readonly string[] | undefined,
  thrown?: true,
  errors?: readonly Diagnostic[] | undefined,
) => void

/** The number of authorizers that have listeners: all share one record of errors. */
let watched = 0

/**
 * The listeners of one authorizer. A question that ended in an error decided nothing, so no
 * listener is called.
 *
 * An error of a listener is thrown to the caller of the question: a decision that could not be
 * recorded does not count.
 */
export class DecisionListeners {
  /** Replaced as a whole, so that the set of listeners does not change during a call. */
  #listeners: readonly DecisionListener[] = []
  readonly #outlived: Pick<OutlivedErrors, 'of'> | undefined

  /** Whether there are listeners. Hot paths test it first, so that an unobserved check costs one read. */
  active = false

  /** @param outlived - The errors that granted checks met. Default: none are known. */
  constructor(outlived?: Pick<OutlivedErrors, 'of'>) {
    this.#outlived = outlived
  }

  /** Adds a listener, and returns a function that removes it. */
  add(listener: DecisionListener): () => void {
    this.#set([...this.#listeners, listener])
    return () => this.#set(this.#listeners.filter((one) => one !== listener))
  }

  #set(listeners: readonly DecisionListener[]): void {
    const wasActive = this.active
    this.#listeners = listeners
    this.active = listeners.length > 0
    watched += Number(this.active) - Number(wasActive)
    metErrors.isWatched = watched > 0
  }

  /** Calls all listeners with a decision. */
  notify(
    kind: DecisionKind,
    actor: unknown,
    action: string | undefined,
    resource: unknown,
    allowed: boolean,
    fields?: readonly string[],
  ): void {
    const isOfRules = kind === 'check' || kind === 'actions'
    const errors = isOfRules && allowed ? this.#outlived?.of(actor, action, resource) : undefined
    for (const listener of this.#listeners) {
      if (errors === undefined) listener(kind, actor, action, resource, allowed, fields)
      else listener(kind, actor, action, resource, allowed, fields, undefined, errors)
    }
  }

  /** Calls all listeners with a denial that is thrown to the caller. */
  notifyThrown(
    kind: DecisionKind,
    actor: unknown,
    action: unknown,
    resource: unknown,
    fields?: readonly string[],
  ): void {
    for (const listener of this.#listeners) listener(kind, actor, action, resource, false, fields, true)
  }
}
