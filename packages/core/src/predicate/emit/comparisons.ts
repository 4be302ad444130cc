import type { Compare, In, Operand } from '../../condition/condition.js'
import type { TextTest } from '../../condition/texts.js'
import { declaredType, operandType } from '../../condition/type.js'
import { constructorOf } from '../../schema/classes.js'
import type { Schema } from '../../schema/schema.js'
import { allKinds } from '../../values/kinds.js'
import { rowEqualityOf } from '../../values/rows.js'
import { isLiteral } from '../compiler.js'
import type { Doubt } from './doubt.js'
import type { OperandWriter } from './operands.js'
import { isPlainComparison, isPlainNumber, isPlainOrder } from './plainness.js'
import type { FunctionPool } from './pool.js'
import type { CodeScope } from './scope.js'
import {
  areBoth,
  areOfOneType,
  type Comparison,
  equality,
  equalityFunction,
  found,
  given,
  held,
  isScalar,
  kept,
  nilTest,
  plainly,
  searchFunction,
  sequence,
  settled,
  text,
  type Written,
} from './templates.js'

/** Returns the name of the attribute that an operand is read from last. */
export function attributeOf(operand: Operand): string | undefined {
  return operand.kind === 'path' ? operand.steps.at(-1)?.name : undefined
}

function isAssumedDate(operand: Operand): boolean {
  return (operand.kind === 'call' || operand.kind === 'constant') && operand.assumed === 'date'
}

/** Writes `x == nil` or `x != nil`. */
function isNone(plain: string, x: string, operator: '==' | '!=', doubt: Doubt): string {
  if (operator === '==') return `${plain} === null || ${x} === undefined && ${doubt.note(x)}`
  return `${plain} !== null && (${x} !== undefined || ${doubt.note(x)})`
}

/** Writes comparisons of operands. */
export class ComparisonWriter {
  readonly #schema: Schema
  readonly #operands: OperandWriter
  readonly #pool: FunctionPool
  readonly #counts: boolean
  #comparesAll = false
  #ordersAll = false

  /**
   * @param pool - Collects the functions that compare.
   * @param counts - Whether an evaluation counts its steps.
   */
  constructor(schema: Schema, operands: OperandWriter, pool: FunctionPool, counts: boolean) {
    this.#schema = schema
    this.#operands = operands
    this.#pool = pool
    this.#counts = counts
  }

  /** Whether values of more kinds than `plainKinds` has were compared. */
  get comparesAll(): boolean {
    return this.#comparesAll
  }

  /** Whether values of more kinds than `plainOrder` has were ordered. */
  get ordersAll(): boolean {
    return this.#ordersAll
  }

  write({ operator, left, right }: Compare, scope: CodeScope, doubt: Doubt): string {
    if (operator !== '=') {
      const isEquality = operator === '==' || operator === '!='
      const types = this.#types(left, right)
      if (!isEquality && isAssumedDate(right) && this.#canBeDate(left))
        return this.#orderBesideTime(left, right, scope, (date, time) => [date, operator, time], types, doubt)
      if (!isEquality && isAssumedDate(left) && this.#canBeDate(right))
        return this.#orderBesideTime(right, left, scope, (date, time) => [time, operator, date], types, doubt)
      return this.#operands.between(left, right, scope, (x, y) => {
        if (isEquality && y === 'null') return isNone(plainly(x, scope), x, operator, doubt)
        this.#ordersAll ||= !isPlainOrder(this.#schema, operator, left, right)
        const asked = doubt.note(`compare("${operator}", ${x}, ${y}${types})`)
        if (!isEquality) return this.#order(operator, x, y, [left, right], asked)
        return `${areOfOneType(x, y, this.#takesTexts(left, right))} ? ${x} ${operator}= ${y} : ${asked}`
      })
    }
    if (isLiteral(right)) return this.#equalsLiteral(left, right.value, scope, doubt)
    if (isLiteral(left)) return this.#equalsLiteral(right, left.value, scope, doubt)
    const comparison = this.#comparisonOf(left, right)
    const same = this.#equality(comparison, left, right)
    const x = this.#operands.write(left, scope)
    const y = this.#operands.write(right, scope)
    return sequence(
      [...(y.before.length > 0 ? held(x, comparison.cls) : x.before), ...y.before],
      equality(same, comparison, this.#asRow(x, left), this.#asRow(y, right), doubt),
    )
  }

  /** Keeps the mark of a row only if its class is no class of values, such as dates. */
  #asRow(written: Written, operand: Operand): Written {
    const model = written.isRow ? this.#modelOf(operand) : undefined
    const cls = model === undefined ? undefined : constructorOf(this.#schema, model)
    return { ...written, isRow: cls !== undefined && !allKinds.isValueClass(cls) }
  }

  /** Returns whether an attribute is declared as a date, or may be one. */
  #canBeDate(operand: Operand): boolean {
    return operand.kind === 'path' && [undefined, '#'].includes(declaredType(this.#schema, operand))
  }

  /**
   * Writes the ordering of an attribute, which may be a date, and a time that is read only if it is needed.
   * @param order - Returns both sides of the ordering, and its operator between them.
   * @param types - The last arguments of `compare`.
   */
  #orderBesideTime(
    operand: Operand,
    time: Operand,
    scope: CodeScope,
    order: (date: string, time: string) => readonly [left: string, operator: string, right: string],
    types: string,
    doubt: Doubt,
  ): string {
    const written = this.#operands.write(operand, scope)
    const x = written.value
    const { before, value } = this.#operands.write(time, scope.inner())
    const ofDates = sequence(before, order(`${x}.getTime()`, `${value}.getTime()`).join(' '))
    const [left, operator, right] = order(x, value)
    const others = doubt.note(sequence(before, `compare("${operator}", ${left}, ${right}${types})`))
    const checked = sequence(kept(written).slice(written.before.length), others)
    return sequence(settled(written), `isDate(${x}) ? ${ofDates} : ${x} !== null && ${checked}`)
  }

  /** Writes an ordering: of numbers and of dates, as far as the schema allows them, in place. */
  #order(operator: string, x: string, y: string, operands: readonly Operand[], asked: string): string {
    const types = operands.map((operand) => declaredType(this.#schema, operand))
    // A literal and a result of arithmetic are no dates.
    const mayBe = (isDate: boolean): boolean =>
      types.every((type) => type?.[0] !== '#' || (type === '#') === isDate) &&
      !(isDate && operands.some(({ kind }) => kind === 'value' || kind === 'arithmetic' || kind === 'count'))
    return [
      ...(mayBe(false) ? [`${areBoth('number', x, y)} ? ${x} ${operator} ${y} : `] : []),
      ...(mayBe(true)
        ? [
            `isDate(${y}) && (${x} === null || isDate(${x})) ? ${x} !== null && ${x}.getTime() ${operator} ${y}.getTime() : `,
          ]
        : []),
      asked,
    ].join('')
  }

  /** @param ofElements - Whether the elements of the right list are compared. */
  #comparisonOf(left: Operand, right: Operand, ofElements = false): Comparison {
    this.#comparesAll ||= !isPlainComparison(this.#schema, left, right, ofElements)
    const model = this.#modelOf(left) ?? this.#modelOf(right, ofElements)
    const cls = model === undefined ? undefined : this.#operands.give({ kind: 'class', model })
    const key = model === undefined ? undefined : rowEqualityOf(this.#schema, constructorOf(this.#schema, model), true)
    return { cls, key: key?.column, types: this.#types(left, right), takesTexts: this.#takesTexts(left, right) }
  }

  /**
   * Returns the name of the function that compares two operands. Comparisons of rows of one class
   * share a function. Where the class is unknown, comparisons of the same attributes share one, since
   * their values are likely of the same classes.
   */
  #equality(comparison: Comparison, left: Operand, right: Operand): string {
    const { cls, key, types, takesTexts } = comparison
    const attributes = key === undefined ? [left, right].map(attributeOf) : []
    const id = JSON.stringify(['same', cls, key, types, takesTexts, ...attributes])
    return this.#pool.add('same', id, (name) => equalityFunction(name, comparison))
  }

  /**
   * Writes the declared types of both operands, the last arguments of a comparison; nothing if the
   * schema declares none.
   */
  #types(left: Operand, right: Operand): string {
    const types = [left, right].map((operand) => declaredType(this.#schema, operand))
    const written = given(types.map((type) => type && text(type)))
    return written && `, ${written}`
  }

  /** Returns whether neither operand is declared as a date, a number or a boolean. */
  #takesTexts(left: Operand, right: Operand): boolean {
    return ![left, right].some((operand) => declaredType(this.#schema, operand)?.startsWith('#'))
  }

  /** Writes the search of a list for an item. */
  writeIn(condition: In, scope: CodeScope): string {
    return this.#operands.between(
      condition.item,
      condition.list,
      scope,
      (item, list) => `${this.#search(condition)}(${item}, ${list}, ${this.#operands.account(scope)})`,
      false,
    )
  }

  /** Returns the name of the function that searches a list for an item. */
  #search({ item, list }: In): string {
    const comparison = this.#comparisonOf(item, list, true)
    const same = this.#equality(comparison, item, list)
    const key = `in ${same}${this.#counts ? ', counting' : ''}`
    return this.#pool.add('in', key, (name) => searchFunction(name, same, comparison.cls, this.#counts))
  }

  /**
   * Returns the model of an operand's rows if it has a class.
   * @param ofElements - Whether to return that of a list's elements.
   */
  #modelOf(operand: Operand, ofElements = false): string | undefined {
    const { model, list } = operandType(this.#schema, operand)
    return model === undefined || list !== ofElements || !constructorOf(this.#schema, model) ? undefined : model
  }

  /** Returns the name of the function that compares an operand with nil. */
  #nilTest(operand: Operand, type: string | undefined): string {
    const id = JSON.stringify(['nil', type, attributeOf(operand)])
    const asked = `equals(x, null${type === undefined ? '' : `, ${text(type)}`})`
    return this.#pool.add('isNil', id, (name) => nilTest(name, asked))
  }

  #equalsLiteral(operand: Operand, literal: unknown, scope: CodeScope, doubt: Doubt): string {
    const it = this.#operands.value(literal)
    this.#comparesAll ||= typeof literal === 'number' && !isPlainNumber(operandType(this.#schema, operand))
    const written = this.#operands.write(operand, scope)
    const x = written.value
    const type = declaredType(this.#schema, operand)
    if (literal === null)
      return sequence(
        written.before,
        `${x} === null || !${isScalar(x)} && ${doubt.note(found(written, `${this.#nilTest(operand, type)}(${x})`))}`,
      )
    return sequence(written.before, `${x} === ${it} || ${this.#isOther(operand, written, typeof literal, it, doubt)}`)
  }

  /**
   * Writes the test of a value that is not the literal that it is compared with.
   * @param kind - What `typeof` says of the literal.
   */
  #isOther(operand: Operand, written: Written, kind: string, literal: string, doubt: Doubt): string {
    const x = written.value
    const type = declaredType(this.#schema, operand)
    const isOther = `typeof ${x} !== "${kind}"${operandType(this.#schema, operand).nullable ? ` && ${x} !== null` : ''}`
    // Only a number can equal a value of another type.
    if (kind === 'number')
      return `${isOther} && ${doubt.note(found(written, `equals(${x}, ${literal}${type === undefined ? '' : `, ${text(type)}`})`))}`
    return `${isOther} && ${doubt.note(`unlike(${given([x, type?.[0] === '#' ? text(type) : undefined, written.parent])})`)}`
  }

  /** Writes the comparison of one operand with several texts as one test. */
  writeTexts(tests: readonly TextTest[], scope: CodeScope, doubt: Doubt): string {
    const { left } = tests[0]!
    const written = this.#operands.write(left, scope)
    const x = written.value
    const literals = tests.map(({ right }) => text(right.value))
    const other = this.#isOther(left, written, 'string', '', doubt)
    return sequence(written.before, [...literals.map((one) => `${x} === ${one}`), other].join(' || '))
  }
}
