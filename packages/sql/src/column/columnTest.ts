import { compareNumbers, compareText, isDecimal, isNumeric, isUuid, type Span } from '@arcturus/core/internal/sql'
import { isStorable } from '../prefix.js'
import { refuse } from '../refusal.js'
import { isTextual, type SqlColumn, type SqlType } from '../tables.js'
import { dateEqual, dateOrder } from './dates.js'
import { numberEqual, numberOrder } from './numbers.js'
import { refuseInfinite, refuseMixture, refuseType } from './refusals.js'
import { always, among, is, never, type Order, oneOf, type ValueTest } from './valueTest.js'

/**
 * Returns the test for a column's values that equal a value other than nil. A value of another type
 * equals none.
 * @throws UnsupportedFilterError if the database and a check compare them differently
 * @example
 * equalTo({ name: 'n', nullable: false, type: integer }, 1.5, span) // { kind: 'never' }
 */
export function equalTo(column: SqlColumn, value: unknown, span: Span): ValueTest {
  const { type } = column
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? is('=', value) : otherType(column, value, span)
    case 'enum': {
      const stored = typeof value === 'string' ? type.values.get(value) : undefined
      return stored === undefined ? otherType(column, value, span) : is('=', stored)
    }
    case 'uuid':
      if (typeof value !== 'string') return otherType(column, value, span)
      // The database reads a UUID in several forms, and returns it in one.
      return isUuid(value) ? is('=', value) : never
    case 'form':
      if (typeof value !== 'string') return otherType(column, value, span)
      return type.has(value) ? is('=', value) : never
    case 'text':
      if (typeof value !== 'string') return otherType(column, value, span)
      if (isStorable(value)) return is('=', value)
      // No database stores half of a UTF-16 pair. Some store a zero character; in others it ends
      // the text.
      return value.includes('\0')
        ? refuse('column-type', 'Cannot compare a string that contains the character U+0000.', span)
        : never
    case 'date':
      // TypeORM reads PostgreSQL's infinity as a number.
      if (!type.common && isInfinite(value)) return refuseInfinite(span)
      if (!(value instanceof Date)) return otherType(column, value, span)
      return dateEqual(type, value, span)
    case 'integer':
    case 'float':
    case 'decimal': {
      if (!isNumeric(value)) return otherType(column, value, span)
      return isNotANumber(value) ? never : numberEqual(type, value, column, span)
    }
    case 'list':
    case 'other':
      return refuseType(column, span)
  }
}

/**
 * Returns the test for a column's values that are in that order to a value other than nil.
 * @throws UnsupportedFilterError if the database and a check compare them differently
 * @example
 * orderedTo({ name: 'n', nullable: false, type: integer }, '<', 1.5, span) // { kind: 'is', operator: '<=', value: 1 }
 */
export function orderedTo(column: SqlColumn, order: Order, value: unknown, span: Span): ValueTest {
  const { type } = column
  switch (type.kind) {
    case 'boolean': {
      const rank = typeof value === 'boolean' ? Number(value) : typeof value === 'number' ? value : undefined
      if (rank === undefined) return refuseMixture(column, span)
      return among([false, true], (one) => compareNumbers(order, Number(one), rank))
    }
    case 'enum': {
      if (typeof value !== 'string') return refuseMixture(column, span)
      const names = [...type.values].filter(([name]) => compareNumbers(order, compareText(name, value), 0))
      return names.length === type.values.size ? always : oneOf(names.map(([, stored]) => stored))
    }
    case 'uuid':
    case 'form':
    case 'text':
      if (typeof value !== 'string') return refuseMixture(column, span)
      if (!isStorable(value))
        refuse(
          'column-type',
          'Cannot compare a string that contains U+0000 or a lone surrogate: databases do not store it.',
          span,
        )
      return type.kind !== 'uuid' || isUuid(value) ? is(order, value) : refuseMixture(column, span)
    case 'date':
      if (!(value instanceof Date)) return refuseMixture(column, span)
      return dateOrder(type, order, value, span)
    case 'integer':
    case 'float':
    case 'decimal':
      if (!isNumeric(value)) return refuseMixture(column, span)
      return isNotANumber(value) ? never : numberOrder(type, order, value, column, span)
    case 'list':
    case 'other':
      return refuseType(column, span)
  }
}

/**
 * Returns the test for a column's values that are instances of a built-in class, such as `String`.
 * Any number is an Integer and a Float.
 * @throws UnsupportedFilterError for a list, and for a type whose values are unknown
 */
export function instanceOf(column: SqlColumn, model: string, span: Span): ValueTest {
  const { type } = column
  if (type.kind === 'other' || type.kind === 'list') return refuseType(column, span)
  return classesOf(type).includes(model) ? always : never
}

function classesOf(type: SqlType): readonly string[] {
  if (isTextual(type)) return ['String']
  if (type.kind === 'date') return []
  return type.kind === 'boolean' ? ['Boolean'] : ['Integer', 'Float']
}

/** The operators that search a text in another one. */
export type TextOperator = 'startsWith' | 'endsWith' | 'includes'

/**
 * Returns the test for a column's texts that contain a part.
 * @returns undefined if the database must search the part in the texts
 * @throws UnsupportedFilterError for a part that is not a text, or that databases do not store
 */
export function containing(
  column: SqlColumn,
  operator: TextOperator,
  part: unknown,
  span: Span,
): ValueTest | undefined {
  const { type } = column
  if (typeof part !== 'string') return refuseMixture(column, span)
  if (type.kind === 'enum')
    return oneOf([...type.values].filter(([name]) => name[operator](part)).map(([, stored]) => stored))
  if (part === '') return always
  assertStorable(part, 'for', span)
  return undefined
}

/** Refuses a text that databases do not store, so that searching it would find other rows than a check. */
export function assertStorable(text: string, preposition: 'for' | 'in', span: Span): void {
  if (isStorable(text)) return
  refuse(
    'text-pattern',
    `Cannot search ${preposition} a string that contains U+0000 or a lone surrogate: databases do not store it.`,
    span,
  )
}

/**
 * A value of another type equals none of the column's values. A value of an unknown type is
 * refused.
 */
function otherType(column: SqlColumn, value: unknown, span: Span): ValueTest {
  return typeof value !== 'object' || value instanceof Date || isDecimal(value) ? never : refuseMixture(column, span)
}

function isInfinite(value: unknown): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY
}

function isNotANumber(value: unknown): boolean {
  return typeof value !== 'bigint' && Number.isNaN(Number(value))
}
