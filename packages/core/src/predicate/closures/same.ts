import { areSameRow, type RowEquality } from '../../values/rows.js'
import type { EqualityMeaning } from '../meaning.js'
import { equals, equalsLiteral, get, held, plain, type Reader, type Slots } from '../read.js'

/** How a condition compares two operands. It remembers how rows of the latest class are compared. */
export class Comparison {
  readonly meaning: EqualityMeaning
  readonly leftType: string | undefined
  readonly rightType: string | undefined
  /** Shared by all evaluations: it depends on the class alone. */
  cls: unknown = undefined
  rows: RowEquality | undefined = undefined

  /** @param leftType - The declared type (`declaredType`) of the left operand. */
  constructor(meaning: EqualityMeaning, leftType: string | undefined, rightType: string | undefined) {
    this.meaning = meaning
    this.leftType = leftType
    this.rightType = rightType
  }
}

/** Returns whether two values are equal, as `equals` does. */
export function areSame(how: Comparison, left: unknown, right: unknown): boolean {
  if (typeof left === 'object' && left !== null && typeof right === 'object' && right !== null) {
    const cls = left.constructor
    if (left === right || cls === right.constructor) {
      const rows = rowsOf(how, cls)
      // A row that is no promise equals itself.
      const same = rows && (left === right ? plain(left) === right : areSameRow(rows, left, right))
      if (same !== undefined) return same
    }
  }
  return equals(how.meaning, left, right, how.leftType, how.rightType)
}

function rowsOf(how: Comparison, cls: unknown): RowEquality | undefined {
  if (cls === how.cls) return how.rows
  how.rows = how.meaning.rowEquality(cls)
  how.cls = cls
  return how.rows
}

/** An operand that other values are compared with. Its class and key are read once for each frame. */
export interface Expected {
  readonly reader: Reader
  /** The slot of the `Known` value; 0, the actor's slot, for an operand that changes within a frame. */
  readonly memo: number
}

/** A value that others are compared with. */
export class Known {
  readonly value: unknown
  /** The class, if the value is a row with one number or text as its key. */
  readonly cls: unknown
  readonly column: string
  readonly key: unknown

  constructor(value: unknown, cls: unknown, column: string, key: unknown) {
    this.value = value
    this.cls = cls
    this.column = column
    this.key = key
  }
}

/** Returns an operand's value with its class and key. */
export function knownOf(how: Comparison, { reader, memo }: Expected, frame: Slots): Known {
  if (memo === 0) return new Known(held(get(reader, frame)), undefined, '', undefined)
  const known = frame[memo] as Known | undefined
  if (known !== undefined) return known
  const found = know(how, held(get(reader, frame)))
  frame[memo] = found
  return found
}

function know(how: Comparison, value: unknown): Known {
  if (typeof value === 'object' && value !== null) {
    const cls = value.constructor
    const column = rowsOf(how, cls)?.column
    if (column !== undefined) {
      const key = (value as Readonly<Record<string, unknown>>)[column]
      if (typeof key === 'number' || typeof key === 'string') return new Known(value, cls, column, key)
    }
  }
  return new Known(value, undefined, '', undefined)
}

/** Returns whether a value equals a known one, as `equals` does. */
export function equalsKnown(how: Comparison, value: unknown, known: Known): boolean {
  if (known.cls !== undefined) {
    // A row that is no promise equals itself.
    if (value === known.value) return plain(value) === value
    if (value === null) return false
    if (typeof value === 'object' && value.constructor === known.cls) {
      const key = (value as Readonly<Record<string, unknown>>)[known.column]
      if (typeof key === typeof known.key) return key === known.key
    }
  }
  return areSame(how, value, known.value)
}

/** Returns whether a value is nil, as `equalsLiteral` does. Instances of the latest class are known not to be. */
export function equalsNil(how: Comparison, value: unknown): boolean {
  if (value === null) return true
  if (typeof value !== 'object') return equalsLiteral(how.meaning, value, null, how.leftType)
  const cls = value.constructor
  if (cls !== undefined && cls === how.cls) return false
  const isNil = equalsLiteral(how.meaning, value, null, how.leftType)
  if (!Array.isArray(value) && (cls === Date || how.meaning.schema.modelOfClass(cls))) how.cls = cls
  return isNil
}
