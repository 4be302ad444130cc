import { areSameRow, type RowEquality } from '../../values/rows.js'
import type { Decision } from '../../values/semantics.js'
import { abandon } from '../../values/thenable.js'
import { bailOut } from '../bail.js'
import type { RowMeaning, ValueMeaning } from '../meaning.js'
import { equals, equalsLiteral, held, plain } from '../read.js'
import type { Slots } from './frame.js'
import { get, type Reader } from './reader.js'

/** How a condition compares two operands. It remembers how rows of the latest class are compared. */
export interface Comparison {
  readonly meaning: ValueMeaning & RowMeaning
  /** The declared types (`declaredType`) of the operands. */
  readonly leftType: string | undefined
  readonly rightType: string | undefined
  /** Whether the known value is the left one. */
  readonly isMirrored: boolean
  /** Shared by all evaluations: it depends on the class alone. */
  cls: unknown
  rows: RowEquality | undefined
}

/** Returns whether two values are equal, as `equals` does. */
export function areSame(how: Comparison, left: unknown, right: unknown): Decision {
  if (typeof left === 'number' && typeof right === 'number') return left === right
  if (typeof left === 'object' && left !== null && typeof right === 'object' && right !== null) {
    const cls = left.constructor
    if (left === right || cls === right.constructor) {
      const rows = rowsOf(how, cls)
      // A row that is no promise equals itself.
      const same = rows && (left === right ? plain(left) === right : areSameRow(rows, left, right))
      if (same !== undefined) return same
    }
  }
  if (left instanceof Promise) bailOut(left, right)
  return equals(how.meaning, left, right, how.leftType, how.rightType)
}

function rowsOf(how: Comparison, cls: unknown): RowEquality | undefined {
  if (cls === how.cls) return how.rows
  how.rows = how.meaning.rowEquality(cls)
  how.cls = cls
  return how.rows
}

/** A value that others are compared with. */
export interface Known {
  readonly value: unknown
  /** The class, if the value is a row with one number or text as its key. Such a row equals itself. */
  readonly cls: unknown
  readonly column: string
  readonly key: unknown
}

/** Reads an operand's value for a comparison with another value, and writes its `Known` to a slot. */
export function learn(how: Comparison, reader: Reader, slot: number, frame: Slots, other: unknown): Known {
  try {
    const found = know(how, get(reader, frame))
    frame[slot] = found
    return found
  } catch (error) {
    abandon(other)
    throw error
  }
}

function know(how: Comparison, value: unknown): Known {
  if (typeof value === 'object' && value !== null) {
    const cls = value.constructor
    const column = rowsOf(how, cls)?.column
    if (column !== undefined) {
      // Sound: any object can have these attributes. V8 learns here of fewer classes than in a function for all values.
      const row = value as Readonly<Record<string, unknown>> & { readonly then?: unknown }
      if (typeof row.then === 'function') bailOut(row)
      const key = row[column]
      // NaN, which no comparison finds equal to itself, is no key.
      if (typeof key === 'string' || (typeof key === 'number' && !Number.isNaN(key))) return { value, cls, column, key }
    }
  }
  return { value: held(value), cls: undefined, column: '', key: undefined }
}

/** Returns whether a value equals a known one, as `equals` does. */
export function equalsKnown(how: Comparison, value: unknown, known: Known): Decision {
  const { cls } = known
  if (cls !== undefined) {
    if (value === known.value) return true
    if (value === null) return false
    if (typeof value === 'object' && value.constructor === cls) {
      const key = (value as Readonly<Record<string, unknown>>)[known.column]
      // V8 compares a type with a literal at once, but not two types.
      if (typeof key === 'number' && typeof known.key === 'number' && !Number.isNaN(key)) return key === known.key
      if (typeof key === 'string' && typeof known.key === 'string') return key === known.key
    }
  }
  return how.isMirrored ? areSame(how, known.value, value) : areSame(how, value, known.value)
}

/** Returns whether a value is nil, as `equalsLiteral` does. Instances of the latest class are not. */
export function equalsNil(how: Comparison, value: unknown): Decision {
  if (value === null) return true
  if (typeof value !== 'object') return equalsLiteral(how.meaning, value, null, how.leftType)
  const cls = value.constructor
  if (cls !== undefined && cls === how.cls) return false
  const isNil = equalsLiteral(how.meaning, value, null, how.leftType)
  if (isNil === false && !Array.isArray(value) && (cls === Date || how.meaning.schema.modelOfClass(cls))) how.cls = cls
  return isNil
}
