import type { Condition } from '../../condition/condition.js'
import { FALSE } from '../../condition/construct.js'
import { canFailToRead } from '../../condition/type.js'
import type { Predicate } from '../../predicate/predicate.js'
import { mayBePartial } from '../../schema/partial.js'
import { ComparedRows } from './comparedRows.js'
import { type BindContext, bindOperand, type Environment, within } from './operands.js'
import type { RowJoin } from './rowJoin.js'

/** The parts of a binder that joins need. */
export interface JoinBinder extends BindContext {
  bind(condition: Condition, environment: Environment): Condition
  /** Counts the parts of the bound condition. */
  count(parts: number): void
}

/**
 * Binds a quantifier over known rows that compares each row with one path of the resource. The
 * result is that path in a list of values, or one comparison per value. The other tests of a row
 * are settled. Several quantifiers that differ only in those tests bind together. Returns
 * undefined if the condition needs more than that.
 */
export function bindJoins(
  joins: readonly RowJoin[],
  rows: readonly unknown[],
  environment: Environment,
  binder: JoinBinder,
): Condition | undefined {
  const { schema } = binder.meaning
  const join = joins[0]!
  const { span } = join.some
  // Reading a known operand can be an error even if the condition before it is false.
  if (environment(join.other.root)?.kind === 'value') return undefined
  const item = bindOperand(join.other, environment, binder)
  const canFail = item === join.other ? join.canFail(schema) : canFailToRead(schema, item)
  const isList = rows.length > 1 && !canFail
  if (!isList && !join.isLast) return undefined
  const compared = new ComparedRows(rows, join.own, binder.reader, binder.meaning)
  const found: unknown[] = []
  for (const one of joins) if (!findIn(one, rows, compared, environment, found, binder)) return undefined
  if (found.length === 0) return FALSE
  if (isList) {
    return { kind: 'in', item, list: { kind: 'value', value: found }, span }
  }
  binder.count(found.length)
  return join.compare(found, item)
}

/**
 * Collects the compared values of the rows that pass. Returns false if that takes more than
 * reading.
 */
function findIn(
  join: RowJoin,
  rows: readonly unknown[],
  compared: ComparedRows,
  environment: Environment,
  found: unknown[],
  binder: JoinBinder,
): boolean {
  const { schema } = binder.meaning
  const test = join.testFor(binder.meaning)
  const isUndeclared = join.isUndeclared(schema)
  for (let at = 0; at < rows.length; at++) {
    binder.budget.spend(1)
    const row = rows[at]
    if (row === undefined) return false
    const hasPassed = passes(row, test) ?? truth(join.tests, within(environment, join.some.each, row), binder)
    if (hasPassed === undefined) return false
    if (!hasPassed && join.isLast) continue
    const own = compared.at(at)
    if (own === undefined || (isUndeclared && schema.isStranger(own))) return false
    if (hasPassed && own !== null) found.push(own)
    // A row is compared before its failing test: the comparison must not be an error.
    else if (hasPassed || !compared.isComparable(at)) return false
  }
  return true
}

/**
 * Returns whether a row passes a predicate; undefined if the row may be partial or the predicate
 * throws.
 */
function passes(row: unknown, test: Predicate | undefined): boolean | undefined {
  if (!test || mayBePartial(row)) return undefined
  try {
    return test(undefined, undefined, row)
  } catch {
    return undefined
  }
}

function truth(condition: Condition, environment: Environment, binder: JoinBinder): boolean | undefined {
  const { kind } = binder.bind(condition, environment)
  return kind === 'true' ? true : kind === 'false' ? false : undefined
}
