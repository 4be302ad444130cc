import type { DecisionExplanation } from '../errors.js'
import { shared } from '../schema/shared.js'

/** A decision that can be explained. */
export interface Explained {
  readonly authorizer: object
  readonly actor: unknown
  readonly action: string
  readonly resource: unknown
  /** What the explanation reveals. */
  readonly options?: object | undefined
}

/** What `@arcturus/core/explain` provides. */
export interface Explainer {
  explain(decision: Explained): DecisionExplanation
  load(decision: Explained): Promise<DecisionExplanation>
}

/** All copies of this package share it. The main entry works without. */
const registry = shared<{ explainer: Explainer | undefined }>('arcturus.explainer', { explainer: undefined })

/** Lets denials carry their explanations. */
export function provideExplainer(explainer: Explainer): void {
  registry.explainer = explainer
}

/** Returns the explanation of a decision with what it needs loaded; undefined without an explainer. */
export function loadExplanation(decision: Explained): Promise<DecisionExplanation> | undefined {
  return registry.explainer?.load(decision)
}

/**
 * Adds `explanation`, made on first use, and `loadExplanation()` to a denial or its event. They are
 * not enumerable, so logs that copy all properties pay nothing. Returns the target.
 */
export function explainable<Target extends object>(target: Target, decision: Explained): Target {
  const { explainer } = registry
  if (!explainer) return target
  let known: DecisionExplanation | undefined
  const explanation = (): DecisionExplanation => {
    known ??= explainer.explain(decision)
    return known
  }
  return Object.defineProperties(target, {
    explanation: { get: explanation, configurable: true },
    loadExplanation: { value: () => explainer.load(decision), configurable: true },
  })
}
