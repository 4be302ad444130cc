import type { CompareOperator, Span } from '@arcturus/core/internal/sql'
import { equalTo, instanceOf, orderedTo } from '../column/columnTest.js'
import { refuseType } from '../column/refusals.js'
import type { Order, ValueTest } from '../column/valueTest.js'
import { computedText, valueOperand } from '../dialects/standard.js'
import { all, any, atom, not, type Sql } from '../sql.js'
import type { SqlColumn } from '../tables.js'
import type { Columns } from './columns.js'
import { beyond, isJson, present, type Value } from './value.js'

/**
 * Writes comparisons of a column with a value of the policy or the actor, with the semantics of a check. They are
 * true only if all rows on the path exist.
 */
export class ValueComparisons {
  constructor(private readonly columns: Columns) {}

  /** Writes that a column has a value, as it is stored. */
  stored(text: string, column: SqlColumn, value: unknown): Sql {
    return this.#is(text, column, '=', value)
  }

  /** Writes that a column of an existing row equals a value. */
  equal(text: string, column: SqlColumn, value: unknown, span: Span): Sql {
    return this.withValue('=', { text, column, presence: true, isNullWithoutRow: true }, value, span)
  }

  /** Returns the placeholder of a value that a column can equal; undefined if it equals none. */
  value(column: SqlColumn, value: unknown, span: Span): string | undefined {
    const test = equalTo(column, value, span)
    return test.kind === 'is' ? this.columns.place(column)(test.value) : undefined
  }

  /** Writes that a value is nil, or that it is not. */
  withNil(operator: '=' | '!=', value: Value, span: Span): Sql {
    const { text, column, presence } = value
    const { type } = column
    if (type.kind === 'other' && !type.nil) return refuseType(column, span)
    const canBeNil = column.nullable && !(type.kind === 'list' && type.nullIsEmpty)
    if (operator === '=') return canBeNil ? all([atom(`${text} IS NULL`), presence]) : false
    if (!canBeNil) return presence
    return all([atom(`${text} IS NOT NULL`, `${text} IS NULL`), value.isNullWithoutRow ? true : presence])
  }

  /** Writes that a value is in that order to a value other than nil, or equals it. */
  withValue(operator: CompareOperator, value: Value, other: unknown, span: Span): Sql {
    if (operator === '=' || operator === '==') return this.holds(equalTo(value.column, other, span), value)
    if (operator === '!=') return this.#differs(equalTo(value.column, other, span), value)
    const test = orderedTo(value.column, operator, other, span)
    const infinite = beyond(value, operator)
    if (infinite === false) return this.holds(test, value)
    return all([any([this.holds(test, { ...value, presence: true }), infinite]), value.presence])
  }

  /** Writes that the column's value is one of several values, of which one can be nil. */
  amongValues(value: Value, others: readonly unknown[], span: Span): Sql {
    const values = new Set<unknown>()
    const rest: ValueTest[] = []
    let hasNil = false
    // There can be thousands of values.
    for (const other of others) {
      if (other === null) {
        hasNil = true
        continue
      }
      const test = equalTo(value.column, other, span)
      if (test.kind === 'is' && test.operator === '=') values.add(test.value)
      else if (test.kind !== 'never') rest.push(test)
    }
    const plain: readonly ValueTest[] = values.size === 0 ? [] : [{ kind: 'among', values: [...values] }]
    return any([
      ...[...plain, ...rest].map((test) => this.holds(test, value)),
      hasNil ? this.withNil('=', value, span) : false,
    ])
  }

  /**
   * Writes whether a column's value is an instance of a built-in class. Any number is an Integer
   * and a Float.
   */
  isInstance(value: Value, model: string, span: Span): Sql {
    const { kind } = value.column.type
    if (isJson(value) && (model === 'List' || model === 'String'))
      return present(this.columns.dialect.isJson(value.text, model), value)
    if (kind === 'list' && model === 'List')
      return all([this.withNil('!=', value, span), this.#isList(value), value.presence])
    return this.holds(instanceOf(value.column, model, span), value)
  }

  #isList({ text, column }: Value): Sql {
    // A list that is stored as a text has texts only.
    return column.type.kind !== 'list' || column.type.separated || this.columns.dialect.isList(text)
  }

  /** Writes that a value passes a test. */
  holds(test: ValueTest, value: Value): Sql {
    const { text, column } = value
    switch (test.kind) {
      case 'never':
        return false
      case 'always':
        return column.nullable ? present(atom(`${text} IS NOT NULL`), value) : value.presence
      case 'is':
        return present(this.#is(text, column, test.operator, test.value, value.isComputed), value)
      case 'within': {
        const place = this.columns.place(column)
        return present(all([atom(`${text} >= ${place(test.from)}`), atom(`${text} < ${place(test.to)}`)]), value)
      }
      case 'among':
        return present(this.#among(text, column, test.values, value.isComputed), value)
      case 'any':
        return any(test.of.map((one) => this.holds(one, value)))
    }
  }

  #is(text: string, column: SqlColumn, operator: Order | '=', other: unknown, isComputed = false): Sql {
    if (column.type.kind === 'text') return this.#textIs(text, column, operator, other, isComputed)
    if ((column.type.kind === 'uuid' || column.type.kind === 'form') && operator !== '=') {
      const own = computedText(this.columns.dialect.asText(text))
      const ordered = this.columns.dialect.textOrder(own, operator, valueOperand(this.columns.textPlace(column)(other)))
      return all([ordered, this.columns.dialect.isDate(text, column.type) ?? true])
    }
    const nan = operator === '>' || operator === '>=' ? this.columns.dialect.nan(column.type) : undefined
    const isBounded = operator === '<' || operator === '<='
    const isDate = operator === '=' ? undefined : this.columns.dialect.isDate(text, column.type, isBounded)
    const placed = this.columns.place(column)(other)
    // Beside a computed value, no column determines the type of the other value.
    const isWhole = isComputed && column.type.kind === 'integer'
    const compared = atom(
      `${text} ${operator} ${isWhole ? this.columns.dialect.whole(placed, magnitude(other)) : placed}`,
    )
    return all([compared, nan === undefined ? true : atom(`${text} <> ${nan}`), isDate ?? true])
  }

  #textIs(text: string, column: SqlColumn, operator: Order | '=', other: unknown, isComputed = false): Sql {
    const operand = this.columns.textColumn(text, column, isComputed)
    const placed = valueOperand(this.columns.place(column)(other))
    return operator === '='
      ? this.columns.dialect.textEquals(operand, placed)
      : this.columns.dialect.textOrder(operand, operator, placed)
  }

  #among(text: string, column: SqlColumn, values: readonly unknown[], isComputed = false): Sql {
    const [place, placeAll] = [this.columns.place(column), this.columns.placeAll(column)]
    if (values.length === 1) return this.#is(text, column, '=', values[0], isComputed)
    if (column.type.kind === 'boolean') return any(values.map((one) => this.#is(text, column, '=', one)))
    return column.type.kind === 'text'
      ? this.columns.dialect.textAmong(this.columns.textColumn(text, column, isComputed), values, place, placeAll)
      : this.columns.dialect.among(text, values, place, placeAll)
  }

  #differs(test: ValueTest, value: Value): Sql {
    const { text, column, presence } = value
    if (test.kind === 'never') return presence
    // A column of numbers can contain numbers other than 0 and 1, which drivers read as either
    // boolean.
    if (test.kind === 'is' && typeof test.value === 'boolean')
      return all([
        any([this.#is(text, column, '=', !test.value), column.nullable && atom(`${text} IS NULL`)]),
        presence,
      ])
    const isExact = column.type.kind !== 'text' || (column.type.exact && !column.type.cut && !value.isComputed)
    const isPlain = test.kind === 'is' && isExact && !value.isNullForNaN
    if (isPlain && !column.nullable) return present(atom(`${text} <> ${this.columns.place(column)(test.value)}`), value)
    if (isPlain) return all([this.columns.dialect.differs(text, this.columns.place(column)(test.value)), presence])
    return all([not(this.columns.negated(() => this.holds(test, value))), presence])
  }
}

function magnitude(whole: unknown): bigint {
  const value = BigInt(whole as bigint | number)
  return value < 0n ? -value : value
}
