import type { Asked, DecidingRule } from '../authorizer/decisions/explainer.js'
import type { LoadedPolicy } from '../authorizer/policies/loadedPolicy.js'
import type { Condition } from '../condition/condition.js'
import { Deriver } from '../condition/derive/derive.js'
import { ArcturusError } from '../errors.js'
import type { Rule } from '../language/ast.js'
import { evaluateApart } from '../machine/index.js'
import type { ContextValues } from '../schema/context.js'
import { entryOf } from '../values/entryOf.js'
import { conditionOf, rootOf } from './evaluate.js'
import { Grounds } from './grounds.js'
import { holds } from './outcome.js'
import type { Part } from './part.js'

/**
 * Returns the rules of one proof of a question: some of those that its explanation marks true. Undefined if only the
 * query machine can prove it, or if it needs values that are not at hand.
 */
export function rulesOfProof(
  asked: Asked,
  policy: LoadedPolicy,
  context?: ContextValues,
): readonly DecidingRule[] | undefined {
  return evaluateApart(() => {
    try {
      const { meaning } = policy.context
      const root = rootOf(meaning, asked, Conditions.of(policy).get(asked), meaning.limits, (part) => part())
      return holds(root.outcome) ? new Proof().rulesOf(root) : undefined
    } catch (error) {
      if (error instanceof ArcturusError) return undefined
      throw error
    }
  }, context)
}

/** The conditions of a policy that proofs are made of, by the classes of their questions. */
class Conditions {
  static readonly #known = new WeakMap<LoadedPolicy, Conditions>()
  readonly #policy: LoadedPolicy
  readonly #deriver: Deriver
  readonly #conditions = new Map<string, Condition>()

  static of(policy: LoadedPolicy): Conditions {
    return entryOf(Conditions.#known, policy, () => new Conditions(policy))
  }

  private constructor(policy: LoadedPolicy) {
    this.#policy = policy
    this.#deriver = new Deriver(policy.policy, policy.context.meaning.schema, { origins: true })
  }

  get(asked: Asked): Condition {
    const { schema } = this.#policy.context.meaning
    const kinds = [asked.actor, asked.resource].map((one) => (one === null ? null : (schema.modelOf(one)?.name ?? '')))
    const key = JSON.stringify([...kinds, asked.action, asked.field])
    const known = this.#conditions.get(key)
    if (known) return known
    const condition = conditionOf(schema, asked, this.#deriver)
    // Actions and fields can come from a request.
    if (this.#conditions.size === maxConditions) this.#conditions.clear()
    this.#conditions.set(key, condition)
    return condition
  }
}

const maxConditions = 10_000

/** Collects the rules of one proof. */
class Proof {
  readonly #grounds = new Grounds()
  readonly #rules = new Set<DecidingRule>()
  /** Bodies of calls that are proven already. */
  readonly #proven = new Set<Part>()
  /** The rank of the call that is being proven. */
  #rank = Number.POSITIVE_INFINITY

  rulesOf(root: Part): readonly DecidingRule[] {
    this.#prove(root)
    return [...this.#rules]
  }

  /** Adds the rules of a part that holds. */
  #prove(part: Part): void {
    const { condition, parts } = part
    switch (part.form) {
      case 'all':
        if (condition.kind === 'and' && condition.origin && condition.origin !== 'rest')
          this.#rules.add(decidingRule(condition.origin))
        for (const one of parts) this.#prove(one)
        break
      case 'any':
        this.#prove(this.#grounds.supporting(part, this.#rank))
        break
      case 'not':
        // The derivation doubles the negation of goals whose first solution alone counts.
        if (parts[0]!.condition.kind === 'not') this.#prove(parts[0]!.parts[0]!)
        break
      case 'call':
        this.#call(parts[0]!)
        break
    }
  }

  #call(body: Part): void {
    if (this.#proven.has(body)) return
    this.#proven.add(body)
    const outer = this.#rank
    this.#rank = this.#grounds.rankOf(body)
    this.#prove(body)
    this.#rank = outer
  }
}

const rules = new WeakMap<Rule, DecidingRule>()

function decidingRule(rule: Rule): DecidingRule {
  return entryOf(rules, rule, () => {
    const { source, start } = rule.span
    const { line } = source.position(start)
    return source.name === undefined ? { name: rule.name, line } : { name: rule.name, file: source.name, line }
  })
}
