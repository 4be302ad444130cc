import type { CompareOperator } from '../condition/condition.js'
import type { Span } from '../language/source.js'
import { equalTo, orderedTo, refuseMixture, refuseType } from './columnTest.js'
import {
  computedText,
  type Infinities,
  type Place,
  type SqlTextOperand,
  type StandardSql,
  valueOperand,
} from './dialects/standard.js'
import { isStorable } from './prefix.js'
import { refuse } from './refusal.js'
import { all, any, atom, not, type Sql, written } from './sql.js'
import type { SqlColumn, SqlType } from './tables.js'
import type { Order, ValueTest } from './valueTest.js'

/** A column of a row, or an expression of columns, as SQL. */
export interface Value {
  readonly text: string
  readonly column: SqlColumn
  /** The condition that all rows on the path to it exist. */
  readonly presence: Sql
  /** Whether it is null if one of those rows is missing. */
  readonly isToldByNull: boolean
  /** Whether it is computed, and therefore has no collation of its own. */
  readonly isComputed?: boolean
  /** Whether it is null instead of NaN or an infinity. */
  readonly isNullForNaN?: boolean
  readonly infinite?: Infinities | undefined
}

export type TextOperator = 'startsWith' | 'endsWith' | 'includes'

/** Adds a value of a column's type to the query and returns its placeholder. */
export type Parameter = (value: unknown, column: SqlColumn) => string

/**
 * Writes comparisons of columns as SQL with the semantics of a check. They are true only if all
 * rows on the paths exist.
 */
export class Comparisons {
  readonly #dialect: StandardSql
  readonly #parameter: Parameter
  #isNegated = false

  constructor(dialect: StandardSql, parameter: Parameter) {
    this.#dialect = dialect
    this.#parameter = parameter
  }

  /** Writes a condition that will be negated. */
  negated<Result>(write: () => Result): Result {
    const before = this.#isNegated
    this.#isNegated = true
    try {
      return write()
    } finally {
      this.#isNegated = before
    }
  }

  stored(text: string, column: SqlColumn, value: unknown): Sql {
    return this.#is(text, column, '=', value)
  }

  equal(text: string, column: SqlColumn, value: unknown, span: Span): Sql {
    return this.withValue('=', { text, column, presence: true, isToldByNull: true }, value, span)
  }

  value(column: SqlColumn, value: unknown, span: Span): string | undefined {
    const test = equalTo(column, value, span)
    return test.kind === 'is' ? this.#place(column)(test.value) : undefined
  }

  withNil(operator: '=' | '!=', value: Value, span: Span): Sql {
    const { text, column, presence } = value
    const { type } = column
    if (type.kind === 'other' && !type.nil) return refuseType(column, span)
    const canBeNil = column.nullable && !(type.kind === 'list' && type.nullIsEmpty)
    if (operator === '=') return canBeNil ? all([atom(`${text} IS NULL`), presence]) : false
    if (!canBeNil) return presence
    return all([atom(`${text} IS NOT NULL`, `${text} IS NULL`), value.isToldByNull ? true : presence])
  }

  withValue(operator: CompareOperator, value: Value, other: unknown, span: Span): Sql {
    if (operator === '=' || operator === '==') return this.#holds(equalTo(value.column, other, span), value)
    if (operator === '!=') return this.#differs(equalTo(value.column, other, span), value)
    const test = orderedTo(value.column, operator, other, span)
    const infinite = beyond(value, operator)
    if (infinite === false) return this.#holds(test, value)
    return all([any([this.#holds(test, { ...value, presence: true }), infinite]), value.presence])
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
      ...[...plain, ...rest].map((test) => this.#holds(test, value)),
      hasNil ? this.withNil('=', value, span) : false,
    ])
  }

  columns(operator: CompareOperator, left: Value, right: Value, span: Span): Sql {
    return operator === '!='
      ? this.negated(() => this.#columns(operator, left, right, span))
      : this.#columns(operator, left, right, span)
  }

  #columns(operator: CompareOperator, left: Value, right: Value, span: Span): Sql {
    const pair = this.#comparable(left, right, operator, span)
    if (left.infinite && right.infinite)
      return refuse('operand', 'Both sides can be infinite, which the database cannot represent.', span)
    if (operator === '=' || operator === '==') return this.#columnsEqual(left, right, pair)
    if (operator === '!=') return this.#columnsDiffer(left, right, pair)
    if ((operator === '<=' || operator === '>=') && isItself(left, right, pair)) return this.withNil('!=', left, span)
    // A side that is null is nil or NaN, which have no order, not even with an infinity.
    const isSome = (one: Value): Sql => atom(`${one.text} IS NOT NULL`)
    const order = any([
      this.#order(left, operator, right, pair),
      all([beyond(left, operator), isSome(right)]),
      all([beyond(right, turnedOrder[operator]), isSome(left)]),
    ])
    return all([order, ...this.#presences(left, right)])
  }

  text(operator: TextOperator, of: Value, part: unknown, span: Span): Sql {
    const { column } = of
    const { type } = column
    if (part === null) return false
    if (typeof part !== 'string') return refuseMixture(column, span)
    if (type.kind === 'enum') {
      const names = [...type.values].filter(([name]) => name[operator](part))
      return this.#holds(
        names.length === 0 ? { kind: 'never' } : { kind: 'among', values: names.map(([, stored]) => stored) },
        of,
      )
    }
    if (part === '') return this.#holds({ kind: 'always' }, of)
    if (!isStorable(part))
      return refuse(
        'text-pattern',
        'Cannot search for a string that contains U+0000 or a lone surrogate: databases do not store it.',
        span,
      )
    const operand = this.#textOperand(of, span)
    return this.#present(this.#dialect[`${operator}Value`](operand, part, this.#textPlace(column)), of)
  }

  textOfColumns(operator: TextOperator, of: Value, part: Value, span: Span): Sql {
    const found = this.#dialect[operator](this.#textOperand(of, span), this.#textOperand(part, span))
    return all([found, ...this.#presences(of, part)])
  }

  /** Writes that a text of the policy contains a column's text. */
  textInValue(operator: TextOperator, of: unknown, part: Value, span: Span): Sql {
    if (of === null) return false
    if (typeof of !== 'string') return refuseMixture(part.column, span)
    if (!isStorable(of))
      return refuse(
        'text-pattern',
        'Cannot search in a string that contains U+0000 or a lone surrogate: databases do not store it.',
        span,
      )
    const { column } = part
    const whole: SqlTextOperand = valueOperand(this.#textPlace(column)(of))
    return this.#present(this.#dialect[operator](whole, this.#textOperand(part, span)), part)
  }

  /** Concatenates texts. */
  concat(parts: readonly (Value | string)[], span: Span): Value {
    const operands = parts.map((one) =>
      typeof one === 'string'
        ? valueOperand(this.#dialect.asText(this.#parameter(one, text)))
        : this.#textOperand(one, span),
    )
    const presence = all(parts.map((one) => (typeof one === 'string' ? true : one.presence)))
    return { text: this.#dialect.concat(operands), column: text, presence, isToldByNull: false, isComputed: true }
  }

  /**
   * Writes that a text is an element of the list in a JSON column, or a character of the text in
   * it.
   */
  inJson(list: Value, item: unknown, span: Span): Sql {
    if (typeof item !== 'string') return refuseType(list.column, span)
    if (!isStorable(item))
      return refuse(
        'text-pattern',
        'Cannot search for a string that contains U+0000 or a lone surrogate: databases do not store it.',
        span,
      )
    const isCharacter = [...item].length === 1
    return this.#present(this.#dialect.inJson(list.text, valueOperand(this.#parameter(item, text)), isCharacter), list)
  }

  /** Does the same for a column's text. */
  textInJson(list: Value, item: Value, span: Span): Sql {
    const operand = this.#textOperand(item, span)
    return all([this.#dialect.inJson(list.text, operand, undefined), ...this.#presences(list, item)])
  }

  /** Writes that a value is an element of a column that holds a list. */
  inList(list: Value, item: unknown, span: Span): Sql {
    if (isJson(list)) return this.inJson(list, item, span)
    const element = elementOf(list, span)
    if (list.column.type.kind === 'list' && list.column.type.separated)
      return this.#inSeparated(list, element, item, span)
    if (item === null)
      return this.#present(this.#dialect.has(list.text, '', true) ?? refuseType(list.column, span), list)
    const test = equalTo(element, item, span)
    if (test.kind === 'never') return false
    if (test.kind !== 'is') return refuseType(list.column, span)
    const isCollated = element.type.kind === 'text' && !element.type.exact
    const place = this.#place(element)(test.value)
    const found = isCollated ? this.#dialect.hasText(list.text, place) : this.#dialect.has(list.text, place, false)
    return this.#present(found ?? refuseType(list.column, span), list)
  }

  /** Writes that a text is an element of a list that is stored as a text. */
  #inSeparated(list: Value, element: SqlColumn, item: unknown, span: Span): Sql {
    const test = item === null ? undefined : equalTo(element, item, span)
    if (test?.kind !== 'is' || typeof test.value !== 'string' || test.value.includes(',')) return false
    const place = this.#textPlace(element)
    const whole = this.#dialect.concat([valueOperand(place(',')), computedText(list.text), valueOperand(place(','))])
    const found = this.#dialect.includes(computedText(whole), valueOperand(place(`,${test.value},`)))
    return this.#present(test.value === '' ? all([found, atom(`${list.text} <> ''`)]) : found, list)
  }

  /**
   * Writes whether a column's value is an instance of a built-in class. Any number is an Integer
   * and a Float.
   */
  isInstance(value: Value, model: string, span: Span): Sql {
    const { kind } = value.column.type
    if (isJson(value) && (model === 'List' || model === 'String'))
      return this.#present(this.#dialect.isJson(value.text, model), value)
    if (kind === 'other' || kind === 'list') return refuseType(value.column, span)
    const classes = isTextual(value.column.type)
      ? ['String']
      : kind === 'boolean'
        ? ['Boolean']
        : kind === 'date'
          ? []
          : ['Integer', 'Float']
    return this.#holds({ kind: classes.includes(model) ? 'always' : 'never' }, value)
  }

  #place({ type, nullable, name }: SqlColumn): Place {
    const column: SqlColumn = { name, nullable, type }
    return (value) => (typeof value === 'boolean' ? this.#dialect.boolean(value) : this.#parameter(value, column))
  }

  #placeAll(column: SqlColumn): Place {
    const list: SqlColumn = { ...column, type: { kind: 'list', of: column.type, nullIsEmpty: false } }
    return (values) => this.#parameter(values, list)
  }

  /** Returns the placeholder function for texts that are compared with a column as text. */
  #textPlace(column: SqlColumn): Place {
    const { type } = column
    return this.#place(type.kind === 'text' ? column : { ...column, type: { kind: 'text', exact: true } })
  }

  #holds(test: ValueTest, value: Value): Sql {
    const { text, column } = value
    switch (test.kind) {
      case 'never':
        return false
      case 'always':
        return column.nullable ? this.#present(atom(`${text} IS NOT NULL`), value) : value.presence
      case 'is':
        return this.#present(this.#is(text, column, test.operator, test.value, value.isComputed), value)
      case 'within': {
        const place = this.#place(column)
        return this.#present(all([atom(`${text} >= ${place(test.from)}`), atom(`${text} < ${place(test.to)}`)]), value)
      }
      case 'among':
        return this.#present(this.#among(text, column, test.values, value.isComputed), value)
      case 'any':
        return any(test.of.map((one) => this.#holds(one, value)))
    }
  }

  #present(condition: Sql, value: Value): Sql {
    return value.isToldByNull ? condition : all([condition, value.presence])
  }

  #is(text: string, column: SqlColumn, operator: Order | '=', other: unknown, isComputed = false): Sql {
    if (column.type.kind === 'text') return this.#textIs(text, column, operator, other, isComputed)
    if ((column.type.kind === 'uuid' || column.type.kind === 'form') && operator !== '=') {
      const own = computedText(this.#dialect.asText(text))
      const ordered = this.#dialect.textOrder(own, operator, valueOperand(this.#textPlace(column)(other)))
      return all([ordered, this.#dialect.isDate(text, column.type) ?? true])
    }
    const nan = operator === '>' || operator === '>=' ? this.#dialect.nan(column.type) : undefined
    const isDate = operator === '=' ? undefined : this.#dialect.isDate(text, column.type)
    const placed = this.#place(column)(other)
    // Beside a computed value, no column determines the type of the other value.
    const isWhole = isComputed && column.type.kind === 'integer'
    const compared = atom(`${text} ${operator} ${isWhole ? this.#dialect.whole(placed, magnitude(other)) : placed}`)
    return all([compared, nan === undefined ? true : atom(`${text} <> ${nan}`), isDate ?? true])
  }

  #textIs(text: string, column: SqlColumn, operator: Order | '=', other: unknown, isComputed = false): Sql {
    const operand = this.#textColumn(text, column, isComputed)
    const placed = valueOperand(this.#place(column)(other))
    return operator === '='
      ? this.#dialect.textEquals(operand, placed)
      : this.#dialect.textOrder(operand, operator, placed)
  }

  #among(text: string, column: SqlColumn, values: readonly unknown[], isComputed = false): Sql {
    const [place, placeAll] = [this.#place(column), this.#placeAll(column)]
    if (values.length === 1) return this.#is(text, column, '=', values[0], isComputed)
    if (column.type.kind === 'boolean') return any(values.map((one) => this.#is(text, column, '=', one)))
    return column.type.kind === 'text'
      ? this.#dialect.textAmong(this.#textColumn(text, column, isComputed), values, place, placeAll)
      : this.#dialect.among(text, values, place, placeAll)
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
    if (isPlain && !column.nullable) return this.#present(atom(`${text} <> ${this.#place(column)(test.value)}`), value)
    if (isPlain) return all([this.#dialect.differs(text, this.#place(column)(test.value)), presence])
    return all([not(this.negated(() => this.#holds(test, value))), presence])
  }

  /** Writes two columns so that the database compares them as a check does. */
  #comparable(left: Value, right: Value, operator: CompareOperator, span: Span): Pair {
    const [a, b] = [left.column.type, right.column.type]
    if (isTextual(a) && isTextual(b)) {
      if (haveOneForm(a, b) && isEquality(operator))
        return { kind: 'plain', left: left.text, right: right.text, nan: undefined }
      return { kind: 'text', left: this.#textOperand(left, span), right: this.#textOperand(right, span) }
    }
    const plain: Pair = { kind: 'plain', left: left.text, right: right.text, nan: undefined }
    if (a.kind === 'boolean' && b.kind === 'boolean') return plain
    if (a.kind === 'date' && b.kind === 'date') return this.#dates(left, a, right, b, span)
    if (!isNumber(a) || !isNumber(b)) return refusePair(left, right, span)
    if ((a.kind === 'float' && a.single) || (b.kind === 'float' && b.single)) return refusePair(left, right, span)
    const isSafe = [a, b].every((one) => one.kind !== 'integer' || (one.from >= -(2n ** 53n) && one.to <= 2n ** 53n))
    if (!isSafe && (a.kind === 'float' || b.kind === 'float')) return refusePair(left, right, span)
    if (a.kind === 'integer' || b.kind === 'integer')
      return { ...plain, nan: this.#dialect.nan(a) ?? this.#dialect.nan(b) }
    // One has a decimal value, the other a binary one.
    if (a.kind !== b.kind) return refusePair(left, right, span)
    // A decimal is read as one object, which always equals itself.
    const isSame = a.kind === 'decimal' && left.text === right.text && isEquality(operator)
    const nan = isSame ? undefined : this.#dialect.nan(a)
    return { ...plain, nan }
  }

  #dates(left: Value, a: DateType, right: Value, b: DateType, span: Span): Pair {
    if (a.zoned !== b.zoned) return refusePair(left, right, span)
    const dates = [this.#dialect.isDate(left.text, a), this.#dialect.isDate(right.text, b)].flatMap((one) => one ?? [])
    const isDate = dates.length === 0 ? undefined : all(dates)
    if (left.text === right.text || (a.precision === b.precision && a.precision !== 'finer'))
      return { kind: 'plain', left: left.text, right: right.text, nan: undefined, isDate }
    if (a.precision === 'days' || b.precision === 'days') return refusePair(left, right, span)
    const [one, other] = [left, right].map(({ text }) => this.#dialect.milliseconds(text))
    if (one === undefined || other === undefined) return refusePair(left, right, span)
    return { kind: 'plain', left: one, right: other, nan: undefined, isDate }
  }

  #columnsEqual(left: Value, right: Value, pair: Pair): Sql {
    const presences = this.#presences(left, right)
    const equal = this.#equal(left, pair)
    if (!left.column.nullable || !right.column.nullable) return all([equal, ...presences])
    const bothPresent = [left.presence, right.presence]
    if (pair.kind === 'plain' && pair.nan === undefined && (pair.isDate === undefined || left.text === right.text))
      return all([this.#dialect.same(pair.left, pair.right), ...bothPresent])
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
    const differ = isNullable ? this.#dialect.differs(pair.left, pair.right) : atom(`${pair.left} <> ${pair.right}`)
    const nans = pair.nan === undefined ? [] : [atom(`${pair.left} = ${pair.nan}`)]
    const noDates = pair.isDate === undefined || left.text === right.text ? [] : [atom(`NOT (${written(pair.isDate)})`)]
    return all([any([differ, ...nans, ...noDates]), ...(isNullable ? bothPresent : this.#presences(left, right))])
  }

  #equal(left: Value, pair: Pair): Sql {
    if (pair.kind === 'text') return this.#dialect.textEquals(pair.left, pair.right)
    const equal = atom(`${pair.left} = ${pair.right}`)
    // An invalid date is one object, which equals itself.
    const isDate = pair.left === pair.right ? true : (pair.isDate ?? true)
    return all([equal, pair.nan === undefined ? true : atom(`${left.text} <> ${pair.nan}`), isDate])
  }

  #order(left: Value, order: Order, right: Value, pair: Pair): Sql {
    if (pair.kind === 'text') return this.#dialect.textOrder(pair.left, order, pair.right)
    const compared = atom(`${pair.left} ${order} ${pair.right}`)
    const greater = order === '<' || order === '<=' ? right : left
    return all([compared, pair.nan === undefined ? true : atom(`${greater.text} <> ${pair.nan}`), pair.isDate ?? true])
  }

  #presences(...values: readonly Value[]): readonly Sql[] {
    return values.map((one) => (one.isToldByNull ? true : one.presence))
  }

  #textColumn(text: string, { type, identifies }: SqlColumn, isComputed = false): SqlTextOperand {
    if (type.kind !== 'text' || isComputed) return computedText(text)
    // The driver reads the text truncated. Equality with an indexed key compares the stored text,
    // so that the index is used. That finds too few rows, never too many, except under a negation.
    const isIndexed = identifies === true && !this.#isNegated
    const cut = type.cut ? (isIndexed ? 'but in equality' : 'always') : undefined
    return { text, kind: 'column', exact: type.exact, collation: type.collation, cut }
  }

  /** Returns a column of texts, of an enum or of UUIDs as a text. */
  #textOperand({ text, column, isComputed }: Value, span: Span): SqlTextOperand {
    const { type } = column
    switch (type.kind) {
      case 'text':
        return this.#textColumn(text, column, isComputed)
      case 'uuid':
      case 'form':
        return computedText(this.#dialect.asText(text))
      case 'enum': {
        const renamed = [...type.values].some(([name, stored]) => name !== stored)
        if (!renamed) return computedText(this.#dialect.asText(text))
        const [stored, named] = [this.#place(column), this.#textPlace(column)]
        const names = [...type.values].map(
          ([name, value]) => `WHEN ${stored(value)} THEN ${this.#dialect.asText(named(name))}`,
        )
        return computedText(`CASE ${text} ${names.join(' ')} END`)
      }
      default:
        return refuseType(column, span)
    }
  }
}

function elementOf({ column }: Value, span: Span): SqlColumn {
  return column.type.kind === 'list'
    ? { name: column.name, nullable: true, type: column.type.of }
    : refuseType(column, span)
}

function magnitude(whole: unknown): bigint {
  const value = BigInt(whole as bigint | number)
  return value < 0n ? -value : value
}

const turnedOrder = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

/** Returns the condition that a number is in that order to all finite numbers. */
function beyond({ infinite }: Value, order: Order): Sql {
  if (!infinite) return false
  return order === '<' || order === '<=' ? infinite.negative : infinite.positive
}

const text: SqlColumn = { name: 'text', nullable: false, type: { kind: 'text', exact: true } }

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

function isTextual({ kind }: SqlType): boolean {
  return kind === 'text' || kind === 'enum' || kind === 'uuid' || kind === 'form'
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

/** Returns whether a column is JSON, not a list of JSON. */
export function isJson({ column }: Value): boolean {
  return column.type.kind === 'other' && column.type.json === true
}
