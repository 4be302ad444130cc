import type { DecisionExplanation } from '../../errors.js'
import { shared } from '../../schema/shared.js'

/** A question for the rules of `allow`, `allow_field` or `allow_request`. */
export interface Asked {
  readonly actor: unknown
  /** Undefined for a request. */
  readonly action: string | undefined
  /** The resource, or the request. */
  readonly resource: unknown
  /** The field that is asked about. Default: none. */
  readonly field?: string | undefined
}

/** A decision that can be explained. */
export interface Explained extends Asked {
  readonly authorizer: object
  /** What the explanation reveals. */
  readonly options?: object | undefined
}

/** What `@arcturus/core/explain` provides. */
export interface Explainer {
  explain(decision: Explained): DecisionExplanation
  load(decision: Explained): Promise<DecisionExplanation>
}

/** All copies of this package share it. The main entry works without. */
const registry = /* @__PURE__ */ shared('arcturus.explainer', {
  // Sound: `provideExplainer` sets it.
  explainer: undefined as Explainer | undefined,
  decisions: new WeakMap<object, Explained>(),
})

/** Lets denials carry their explanations. */
export function provideExplainer(explainer: Explainer): void {
  registry.explainer = explainer
}

/** Returns the explanation of a decision with what it needs loaded; undefined without an explainer. */
export function loadExplanation(decision: Explained): Promise<DecisionExplanation> | undefined {
  return registry.explainer?.load(decision)
}

/** Returns the decision that a denial or its event explains; undefined if it explains none. */
export function decisionOf(target: object): Explained | undefined {
  return registry.decisions.get(target)
}

/**
 * Adds `explanation`, made on first use, and `loadExplanation()` to a denial or its event. They are
 * not enumerable, so logs that copy all properties pay nothing. Returns the target.
 *
 * The decision may have loaded data that is no longer at hand. `explanation` then has no reasons, and
 * its `error` says what is not loaded. It is undefined if the data have changed and now allow the action.
 */
export function explainable<Target extends object>(target: Target, decision: Explained): Target {
  const { explainer } = registry
  if (!explainer) return target
  registry.decisions.set(target, decision)
  let known: DecisionExplanation | undefined
  const explanation = (): DecisionExplanation | undefined => {
    known ??= explainer.explain(decision)
    return known.decision === 'denied' ? known : undefined
  }
  return Object.defineProperties(target, {
    explanation: { get: explanation, configurable: true },
    loadExplanation: { value: () => explainer.load(decision), configurable: true },
  })
}
