import {
  type Compare,
  type Formula,
  goalsOf,
  mapOperands,
  mapParts,
  type Operand,
  type Root,
  type SomeFormula,
  type Variable,
  variablesIn,
} from '@arcturus/core/internal/prisma'
import { refuse } from '../refusal.js'
import { isPrefix, type Path, samePath } from '../schema/path.js'
import type { Tables } from '../schema/tables.js'
import { and, or, rootsOf } from './formula.js'

/** The maximum number of alternatives that one quantifier is split into. */
const limit = 64

/**
 * Moves the conditions on other rows out of each quantifier: a `where` below a relation can only
 * refer to the row of that relation. `some x where (p(x) and q(y))` becomes
 * `q(y) and some x where p(x)`. A disjunction of both kinds is split first.
 * The columns of the relation are used too: below `some x in y.xs`, the key of `y` is the reference
 * in `x`.
 */
export function hoist(formula: Formula, tables: Tables): Formula {
  if (formula.kind === 'reach') return formula
  const inner = mapParts(formula, (one) => hoist(one, tables))
  return inner.kind === 'some' ? hoistSome(inner, tables) : inner
}

function hoistSome(some: SomeFormula, tables: Tables): Formula {
  const { each } = some
  if (!isForeign(some.where, each)) return some
  const own = replaceKeys(some.where, some, tables)
  const arms = alternatives(own, each, some)
  return or(
    arms.map((arm) => {
      const conjuncts = goalsOf(arm)
      const outside = conjuncts.filter((one) => !rootsOf(one).has(each))
      const inside = conjuncts.filter((one) => rootsOf(one).has(each))
      const where: Formula = inside.length === 0 ? { kind: 'true' } : and(inside)
      return and([...outside, { ...some, where }])
    }),
  )
}

/** Whether a formula refers to a row other than the quantifier's own. */
function isForeign(formula: Formula, each: Variable): boolean {
  for (const root of rootsOf(formula)) if (root !== each) return true
  return false
}

/** Returns the formula as alternatives, split only as far as one of them mixes rows. */
function alternatives(formula: Formula, each: Variable, some: SomeFormula): readonly Formula[] {
  if (!isForeign(formula, each) || !rootsOf(formula).has(each)) return [formula]
  if (formula.kind === 'or') return formula.of.flatMap((one) => alternatives(one, each, some))
  if (formula.kind === 'not') {
    const pushed = pushNot(formula.of)
    return pushed ? alternatives(pushed, each, some) : [formula]
  }
  if (formula.kind !== 'and') return [formula]
  let arms: readonly (readonly Formula[])[] = [[]]
  for (const conjunct of formula.of) {
    const next = alternatives(conjunct, each, some)
    if (arms.length * next.length > limit) {
      refuse('too-large', 'This condition combines columns of several rows in too many ways for one filter.', some.span)
    }
    arms = arms.flatMap((arm) => next.map((one) => [...arm, ...goalsOf(one)]))
  }
  return arms.map(and)
}

function pushNot(formula: Formula): Formula | undefined {
  switch (formula.kind) {
    case 'and':
      return { kind: 'or', of: formula.of.map((of) => ({ kind: 'not', of })) }
    case 'or':
      return { kind: 'and', of: formula.of.map((of) => ({ kind: 'not', of })) }
    case 'not':
      return formula.of
    default:
      return undefined
  }
}

/**
 * Replaces the other row's column by the own column in comparisons of two rows, if the relation
 * makes the columns equal.
 */
function replaceKeys(formula: Formula, some: SomeFormula, tables: Tables): Formula {
  const { from } = some
  if (from.kind !== 'path') return formula
  const relation = tables.relation(from)
  if (!relation || relation.collated) return formula
  const prefix = from.steps.slice(0, -1)
  const last = from.steps.at(-1)!
  const outer = relation.from.map(
    (name): Path => tables.canonical({ ...from, steps: [...prefix, { ...last, name }] }).path,
  )
  const own = relation.to.map((name): Path => {
    return { kind: 'path', root: some.each, steps: [{ name, model: relation.model, span: last.span }] }
  })
  const replaced = (operand: Operand): Operand => {
    if (operand.kind !== 'path') return operand
    const { path, present } = tables.canonical(operand)
    // Any other row that the two columns need exists if the quantifier has a row to range over.
    if (!present.every((one) => isPrefix(one, from))) return operand
    return own[outer.findIndex((one) => samePath(one, path))] ?? operand
  }
  const walk = (one: Formula): Formula => {
    if (one.kind === 'compare') return mixes(one, some.each) ? mapOperands(one, replaced) : one
    return variablesIn(one).length > 0 ? one : mapParts(one, walk)
  }
  return walk(formula)
}

function mixes(compare: Compare, each: Root): boolean {
  const roots = rootsOf(compare)
  return roots.has(each) && roots.size > 1
}
