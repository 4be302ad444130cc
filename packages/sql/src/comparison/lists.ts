import type { Span } from '@arcturus/core/internal/sql'
import { assertStorable, equalTo } from '../column/columnTest.js'
import { refuseType } from '../column/refusals.js'
import { computedText, valueOperand } from '../dialects/standard.js'
import { all, atom, type Sql } from '../sql.js'
import type { SqlColumn } from '../tables.js'
import { type Columns, computed } from './columns.js'
import { isJson, presencesOf, present, type Value } from './value.js'

/** Writes tests of the elements of columns that hold lists. */
export class ListTests {
  constructor(private readonly columns: Columns) {}

  /** Writes that a value is an element of a column that holds a list. */
  contains(list: Value, item: unknown, span: Span): Sql {
    if (isJson(list)) return this.#inJson(list, item, span)
    const element = elementOf(list, span)
    if (list.column.type.kind === 'list' && list.column.type.separated)
      return this.#inSeparated(list, element, item, span)
    if (item === null)
      return present(this.columns.dialect.has(list.text, '', true) ?? refuseType(list.column, span), list)
    const test = equalTo(element, item, span)
    if (test.kind === 'never') return false
    if (test.kind !== 'is') return refuseType(list.column, span)
    const isCollated = element.type.kind === 'text' && !element.type.exact
    const place = this.columns.place(element)(test.value)
    const found = isCollated
      ? this.columns.dialect.hasText(list.text, place)
      : this.columns.dialect.has(list.text, place, false)
    return present(found ?? refuseType(list.column, span), list)
  }

  /** Writes that a text is an element of a list that is stored as a text. */
  #inSeparated(list: Value, element: SqlColumn, item: unknown, span: Span): Sql {
    const test = item === null ? undefined : equalTo(element, item, span)
    if (test?.kind !== 'is' || typeof test.value !== 'string' || test.value.includes(',')) return false
    const place = this.columns.textPlace(element)
    const whole = this.columns.dialect.concat([
      valueOperand(place(',')),
      computedText(list.text),
      valueOperand(place(',')),
    ])
    const found = this.columns.dialect.includes(computedText(whole), valueOperand(place(`,${test.value},`)))
    return present(test.value === '' ? all([found, atom(`${list.text} <> ''`)]) : found, list)
  }

  /**
   * Writes that a text is an element of the list in a JSON column, or a character of the text in
   * it.
   */
  #inJson(list: Value, item: unknown, span: Span): Sql {
    if (typeof item !== 'string') return refuseType(list.column, span)
    assertStorable(item, 'for', span)
    const isCharacter = [...item].length === 1
    return present(
      this.columns.dialect.inJson(list.text, valueOperand(this.columns.parameter(item, computed)), isCharacter),
      list,
    )
  }

  /** Writes that a column's text is an element of the list in a JSON column, or a part of the text in it. */
  jsonContains(list: Value, item: Value, span: Span): Sql {
    const operand = this.columns.textOperand(item, span)
    return all([this.columns.dialect.inJson(list.text, operand, undefined), ...presencesOf(list, item)])
  }
}

function elementOf({ column }: Value, span: Span): SqlColumn {
  return column.type.kind === 'list'
    ? { name: column.name, nullable: true, type: column.type.of }
    : refuseType(column, span)
}
