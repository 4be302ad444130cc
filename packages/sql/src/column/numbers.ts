import type { Span } from '@arcturus/core/internal/sql'
import { type ExactNumber, exactOf, floatOf, floorOf, precisionOf, textOf } from '../exactNumber.js'
import { refuse } from '../refusal.js'
import type { SqlColumn, SqlType } from '../tables.js'
import { refuseInfinite, refuseType } from './refusals.js'
import { always, is, never, type Order, type ValueTest } from './valueTest.js'

type NumberType = Extract<SqlType, { kind: 'integer' | 'float' | 'decimal' }>

export function numberEqual(type: NumberType, value: unknown, column: SqlColumn, span: Span): ValueTest {
  if (type.kind === 'integer' && Number.isSafeInteger(value)) {
    // Sound: no other value is a safe integer. Most keys are, and there can be thousands. The
    // addition turns -0 into 0.
    const whole = (value as number) + 0
    return whole < type.from || whole > type.to ? never : is('=', type.bigint ? BigInt(whole) : whole)
  }
  const exact = exactBeside(type, value)
  switch (type.kind) {
    case 'integer':
      if (!exact || exact.scale > 0 || exact.digits < type.from || exact.digits > type.to) return never
      return is('=', sent(type, exact.digits))
    case 'float': {
      if (type.single) return refuseType(column, span)
      const float = nearest(exact, span)
      return float.side === 0 ? is('=', float.number) : never
    }
    case 'decimal':
      return is('=', decimal(type, exact, span))
  }
}

export function numberOrder(type: NumberType, order: Order, value: unknown, column: SqlColumn, span: Span): ValueTest {
  const exact = exactBeside(type, value)
  const isBelow = order === '<' || order === '<='
  switch (type.kind) {
    case 'integer': {
      // Beyond the column's range, the database may reject the number itself.
      if (!exact) return Number(value) > 0 === isBelow ? always : never
      const floor = floorOf(exact)
      if (floor > type.to) return isBelow ? always : never
      if (floor < type.from) return isBelow ? never : always
      // Between two whole numbers there is no equality: below 1.5 is up to 1, above it is above 1.
      return is(exact.scale === 0 ? order : isBelow ? '<=' : '>', sent(type, floor))
    }
    case 'float': {
      if (type.single) return refuseType(column, span)
      const { number, side } = nearest(exact, span)
      if (side === 0) return is(order, number)
      // The nearest number of JavaScript is not the value itself. It is on one side of it or the
      // other.
      return is(isBelow ? (side < 0 ? '<=' : '<') : side < 0 ? '>' : '>=', number)
    }
    case 'decimal':
      return is(order, decimal(type, exact, span))
  }
}

/**
 * Returns the exact value of a number beside values of a column. Beside whole numbers it is that of
 * the double, beside decimals that of its shortest text.
 */
function exactBeside({ kind }: NumberType, value: unknown): ExactNumber | undefined {
  return exactOf(kind === 'integer' && Number.isInteger(value) ? BigInt(value as number) : value)
}

function sent(type: Extract<SqlType, { kind: 'integer' }>, value: bigint): unknown {
  const isSafe = value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= -BigInt(Number.MAX_SAFE_INTEGER)
  return type.bigint || !isSafe ? value : Number(value)
}

function nearest(exact: ExactNumber | undefined, span: Span): NonNullable<ReturnType<typeof floatOf>> {
  return (exact && floatOf(exact)) ?? refuseInfinite(span)
}

function decimal(
  { digits }: Extract<SqlType, { kind: 'decimal' }>,
  exact: ExactNumber | undefined,
  span: Span,
): string {
  if (!exact) return refuseInfinite(span)
  if (precisionOf(exact) <= digits) return textOf(exact)
  return refuse('column-type', `The database compares only ${digits} digits of a decimal; this number has more.`, span)
}
