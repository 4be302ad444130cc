import { type CompareOperator, mirrored, type Span } from '@arcturus/core/internal/sql'
import type { Order } from '../column/valueTest.js'
import type { SqlTextOperand } from '../dialects/standard.js'
import { refuse } from '../refusal.js'
import { all, any, atom, not, type Sql, written } from '../sql.js'
import { isTextual, type SqlType } from '../tables.js'
import type { Columns } from './columns.js'
import { beyond, presencesOf, type Value } from './value.js'
import type { ValueComparisons } from './withValue.js'

/**
 * Writes comparisons of two columns with the semantics of a check. They are true only if all rows on the paths
 * exist.
 */
export class ColumnComparisons {
  constructor(
    private readonly columns: Columns,
    private readonly values: ValueComparisons,
  ) {}

  /** Writes that two columns are in that order, or equal. */
  compare(operator: CompareOperator, left: Value, right: Value, span: Span): Sql {
    return operator === '!='
      ? this.columns.negated(() => this.#compare(operator, left, right, span))
      : this.#compare(operator, left, right, span)
  }

  #compare(operator: CompareOperator, left: Value, right: Value, span: Span): Sql {
    const pair = this.#comparable(left, right, operator, span)
    if (left.infinite && right.infinite)
      return refuse('operand', 'Both sides can be infinite, which the database cannot represent.', span)
    if (operator === '=' || operator === '==') return this.#columnsEqual(left, right, pair)
    if (operator === '!=') return this.#columnsDiffer(left, right, pair)
    if ((operator === '<=' || operator === '>=') && isItself(left, right, pair))
      return all([this.values.withNil('!=', left, span), ...presencesOf(right)])
    // A side that is null is nil or NaN, which have no order, not even with an infinity.
    const isSome = (one: Value): Sql => atom(`${one.text} IS NOT NULL`)
    const order = any([
      this.#order(left, operator, right, pair),
      all([beyond(left, operator), isSome(right)]),
      all([beyond(right, mirrored[operator]), isSome(left)]),
    ])
    return all([order, ...presencesOf(left, right)])
  }

  /** Writes two columns so that the database compares them as a check does. */
  #comparable(left: Value, right: Value, operator: CompareOperator, span: Span): Pair {
    const [a, b] = [left.column.type, right.column.type]
    if (isTextual(a) && isTextual(b)) {
      if (haveOneForm(a, b) && isEquality(operator))
        return { kind: 'plain', left: left.text, right: right.text, nan: undefined }
      return {
        kind: 'text',
        left: this.columns.textOperand(left, span),
        right: this.columns.textOperand(right, span),
      }
    }
    const plain: Pair = { kind: 'plain', left: left.text, right: right.text, nan: undefined }
    if (a.kind === 'boolean' && b.kind === 'boolean') return plain
    if (a.kind === 'date' && b.kind === 'date') return this.#dates(left, a, right, b, span)
    if (!isNumber(a) || !isNumber(b)) return refusePair(left, right, span)
    if ((a.kind === 'float' && a.single) || (b.kind === 'float' && b.single)) return refusePair(left, right, span)
    const isSafe = [a, b].every((one) => one.kind !== 'integer' || (one.from >= -(2n ** 53n) && one.to <= 2n ** 53n))
    if (!isSafe && (a.kind === 'float' || b.kind === 'float')) return refusePair(left, right, span)
    if (a.kind === 'integer' || b.kind === 'integer')
      return { ...plain, nan: this.columns.dialect.nan(a) ?? this.columns.dialect.nan(b) }
    // One has a decimal value, the other a binary one.
    if (a.kind !== b.kind) return refusePair(left, right, span)
    return { ...plain, nan: this.columns.dialect.nan(a) }
  }

  #dates(left: Value, a: DateType, right: Value, b: DateType, span: Span): Pair {
    if (a.zoned !== b.zoned) return refusePair(left, right, span)
    const dates = [this.columns.dialect.isDate(left.text, a), this.columns.dialect.isDate(right.text, b)].flatMap(
      (one) => one ?? [],
    )
    const isDate = dates.length === 0 ? undefined : all(dates)
    if (left.text === right.text || (a.precision === b.precision && a.precision !== 'finer'))
      return { kind: 'plain', left: left.text, right: right.text, nan: undefined, isDate }
    if (a.precision === 'days' || b.precision === 'days') return refusePair(left, right, span)
    const [one, other] = [left, right].map(({ text }) => this.columns.dialect.milliseconds(text))
    if (one === undefined || other === undefined) return refusePair(left, right, span)
    return { kind: 'plain', left: one, right: other, nan: undefined, isDate }
  }

  #columnsEqual(left: Value, right: Value, pair: Pair): Sql {
    const presences = presencesOf(left, right)
    const equal = this.#equal(left, pair)
    if (!left.column.nullable || !right.column.nullable) return all([equal, ...presences])
    const bothPresent = [left.presence, right.presence]
    if (pair.kind === 'plain' && pair.nan === undefined && pair.isDate === undefined)
      return all([this.columns.dialect.same(pair.left, pair.right), ...bothPresent])
    return any([
      all([equal, ...presences]),
      all([atom(`${left.text} IS NULL`), atom(`${right.text} IS NULL`), ...bothPresent]),
    ])
  }

  #columnsDiffer(left: Value, right: Value, pair: Pair): Sql {
    const bothPresent = [left.presence, right.presence]
    if (left.isNullForNaN || right.isNullForNaN)
      return all([not(this.#columnsEqual(left, right, pair)), ...bothPresent])
    if (pair.kind === 'text') {
      const isServed = !left.column.nullable && !right.column.nullable
      if (isServed && pair.left.exact && pair.right.exact) return all([not(this.#equal(left, pair)), ...bothPresent])
      return all([not(this.#columnsEqual(left, right, pair)), ...bothPresent])
    }
    if (isItself(left, right, pair)) return false
    const isNullable = left.column.nullable || right.column.nullable
    const differ = isNullable
      ? this.columns.dialect.differs(pair.left, pair.right)
      : atom(`${pair.left} <> ${pair.right}`)
    const nans = pair.nan === undefined ? [] : [atom(`${pair.left} = ${pair.nan}`)]
    const noDates = pair.isDate === undefined ? [] : [atom(`NOT (${written(pair.isDate)})`)]
    return all([any([differ, ...nans, ...noDates]), ...(isNullable ? bothPresent : presencesOf(left, right))])
  }

  #equal(left: Value, pair: Pair): Sql {
    if (pair.kind === 'text') return this.columns.dialect.textEquals(pair.left, pair.right)
    const equal = atom(`${pair.left} = ${pair.right}`)
    return all([equal, pair.nan === undefined ? true : atom(`${left.text} <> ${pair.nan}`), pair.isDate ?? true])
  }

  #order(left: Value, order: Order, right: Value, pair: Pair): Sql {
    if (pair.kind === 'text') return this.columns.dialect.textOrder(pair.left, order, pair.right)
    const compared = atom(`${pair.left} ${order} ${pair.right}`)
    const greater = order === '<' || order === '<=' ? right : left
    return all([compared, pair.nan === undefined ? true : atom(`${greater.text} <> ${pair.nan}`), pair.isDate ?? true])
  }
}

type DateType = Extract<SqlType, { kind: 'date' }>

type Pair =
  | { readonly kind: 'text'; readonly left: SqlTextOperand; readonly right: SqlTextOperand }
  | {
      readonly kind: 'plain'
      readonly left: string
      readonly right: string
      readonly nan: string | undefined
      /**
       * The condition that both are valid dates. In a check, an invalid date equals none, not even
       * itself, and has no order.
       */
      readonly isDate?: Sql | undefined
    }

function isEquality(operator: CompareOperator): boolean {
  return operator === '=' || operator === '==' || operator === '!='
}

/** Whether both are the same column, and all its values equal themselves. */
function isItself(left: Value, right: Value, pair: Pair): boolean {
  const isWhole = pair.kind === 'plain' && pair.nan === undefined && pair.isDate === undefined
  return isWhole && left.text === right.text && !left.isComputed
}

/** Whether two columns of a database-specific type are equal exactly if their texts are. */
function haveOneForm(a: SqlType, b: SqlType): boolean {
  if (a.kind === 'form' && b.kind === 'form') return a.name === b.name
  return a.kind === 'uuid' && b.kind === 'uuid'
}

function isNumber(type: SqlType): type is Extract<SqlType, { kind: 'integer' | 'float' | 'decimal' }> {
  return type.kind === 'integer' || type.kind === 'float' || type.kind === 'decimal'
}

function refusePair(left: Value, right: Value, span: Span): never {
  return refuse(
    'column-type',
    `The database compares the types of "${left.column.name}" and "${right.column.name}" differently from JavaScript.`,
    span,
  )
}
