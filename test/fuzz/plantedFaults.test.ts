import type { Definite } from '@arcturus/core'
import { describe, expect, test } from 'vitest'
import { DefiniteRows, type Truth } from './definiteRows.js'
import type { FilterEvaluator } from './evaluators.js'
import { attempt } from './fuzz.js'
import { randomCase } from './randomCase.js'

/** So many cases at most until a fault has to show. */
const cases = 2_000

type Change = (condition: Definite) => Definite

/** Applies a change to a condition and to all below it. */
function changed(condition: Definite, change: Change): Definite {
  const inner = (one: Definite): Definite => changed(one, change)
  switch (condition.kind) {
    case 'and':
    case 'or':
      return change({ ...condition, of: condition.of.map(inner) })
    case 'not': {
      const of = inner(condition.of)
      // what stands before a change is negated stays negated
      return change(
        of.kind === 'some' || of.kind === 'in' || of.kind === 'isa' || of.kind === 'text' ? { kind: 'not', of } : of,
      )
    }
    case 'some':
      return change({ ...condition, where: inner(condition.where) })
    default:
      return change(condition)
  }
}

function withChange(change: Change): FilterEvaluator {
  return {
    prepare(filter, authorizer) {
      const definite = changed(filter.definite(), change)
      const rows = new DefiniteRows(authorizer.schema)
      return { matches: (row) => rows.holds(definite, row) }
    },
  }
}

function withRows(Rows: typeof DefiniteRows): FilterEvaluator {
  return {
    prepare(filter, authorizer) {
      const definite = filter.definite()
      const rows = new Rows(authorizer.schema)
      return { matches: (row) => rows.holds(definite, row) }
    },
  }
}

type Operator = Extract<Definite, { kind: 'compare' }>['operator']

/** A comparison with nil is neither true nor false, as SQL has it, and stays so under `not`. */
class SqlRows extends DefiniteRows {
  protected override compare(operator: Operator, left: unknown, right: unknown, literalNil: boolean): Truth {
    if (!literalNil && (left === null || right === null)) return undefined
    return super.compare(operator, left, right, literalNil)
  }
  protected override unreadable(): Truth {
    return undefined
  }
}

class NilFirstRows extends DefiniteRows {
  protected override compare(operator: Operator, left: unknown, right: unknown, literalNil: boolean): Truth {
    if (operator !== '=' && operator !== '!=' && (left === null || right === null)) return true
    return super.compare(operator, left, right, literalNil)
  }
}

const path = (condition: Definite): string =>
  condition.kind === 'some' && condition.from.kind === 'path'
    ? [condition.from.root.name, ...condition.from.steps.map((step) => step.name)].join('.')
    : ''

/** Two quantifiers over one relation share a row, as a join would have it. */
function merged(condition: Definite): Definite {
  if (condition.kind !== 'and') return condition
  const [first, second] = condition.of.filter((one) => one.kind === 'some')
  if (first?.kind !== 'some' || second?.kind !== 'some' || path(first) !== path(second)) return condition
  const where = {
    kind: 'and',
    of: [first.where, replaceIn(second.where, second.each, first.each) as Definite],
  } as const
  return { kind: 'and', of: [...condition.of.filter((one) => one !== first && one !== second), { ...first, where }] }
}

/** A condition that speaks of one variable instead of another. */
function replaceIn(value: unknown, from: unknown, to: unknown): unknown {
  if (value === from) return to
  if (Array.isArray(value)) return value.map((one) => replaceIn(one, from, to))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  if ('source' in value) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaceIn(one, from, to)]))
}

const faults: readonly (readonly [string, FilterEvaluator])[] = [
  ['a dropped `not`', withChange((one) => (one.kind === 'not' ? one.of : one))],
  ['a lost arm of `or`', withChange((one) => (one.kind === 'or' ? { ...one, of: one.of.slice(0, -1) } : one))],
  ['two quantifiers that are merged', withChange(merged)],
  ['a dropped class test', withChange((one) => (one.kind === 'isa' ? { kind: 'true' } : one))],
  ['nil under `not` as in SQL', withRows(SqlRows)],
  ['orderings that are true for nil', withRows(NilFirstRows)],
]

describe(`a planted fault is found within ${cases} cases`, () => {
  test.each(faults)('%s', { timeout: 120_000 }, async (name, definite) => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    for (let index = 0; index < cases; index++) {
      const compared = await attempt(randomCase(seed, index).asked, { definite, oso: 0 })
      if (!('disagreements' in compared)) continue
      if (compared.disagreements.some((one) => one.evaluator === 'definite')) return
    }
    expect.fail(`${name} was not found with seed ${seed}`)
  })
})
