import { ArgumentError, type DecisionExplanation } from '../../errors.js'
import { evaluateApart } from '../../machine/state/evaluation.js'
import type { Arrived } from '../../schema/arrived.js'
import type { ContextValues } from '../../schema/context.js'
import { shared } from '../../schema/shared.js'
import type { LoadedPolicy } from '../policies/loadedPolicy.js'
import type { BuiltFilter, MadeDecision } from './decision.js'

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

/** A question for the rows of a model. */
export interface FilterAsked {
  readonly actor: unknown
  readonly action: string
  readonly model: string
}

/** A decision that can be explained. */
export interface Explained extends Asked {
  readonly authorizer: object
  /** What the explanation reveals. */
  readonly options?: object | undefined
}

/** A rule that decided. */
export interface DecidingRule {
  /** The name of the rule, such as `allow` or `has_role`. */
  readonly name: string
  /** The file's name, as it was passed to the authorizer. */
  readonly file?: string | undefined
  readonly line: number
}

/** What `@arcturus/explain` provides. */
export interface Explainer {
  explain(decision: Explained): DecisionExplanation
  load(decision: Explained): Promise<DecisionExplanation>
  /**
   * Returns the rules of a proof; undefined if none is known.
   * @param arrived - The values that the decision waited for.
   */
  rules(
    asked: Asked,
    policy: LoadedPolicy,
    context: ContextValues | undefined,
    arrived: Arrived | undefined,
  ): readonly DecidingRule[] | undefined
  /** Returns the rules of a filter of the rows of a model; undefined if they cannot be told. */
  filterRules(
    asked: FilterAsked,
    filter: BuiltFilter,
    policy: LoadedPolicy,
    context: ContextValues | undefined,
  ): readonly DecidingRule[] | undefined
}

/** All copies of this package share it. The main entry works without. */
const registry = /* @__PURE__ */ shared('arcturus.explainer', {
  // Sound: `provideExplainer` sets it.
  explainer: undefined as Explainer | undefined,
  decisions: new WeakMap<object, Explained>(),
})

/** Lets denials be explained. */
export function provideExplainer(explainer: Explainer): void {
  registry.explainer = explainer
}

/** @throws ArgumentError `not-imported` if `@arcturus/explain` is not imported. */
function imported(): Explainer {
  if (registry.explainer) return registry.explainer
  throw new ArgumentError('not-imported', 'Explanations and the rules of decisions need an import.', {
    hint: "import '@arcturus/explain'",
  })
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
  registry.decisions.set(target, decision)
  let known: DecisionExplanation | undefined
  const explanation = (): DecisionExplanation | undefined => {
    known ??= imported().explain(decision)
    return known.decision === 'denied' ? known : undefined
  }
  return Object.defineProperties(target, {
    explanation: { get: explanation, configurable: true },
    loadExplanation: { value: async () => imported().load(decision), configurable: true },
  })
}

/** Returns the questions that the rules of an allowed decision answer: one for each action or field of a list. */
function allAskedOf(made: MadeDecision): readonly Asked[] | undefined {
  const { kind, actor, action, resource, details } = made
  if (details.granted === undefined || resource === undefined || typeof resource === 'string') {
    const asked = askedOf(made)
    return asked && [asked]
  }
  return [...details.granted].map((name) =>
    kind === 'actions' ? { actor, action: name, resource } : { actor, action, resource, field: name },
  )
}

/** Returns the question of a decision that one call of rules answers; undefined for others. */
function askedOf({ kind, actor, action, resource, details: { fields } }: MadeDecision): Asked | undefined {
  if (kind === 'request') return { actor, action: undefined, resource }
  if (resource === undefined || typeof resource === 'string') return undefined
  if (kind === 'check') return { actor, action, resource }
  return kind === 'field' && fields?.length === 1 ? { actor, action, resource, field: fields[0] } : undefined
}

/** Returns the rules of a decision: see `Decision.rules`. */
export function rulesOf(made: MadeDecision): readonly DecidingRule[] | undefined {
  const explainer = imported()
  if (made.outcome !== 'allowed') return []
  const { policy, context, actor, action, resource, details } = made
  if (!policy) return undefined
  if (details.filter && action !== undefined)
    return explainer.filterRules({ actor, action, model: String(resource) }, details.filter, policy, context)
  const proofs = allAskedOf(made)?.map((asked) => explainer.rules(asked, policy, context, made.arrived))
  return proofs?.every((one) => one !== undefined) ? [...new Set(proofs.flat())] : undefined
}

/**
 * Returns the explanation of a denial: see `Decision.explanation`. `load` first loads what it needs.
 * @param options - What it reveals.
 */
export function explainDecision<Way extends 'explain' | 'load'>(
  way: Way,
  made: MadeDecision,
  authorizer: object,
  options: object,
): ReturnType<Explainer[Way]> | undefined {
  const explainer = imported()
  const asked = made.outcome === 'denied' ? askedOf(made) : undefined
  // Sound: the result is that of the function.
  const explain = explainer[way] as (decision: Explained) => ReturnType<Explainer[Way]>
  return asked && evaluateApart(() => explain.call(explainer, { ...asked, authorizer, options }))
}
