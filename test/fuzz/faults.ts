import type { Definite, Operand } from '@arcturus/core/filters'
import type { Condition, Root } from '../../packages/core/src/condition/condition.js'
import { and, not, or } from '../../packages/core/src/condition/construct.js'
import { isSameOperand } from '../../packages/core/src/condition/same.js'
import { substitute } from '../../packages/core/src/condition/substitute.js'
import { definite } from '../../packages/core/src/filter/definite/definite.js'
import { LonelyNil, OrderedNil, OrderedUnits, UnknownNil, WiderCollation } from './brokenRows.js'
import { DefiniteRows } from './definiteRows.js'
import type { FilterEvaluator } from './evaluators.js'

/** Mistakes that a derivation or a printer could make, by what they do: the fuzz test has to find each. */
export const faults: Readonly<Record<string, FilterEvaluator>> = {
  'a dropped `not`': changed((one) => (one.kind === 'not' ? one.of : undefined)),
  'a lost `or` arm': changed((one) => (one.kind === 'or' ? or(...one.of.slice(0, -1)) : undefined)),
  'a lost `and` part': changed((one) => (one.kind === 'and' ? and(...one.of.slice(0, -1)) : undefined)),
  'two `some`s merged': changed(merged),
  'a dropped class test': changed((one) => (one.kind === 'isa' ? { kind: 'true' } : undefined)),
  '`<=` for `<`': changed((one) =>
    one.kind === 'compare' && one.operator === '<' ? { ...one, operator: '<=' } : undefined,
  ),
  '`every` for `some`': changed((one) => (one.kind === 'some' ? not({ ...one, where: not(one.where) }) : undefined)),
  'a recursion that ends where it starts': written((one) => (one.kind === 'reach' ? { ...one, steps: [] } : undefined)),
  'a recursion that asks nothing of its steps': written((one) =>
    one.kind === 'reach' && one.steps.some((step) => step.where.kind !== 'true')
      ? { ...one, steps: one.steps.map((step) => ({ ...step, where: { kind: 'true' } })) }
      : undefined,
  ),
  'a list of values cut off': written((one) =>
    one.kind === 'in' && one.list.kind === 'value' && Array.isArray(one.list.value) && one.list.value.length > 1
      ? { ...one, list: { kind: 'value', value: one.list.value.slice(0, -1) } }
      : undefined,
  ),
  'null under `not` as SQL has it': evaluated(UnknownNil),
  'orderings with nil true': evaluated(OrderedNil),
  'nil never equal to nil': evaluated(LonelyNil),
  'a wider collation': evaluated(WiderCollation),
  'text ordered by UTF-16': evaluated(OrderedUnits),
}

/** A printer that evaluates otherwise. */
function evaluated(kind: typeof DefiniteRows): FilterEvaluator {
  return {
    prepare(filter, authorizer) {
      const condition: Definite = filter.definite()
      const rows = new kind(authorizer.schema)
      return { matches: (row) => rows.holds(condition, row) }
    },
  }
}

/** Conditions for printers, with every part changed to which the change applies. */
function written(change: (condition: Definite) => Definite | undefined): FilterEvaluator {
  return {
    prepare(filter, authorizer) {
      const condition = changeAll(filter.definite(), change)
      const rows = new DefiniteRows(authorizer.schema)
      return { matches: (row) => rows.holds(condition, row) }
    },
  }
}

function changeAll(condition: Definite, change: (one: Definite) => Definite | undefined): Definite {
  const other = change(condition)
  if (other) return other
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { kind: condition.kind, of: condition.of.map((one) => changeAll(one, change)) }
    case 'not':
      // What stands below `not` stays of a kind that can stand there.
      return { kind: 'not', of: changeAll(condition.of, change) as typeof condition.of }
    case 'some':
      return { ...condition, where: changeAll(condition.where, change) }
    default:
      return condition
  }
}

/** A derivation that gets the first part wrong that the change applies to. */
function changed(change: (condition: Condition) => Condition | undefined): FilterEvaluator {
  return {
    prepare(filter, authorizer) {
      const condition = definite(changeFirst(filter.condition, change), authorizer.schema)
      const rows = new DefiniteRows(authorizer.schema)
      return { matches: (row) => rows.holds(condition, row) }
    },
  }
}

function changeFirst(condition: Condition, change: (one: Condition) => Condition | undefined): Condition {
  let isDone = false
  const visit = (one: Condition): Condition => {
    if (isDone) return one
    const other = change(one)
    if (other) {
      isDone = true
      return other
    }
    switch (one.kind) {
      case 'and':
        return and(...one.of.map(visit))
      case 'or':
        return or(...one.of.map(visit))
      case 'not':
        return not(visit(one.of))
      case 'some':
        return { ...one, where: visit(one.where) }
      default:
        return one
    }
  }
  return visit(condition)
}

/** One row has to be what two may be: `some a in r where p and (some b in r where q)` as `some a in r where p and q`. */
function merged(condition: Condition): Condition | undefined {
  if (condition.kind !== 'some') return undefined
  const parts = condition.where.kind === 'and' ? condition.where.of : [condition.where]
  const at = parts.findIndex((part) => part.kind === 'some' && isSameOperand(part.from, condition.from))
  const inner = parts[at]
  if (inner?.kind !== 'some') return undefined
  const each: Operand = { kind: 'path', root: condition.each, steps: [] }
  const asked = substitute(inner.where, (root: Root) => (root === inner.each ? each : undefined))
  return { ...condition, where: and(...parts.toSpliced(at, 1, asked)) }
}
