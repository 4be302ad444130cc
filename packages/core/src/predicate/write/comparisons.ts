import { elementType } from '../../condition/type.js'
import { constructorOf } from '../../schema/classes.js'
import type { Schema } from '../../schema/schema.js'
import { allKinds } from '../../values/kinds.js'
import { rowEqualityOf } from '../../values/rows.js'
import type { Contains, Literal, None, Order, Same, Side, Value } from '../graph/graph.js'
import { type Doubt, ignored } from './doubt.js'
import {
  type Comparison,
  equality,
  equalityFunction,
  nilTest,
  noneTest,
  rowComparison,
  searchFunction,
} from './equality.js'
import type { OperandWriter } from './operands.js'
import { fewLiterals } from './parts.js'
import { isPlainComparison, isPlainNumber, isPlainOrder, isPlainScalar } from './plainness.js'
import type { FunctionPool } from './pool.js'
import type { CodeScope } from './scope.js'
import { areBoth, areOfOneType, given, isScalar, text } from './templates.js'
import { defined, definedAndPlain, ensured, found, sequence, type Written } from './written.js'

/** Returns the name of the attribute that a value is read from last. */
export function attributeOf(value: Value): string | undefined {
  return value.kind === 'path' ? value.steps.at(-1)?.name : undefined
}

function isAssumedDate({ value }: Side): boolean {
  return value.kind === 'constant' && value.assumed === 'date'
}

/** Returns whether a value is a date of the context: a copy of a valid one, unless it is missing. */
function isValidDate({ value, type }: Side): boolean {
  return value.kind === 'constant' && type.scalar === 'date' && !type.list && !type.nullable
}

/** Returns whether an attribute is declared as a date, or may be one. */
function canBeDate({ value, declared }: Side): boolean {
  return value.kind === 'path' && (declared === undefined || declared === '#')
}

/** Returns whether a value can be a row. */
function canBeRow({ value, type }: Side): boolean {
  return value.kind !== 'literal' && type.scalar === undefined && !type.list
}

/** Returns whether neither side is declared as a date, a number or a boolean. */
function takesTexts(...sides: readonly Side[]): boolean {
  return !sides.some(({ declared }) => declared?.startsWith('#'))
}

/**
 * Writes the declared types of both sides, the last arguments of a comparison; nothing if the
 * schema declares none.
 */
function typesOf(...sides: readonly Side[]): string {
  const written = given(sides.map(({ declared }) => declared && text(declared)))
  return written && `, ${written}`
}

/** Writes comparisons. */
export class ComparisonWriter {
  #comparesAll = false
  #ordersAll = false

  /**
   * @param pool - Collects the functions that compare.
   * @param counts - Whether an evaluation counts its steps.
   */
  constructor(
    private readonly schema: Schema,
    private readonly operands: OperandWriter,
    private readonly pool: FunctionPool,
    private readonly counts: boolean,
  ) {}

  /** Whether values of more kinds than `plainKinds` has were compared. */
  get comparesAll(): boolean {
    return this.#comparesAll
  }

  /** Whether values of more kinds than `plainOrder` has were ordered. */
  get ordersAll(): boolean {
    return this.#ordersAll
  }

  /** Writes `x == nil` or `x != nil`. */
  none({ value, isNegated }: None, scope: CodeScope, doubt: Doubt): string {
    return this.#none(value, isNegated, scope, (x, asked) =>
      isNegated ? `${x} !== null && ${doubt.note(asked)}` : `${x} === null || ${doubt.note(asked)}`,
    )
  }

  /** Writes the test that a value is there. */
  reads(value: Value, scope: CodeScope, doubt: Doubt): string {
    return this.#none(value, true, scope, (x, asked) => `${x} === null || ${doubt.note(asked)}`)
  }

  #none(value: Value, isNegated: boolean, scope: CodeScope, write: (x: string, asked: string) => string): string {
    return this.operands.about(value, scope, (x) => {
      const id = JSON.stringify(['none', isNegated, attributeOf(value)])
      const name = this.pool.add('isNil', id, (name) => noneTest(name, isNegated))
      // It is not a promise either.
      scope.learn(`plain ${x}`, x)
      return write(x, `${name}(${x})`)
    })
  }

  order({ operator, left, right }: Order, scope: CodeScope, doubt: Doubt): string {
    const isEquality = operator === '==' || operator === '!='
    if ((operator === '==' || operator === '!=') && canBeRow(left) && canBeRow(right))
      return this.#orderOfRows(operator, left, right, scope, doubt)
    const types = typesOf(left, right)
    if (!isEquality && isAssumedDate(right) && canBeDate(left))
      return this.#orderBesideTime(left, right, scope, (date, time) => [date, operator, time], types, doubt)
    if (!isEquality && isAssumedDate(left) && canBeDate(right))
      return this.#orderBesideTime(right, left, scope, (date, time) => [time, operator, date], types, doubt)
    this.#ordersAll ||= !isPlainOrder(operator, [left.type, right.type])
    return this.operands.between(left.value, right.value, scope, (x, y) => {
      if (!isEquality)
        return inOrder(operator, x, y, [left, right], doubt.note(`compare("${operator}", ${x}, ${y}${types})`))
      const asked = doubt.note(`compare("${operator}", ${x}, ${y}${types})`)
      return `${areOfOneType(x, y, takesTexts(left, right))} ? ${x} ${operator}= ${y} : ${asked}`
    })
  }

  /** Writes `==` or `!=` of two values that can be rows. */
  #orderOfRows(operator: '==' | '!=', left: Side, right: Side, scope: CodeScope, doubt: Doubt): string {
    this.#ordersAll = true
    const comparison = this.#comparisonOf(left, right)
    const { cls, key, types } = comparison
    const attributes = key === undefined ? [left, right].map(({ value }) => attributeOf(value)) : []
    const id = JSON.stringify(['rows', operator, cls, key, types, ...attributes])
    const name = this.pool.add('same', id, (name) => rowComparison(name, operator, comparison))
    const [x, y] = [left, right].map((side) => this.#asRow(this.operands.write(side.value, scope), side)) as [
      Written,
      Written,
    ]
    const asked = doubt.note(`${name}(${x.value}, ${y.value})`)
    const test = `${x.value} ${operator}= ${y.value}`
    const isScalar = `${areBoth('number', x.value, y.value)} || ${areBoth('string', x.value, y.value)}`
    const isUnknown = (left.type.model ?? right.type.model) === undefined
    const itself = `${test} ${operator === '==' ? '||' : '&&'} ${asked}`
    return sequence(
      [...ensured(x, y.before.length > 0 && !y.isSafe ? definedAndPlain : defined, cls), ...ensured(y, defined)],
      x.isRow || y.isRow ? itself : isUnknown ? `${isScalar} ? ${test} : ${asked}` : asked,
    )
  }

  same({ left, right }: Same, scope: CodeScope, doubt: Doubt): string {
    this.#comparesAll ||= !isPlainComparison(left.type, right.type, false)
    const comparison = this.#comparisonOf(left, right)
    const same = this.#equality(comparison, left, right)
    const x = this.operands.write(left.value, scope)
    const y = this.operands.write(right.value, scope)
    return sequence(
      [...ensured(x, { isPlain: y.before.length > 0 }, comparison.cls), ...y.before],
      equality(same, comparison, this.#asRow(x, left), this.#asRow(y, right), doubt),
    )
  }

  /** Keeps the mark of a row only if its class is no class of values, such as dates. */
  #asRow(written: Written, side: Side): Written {
    const model = written.isRow ? this.#modelOf(side) : undefined
    const cls = model === undefined ? undefined : constructorOf(this.schema, model)
    return { ...written, isRow: cls !== undefined && !allKinds.isValueClass(cls) }
  }

  /**
   * Writes the ordering of an attribute, which may be a date, and a time that is read only if it is needed.
   * @param order - Returns both sides of the ordering, and its operator between them.
   * @param types - The last arguments of `compare`.
   */
  #orderBesideTime(
    { value }: Side,
    time: Side,
    scope: CodeScope,
    order: (date: string, time: string) => readonly [left: string, operator: string, right: string],
    types: string,
    doubt: Doubt,
  ): string {
    const written = this.operands.write(value, scope)
    const x = written.value
    const { before, value: now } = this.operands.write(time.value, scope.inner())
    const ofDates = sequence(before, order(`${x}.getTime()`, `${now}.getTime()`).join(' '))
    const [left, operator, right] = order(x, now)
    const others = doubt.note(sequence(before, `compare("${operator}", ${left}, ${right}${types})`))
    const checked = sequence(ensured(written, definedAndPlain).slice(written.before.length), others)
    return sequence(ensured(written, defined), `isDate(${x}) ? ${ofDates} : ${x} !== null && ${checked}`)
  }

  /** @param ofElements - Whether the elements of the right list are compared. */
  #comparisonOf(left: Side, right: Side, ofElements = false): Comparison {
    const model = this.#modelOf(left) ?? this.#modelOf(right, ofElements)
    const cls = model === undefined ? undefined : this.operands.give({ kind: 'class', model })
    const key = model === undefined ? undefined : rowEqualityOf(this.schema, constructorOf(this.schema, model), true)
    return {
      cls,
      key: key?.column,
      types: typesOf(left, right),
      takesTexts: takesTexts(left, right),
      areScalars: isPlainScalar(left.type) && isPlainScalar(ofElements ? elementType(right.type) : right.type),
    }
  }

  /**
   * Returns the name of the function that compares two operands. Comparisons of rows of one class
   * share a function. Where the class is unknown, comparisons of the same attributes share one, since
   * their values are likely of the same classes.
   */
  #equality(comparison: Comparison, left: Side, right: Side): string {
    const { cls, key, types, takesTexts, areScalars } = comparison
    const attributes = key === undefined ? [left, right].map(({ value }) => attributeOf(value)) : []
    const id = JSON.stringify(['same', cls, key, types, takesTexts, areScalars, ...attributes])
    return this.pool.add('same', id, (name) => equalityFunction(name, comparison))
  }

  /** Writes the search of a list for an item. */
  contains({ item, list }: Contains, scope: CodeScope, doubt: Doubt): string {
    this.#comparesAll ||= !isPlainComparison(item.type, list.type, true)
    const comparison = this.#comparisonOf(item, list, true)
    const same = this.#equality(comparison, item, list)
    const key = `in ${same}${this.counts ? ', counting' : ''}`
    const search = this.pool.add('in', key, (name) => searchFunction(name, same, comparison, this.counts))
    const write = (x: string, y: string): string => `${search}(${x}, ${y}, ${this.operands.account(scope)})`
    return doubt.note(this.operands.between(item.value, list.value, scope, write, false))
  }

  /**
   * Returns the model of an operand's rows if it has a class.
   * @param ofElements - Whether to return that of a list's elements.
   */
  #modelOf({ type: { model, list } }: Side, ofElements = false): string | undefined {
    return model === undefined || list !== ofElements || !constructorOf(this.schema, model) ? undefined : model
  }

  /** Compares a value with nil. */
  #nilTest(x: string, { value, type, declared }: Side): string {
    const types = declared === undefined ? '' : `, ${text(declared)}`
    if (isPlainScalar(type)) return `equalScalars(${x}, null${types})`
    const id = JSON.stringify(['nil', declared, attributeOf(value)])
    const name = this.pool.add('isNil', id, (name) => nilTest(name, `equals(x, null${types})`))
    return `${name}(${x})`
  }

  literal({ side, literals }: Literal, scope: CodeScope, doubt: Doubt): string {
    const [first] = literals
    const written = this.operands.write(side.value, scope)
    const x = written.value
    if (first === null)
      return sequence(
        written.before,
        `${x} === null || !${isScalar(x)} && ${doubt.note(found(written, this.#nilTest(x, side)))}`,
      )
    const values = literals.map((one) => this.operands.value(one))
    const set = `new Set([${values.join(', ')}])`
    const isOne =
      values.length < fewLiterals
        ? values.map((one) => `${x} === ${one}`)
        : [`${this.pool.add('f', set, (name) => `const ${name} = ${set}`)}.has(${x})`]
    const other = this.#isOther(side, written, typeof first, values[0]!, doubt)
    return sequence(written.before, [...isOne, other].join(' || '))
  }

  /**
   * Writes the test of a value that is of another type than a `literal`.
   * @param kind - What `typeof` says of the literal.
   */
  otherThan(side: Side, kind: string, scope: CodeScope): Written & { readonly other: string } {
    const written = this.operands.write(side.value, scope)
    return { ...written, other: this.#isOther(side, written, kind, 'literal', ignored) }
  }

  /**
   * Writes the test of a value that is not the literal that it is compared with.
   * @param kind - What `typeof` says of the literal.
   */
  #isOther({ type, declared }: Side, written: Written, kind: string, literal: string, doubt: Doubt): string {
    const x = written.value
    const isOther = `typeof ${x} !== "${kind}"${type.nullable ? ` && ${x} !== null` : ''}`
    // Only a number can equal a value of another type.
    if (kind === 'number') {
      const isPlain = isPlainNumber(type)
      this.#comparesAll ||= !isPlain
      const types = declared === undefined ? '' : `, ${text(declared)}`
      const equals = isPlain ? 'equalScalars' : 'equals'
      return `${isOther} && ${doubt.note(found(written, `${equals}(${x}, ${literal}${types})`))}`
    }
    const primitives = declared?.[0] === '#' ? text(declared) : undefined
    return `${isOther} && ${doubt.note(`unlike(${given([x, primitives, written.parent])})`)}`
  }
}

/** Writes an ordering: of numbers and of dates, as far as the schema allows them, in place. */
function inOrder(operator: string, x: string, y: string, sides: readonly Side[], asked: string): string {
  // A literal and a result of arithmetic are no dates.
  const mayBe = (isDate: boolean): boolean =>
    sides.every(({ declared }) => declared?.[0] !== '#' || (declared === '#') === isDate) &&
    !(isDate && sides.some(({ value: { kind } }) => kind === 'literal' || kind === 'arithmetic'))
  const [isDateX, isDateY] = [x, y].map((one, at) =>
    isValidDate(sides[at]!) ? `${one} !== undefined` : `isDate(${one})`,
  )
  return [
    ...(mayBe(false) ? [`${areBoth('number', x, y)} ? ${x} ${operator} ${y} : `] : []),
    ...(mayBe(true)
      ? [`${isDateY} && (${x} === null || ${isDateX}) ? ${x} !== null && ${x}.getTime() ${operator} ${y}.getTime() : `]
      : []),
    asked,
  ].join('')
}
