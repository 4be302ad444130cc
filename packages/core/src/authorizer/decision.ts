/**
 * What was decided.
 *
 * - `check`: `can`, `isAllowed`, `authorize`: one actor, one action, one resource.
 * - `filter`: a filter was built; `resource` is the name of the model.
 * - `field`: `authorizeField`, `authorizedFields`, `pickAuthorized`, `assertWritable`: what of a resource may be read or written.
 * - `model`: `extent`: whether there can be rows of a model that this may be done to; it decides nothing about any of them.
 * - `actions`: `authorizedActions`: which buttons to show. It decides nothing about an answer's content.
 * - `request`: `authorizeRequest`: the request-level rules.
 */
export type DecisionKind = 'check' | 'filter' | 'field' | 'model' | 'actions' | 'request'

/**
 * Hears of each decision that an authorizer made, right after it was made and in the asynchronous context of whoever asked
 * (so that `AsyncLocalStorage` ties it to a request). Positional, so that telling it allocates nothing.
 *
 * @param action - What was asked for; `undefined` where the question was "which?" (`actions`, `authorizedFields`, `request`).
 * @param allowed - The answer. For a filter and the "which?" questions: whether anything at all is allowed.
 */
export type DecisionListener = (
  kind: DecisionKind,
  actor: unknown,
  action: unknown,
  resource: unknown,
  allowed: boolean,
) => void

/**
 * The listeners of one authorizer. A question that ended in an error decided nothing and tells nobody.
 *
 * A listener that throws makes the question throw: a decision that could not be recorded is none.
 */
export class DecisionListeners {
  /** Replaced as a whole, so that who is told does not change while a decision is told. */
  #listeners: readonly DecisionListener[] = []

  /** Whether anybody listens: callers test it first, so that an unobserved check costs one comparison. */
  get active(): boolean {
    return this.#listeners.length > 0
  }

  /** Adds a listener; the function that comes back takes it away again. */
  add(listener: DecisionListener): () => void {
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener)
    }
  }

  tell(kind: DecisionKind, actor: unknown, action: unknown, resource: unknown, allowed: boolean): void {
    for (const listener of this.#listeners) listener(kind, actor, action, resource, allowed)
  }
}
