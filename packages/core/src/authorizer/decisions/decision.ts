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
 */
export type DecisionListener = (
  kind: DecisionKind,
  actor: unknown,
  action: unknown,
  resource: unknown,
  allowed: boolean,
  fields?: readonly string[] | undefined,
  thrown?: true,
) => void

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

  /** Whether there are listeners. Hot paths test it first, so that an unobserved check costs one read. */
  active = false

  /** Adds a listener, and returns a function that removes it. */
  add(listener: DecisionListener): () => void {
    this.#set([...this.#listeners, listener])
    return () => this.#set(this.#listeners.filter((one) => one !== listener))
  }

  #set(listeners: readonly DecisionListener[]): void {
    this.#listeners = listeners
    this.active = listeners.length > 0
  }

  /** Calls all listeners with a decision. */
  notify(
    kind: DecisionKind,
    actor: unknown,
    action: unknown,
    resource: unknown,
    allowed: boolean,
    fields?: readonly string[],
  ): void {
    for (const listener of this.#listeners) listener(kind, actor, action, resource, allowed, fields)
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
