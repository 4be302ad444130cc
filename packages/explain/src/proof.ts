import {
  ArcturusError,
  Arrivals,
  type Arrived,
  type Asked,
  type BuiltFilter,
  type Condition,
  type ContextValues,
  type DecidingRule,
  entryOf,
  evaluateApart,
  type FilterAsked,
  kindOf,
  type LoadedPolicy,
  originOf,
  partsIn,
  type Rule,
} from '@arcturus/core/internal/explain'
import { Conditions } from './conditions.js'
import { rootOf } from './evaluate.js'
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
  context: ContextValues | undefined,
  arrived: Arrived | undefined,
): readonly DecidingRule[] | undefined {
  return told(() => {
    const { meaning } = policy.context
    const condition = Conditions.of(policy).of(asked)
    const root = rootOf(meaning, asked, condition, meaning.limits, (part) => part(), new Arrivals(arrived))
    return holds(root.outcome) ? new Proof().rulesOf(root) : undefined
  }, context)
}

/**
 * Returns the rules that a filter rests on: those of its condition, once the known values are bound, in parts that can be
 * true. Rules of negated parts are not among them.
 */
export function rulesOfFilter(
  { actor, action, model }: FilterAsked,
  filter: BuiltFilter,
  policy: LoadedPolicy,
  context: ContextValues | undefined,
): readonly DecidingRule[] | undefined {
  return told(() => {
    const { schema } = policy.context.meaning
    const by = kindOf(schema, actor)
    const open = new OpenRules()
    for (const one of by ? schema.descendants(model) : [])
      open.add(filter.rebound(Conditions.of(policy).ofKinds(by!, action, { model: one })))
    return [...open.rules]
  }, context)
}

/** Runs apart from other questions; undefined for an error of the policy or of its data. */
function told<Result>(work: () => Result, context: ContextValues | undefined): Result | undefined {
  return evaluateApart(() => {
    try {
      return work()
    } catch (error) {
      if (error instanceof ArcturusError) return undefined
      throw error
    }
  }, context)
}

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
        addRule(this.#rules, condition)
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

/** Collects the rules of a bound condition in the parts that can be true. */
class OpenRules {
  readonly rules = new Set<DecidingRule>()
  readonly #added = new Set<Condition>()
  readonly #never = new Map<Condition, boolean>()
  readonly #always = new Map<Condition, boolean>()

  add(condition: Condition): void {
    if (this.#isNever(condition) || this.#added.has(condition)) return
    this.#added.add(condition)
    const { kind } = condition
    if (kind === 'not') return
    addRule(this.rules, condition)
    const parts = innerParts(condition)
    const proven = kind === 'or' ? parts.find((one) => this.#isAlways(one)) : undefined
    for (const one of proven ? [proven] : parts) this.add(one)
  }

  /** Returns whether a condition is true for no row: it is false, or an error. */
  #isNever(condition: Condition): boolean {
    return entryOf(this.#never, condition, () => {
      const { kind } = condition
      if (kind === 'false' || kind === 'failure') return true
      if (kind === 'not') return this.#isAlways(condition.of)
      // A call that meets itself adds nothing to what it is.
      this.#never.set(condition, false)
      const parts = innerParts(condition)
      if (kind === 'and') return parts.some((one) => this.#isNever(one))
      return parts.length > 0 && parts.every((one) => this.#isNever(one))
    })
  }

  /** Returns whether a condition is true for each row. */
  #isAlways(condition: Condition): boolean {
    return entryOf(this.#always, condition, () => {
      const { kind } = condition
      if (kind === 'true') return true
      if (kind === 'not') return condition.of.kind === 'false'
      this.#always.set(condition, false)
      const parts = innerParts(condition)
      if (kind === 'and') return parts.every((one) => this.#isAlways(one))
      return (kind === 'or' || kind === 'ref') && parts.some((one) => this.#isAlways(one))
    })
  }
}

/** The parts of a condition, or the condition of the definition that it calls. */
function innerParts(condition: Condition): readonly Condition[] {
  return condition.kind === 'ref' ? [condition.definition.condition] : partsIn(condition)
}

const rules = new WeakMap<Rule, DecidingRule>()

function addRule(rules: Set<DecidingRule>, condition: Condition): void {
  const origin = originOf(condition)
  if (origin && origin !== 'rest') rules.add(decidingRule(origin))
}

function decidingRule(rule: Rule): DecidingRule {
  return entryOf(rules, rule, () => {
    const { source, start } = rule.span
    const { line } = source.position(start)
    return source.name === undefined ? { name: rule.name, line } : { name: rule.name, file: source.name, line }
  })
}
