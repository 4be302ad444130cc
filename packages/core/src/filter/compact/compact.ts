import type { Compare, Definite, DefiniteSome, In, Operand, Path } from '../../condition/condition.js'
import { alternativesOf, goalsOf, operandsIn, partsIn, variablesIn } from '../../condition/visit.js'
import type { Budget } from '../../predicate/budget.js'
import type { Schema } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'
import { mapDefinite } from '../algebra/complement.js'
import { DefiniteKeys } from '../algebra/keys.js'
import { all, any } from '../algebra/logic.js'
import { replaceRoots } from '../algebra/roots.js'
import { Absorbing, listOf } from './absorbing.js'
import { Settling } from './settling.js'

/**
 * Returns a condition for the same rows that costs a database less. Exact, because a definite
 * condition is only true or false:
 * - Alternatives over one relation become one quantifier; equalities of one column become one list.
 * - Parts that alternatives share come once, before them. Settled tests are dropped, and parts that
 *   another alternative includes.
 * - Tests of the row itself come before searches for other rows.
 * @param budget - Counts the parts and checks the time.
 */
export function compact(schema: Schema, condition: Definite, budget?: Budget): Definite {
  const keys = new DefiniteKeys()
  return new Settling(schema, keys).settle(new Compacting(schema, keys, budget).compact(condition))
}

class Compacting {
  readonly #absorbing: Absorbing

  constructor(
    private readonly schema: Schema,
    private readonly keys: DefiniteKeys,
    private readonly budget: Budget | undefined,
  ) {
    this.#absorbing = new Absorbing(schema, keys)
  }

  compact(condition: Definite): Definite {
    this.budget?.spend(1)
    switch (condition.kind) {
      case 'and':
        return this.#conjunction(condition.of.map((one) => this.compact(one)))
      case 'or':
        return this.#disjunction(condition.of.map((one) => this.compact(one)))
      default:
        return mapDefinite(this.schema, condition, (one) => this.compact(one))
    }
  }

  #conjunction(parts: readonly Definite[]): Definite {
    const denied = this.#merged(parts.flatMap((one) => (one.kind === 'not' ? quantifiersIn([one.of]) : [])))
    const others = parts.filter((one) => one.kind !== 'not' || one.of.kind !== 'some')
    const negated = denied.map((of): Definite => ({ kind: 'not', of }))
    return inOrder(all(this.#distinct([...others, ...negated])))
  }

  #disjunction(arms: readonly Definite[]): Definite {
    const quantified = this.#merged(quantifiersIn(arms))
    const others = arms.filter((one) => one.kind !== 'some')
    const distinct = any(this.#distinct([...others, ...quantified]))
    if (distinct.kind !== 'or') return distinct
    // Only conjunctions have parts to share.
    const factored = distinct.of.some((one) => one.kind === 'and') ? this.#factored(distinct.of) : distinct
    return inOrder(factored.kind === 'or' ? any(this.#absorbing.absorb(this.#listed(factored.of))) : factored)
  }

  #distinct(conditions: readonly Definite[]): readonly Definite[] {
    return [...new Map(conditions.map((one) => [this.keys.of(one), one])).values()]
  }

  /**
   * Merges quantifiers over the same rows: `some x where p or some x where q` is
   * `some x where (p or q)`.
   */
  #merged(quantifiers: readonly DefiniteSome[]): readonly DefiniteSome[] {
    if (quantifiers.length < 2) return quantifiers
    const groups = new Map<string, DefiniteSome[]>()
    for (const one of quantifiers) {
      const key = this.keys.ofOperand(one.from)
      entryOf(groups, key, () => []).push(one)
    }
    return [...groups.values()].map((group) => {
      const [first, ...more] = group
      if (more.length === 0) return first!
      const row: Path = { kind: 'path', root: first!.each, steps: [] }
      const wheres = more.map((one) =>
        replaceRoots(this.schema, one.where, (root) => (root === one.each ? row : undefined)),
      )
      return { ...first!, where: this.#disjunction([first!.where, ...wheres].flatMap(alternativesOf)) }
    })
  }

  /**
   * Factors a disjunction: `(p and q) or (p and r)` is `p and (q or r)`, for the part that most
   * alternatives share.
   */
  #factored(arms: readonly Definite[]): Definite {
    const parts = arms.map((arm) => new Map(goalsOf(arm).map((one) => [this.keys.of(one), one])))
    const counts = new Map<string, number>()
    for (const arm of parts) for (const key of arm.keys()) counts.set(key, (counts.get(key) ?? 0) + 1)
    const groups = new Map<string, number[]>()
    for (const [at, arm] of parts.entries()) {
      let shared: string | undefined
      for (const key of arm.keys())
        if (counts.get(key)! > (shared === undefined ? 1 : counts.get(shared)!)) shared = key
      const key = shared ?? `alone ${at}`
      entryOf(groups, key, () => []).push(at)
    }
    const found = [...groups].map(([shared, group]): Definite => {
      if (group.length === 1) return arms[group[0]!]!
      const rests = group.map((at) => all([...parts[at]!].flatMap(([key, one]) => (key === shared ? [] : [one]))))
      const factor = parts[group[0]!]!.get(shared)!
      return this.#conjunction([factor, this.#disjunction(rests)].flatMap(goalsOf))
    })
    return any(found)
  }

  /** Merges equalities of one column with values into one list, at the place of the first. */
  #listed(arms: readonly Definite[]): readonly Definite[] {
    const lists = new Map<string, { readonly at: number; readonly item: Path; readonly of: (readonly unknown[])[] }>()
    const found: Definite[] = []
    for (const arm of arms) {
      const list = listOf(arm)
      const key = list && this.keys.ofOperand(list.item)
      const known = key === undefined ? undefined : lists.get(key)
      if (known && list) known.of.push(list.values)
      else {
        if (key !== undefined && list) lists.set(key, { at: found.length, item: list.item, of: [list.values] })
        found.push(arm)
      }
    }
    for (const { at, item, of } of lists.values()) {
      if (of.length === 1) continue
      const first = found[at] as Compare | In
      const values = of.flat()
      const distinct = values.some((one) => typeof one === 'object')
        ? [...new Map(values.map((one) => [this.keys.ofValue(one), one])).values()]
        : [...new Set(values)]
      if (distinct.length > 1)
        found[at] = { kind: 'in', item, list: { kind: 'value', value: distinct }, span: first.span }
    }
    return found
  }
}

function quantifiersIn(conditions: readonly Definite[]): readonly DefiniteSome[] {
  return conditions.filter((one) => one.kind === 'some')
}

/** Orders parts by cost; equal costs keep the policy's order. */
function inOrder(condition: Definite): Definite {
  if (condition.kind !== 'and' && condition.kind !== 'or') return condition
  const costs = condition.of.map(costOf)
  if (costs.every((cost, at) => at === 0 || costs[at - 1]! <= cost)) return condition
  const order = costs.map((cost, at) => ({ cost, at })).sort((a, b) => a.cost - b.cost)
  return { kind: condition.kind, of: order.map(({ at }) => condition.of[at]!) }
}

function costOf(condition: Definite): number {
  if (variablesIn(condition).length > 0) return condition.kind === 'reach' ? 200 : 100
  let cost = 0
  for (const one of operandsIn(condition)) cost = Math.max(cost, hops(one))
  for (const one of partsIn(condition)) cost = Math.max(cost, costOf(one))
  return condition.kind === 'text' ? cost + 1 : cost
}

function hops(operand: Operand): number {
  return operand.kind === 'path' ? operand.steps.length : 0
}
