import { bailOut } from '../../predicate/bail.js'
import type { RowMeaning, ValueMeaning } from '../../predicate/meaning.js'
import { compare, equals, equalsLiteral, plain } from '../../predicate/read.js'
import type { RowEquality } from '../../values/rows.js'
import type { Decision } from '../../values/semantics.js'

/** How a condition compares two operands. It remembers how rows of the latest class are compared. */
export interface Comparison {
  readonly meaning: ValueMeaning & RowMeaning
  /** The declared types (`declaredType`) of the operands. */
  readonly leftType: string | undefined
  readonly rightType: string | undefined
  /** Shared by all evaluations: it depends on the class alone. */
  cls: unknown
  rows: RowEquality | undefined
}

/** Returns whether two values are equal, as `equals` does. */
export function areSame(how: Comparison, left: unknown, right: unknown): Decision {
  if (typeof left === 'number' && typeof right === 'number') return left === right
  const same = areSameRows(how, left, right)
  if (same !== undefined) return same
  if (left instanceof Promise) bailOut(left, right)
  return equals(how.meaning, left, right, how.leftType, how.rightType)
}

/** Returns whether two values are equal by `==`, as `compare` does. */
export function areEqual(how: Comparison, left: unknown, right: unknown): Decision {
  return areSameRows(how, left, right) ?? compare(how.meaning, '==', left, right, how.leftType, how.rightType)
}

/** Compares two rows of one class, or a row and nil; undefined for other values. */
function areSameRows(how: Comparison, left: unknown, right: unknown): Decision {
  if (typeof left !== 'object' || typeof right !== 'object') return undefined
  if (left === null || right === null) {
    const other = left ?? right
    return how.rows !== undefined && other !== null && other.constructor === how.cls ? false : undefined
  }
  const cls = left.constructor
  if (cls !== right.constructor) return undefined
  if (cls !== how.cls) {
    how.rows = how.meaning.rowEquality(cls)
    how.cls = cls
  }
  if (how.rows === undefined) return undefined
  const { column } = how.rows
  // A row that is no promise equals itself.
  if (left === right) return plain(left) === right
  if (column === undefined) return false
  // Sound: any object can have the attribute.
  const a = (left as Readonly<Record<string, unknown>>)[column]
  const b = (right as Readonly<Record<string, unknown>>)[column]
  // V8 compares a type with a literal at once, but not two types. NaN, which no comparison finds equal to itself, is no key.
  if (typeof a === 'number' && typeof b === 'number' && !Number.isNaN(a) && !Number.isNaN(b)) return a === b
  return typeof a === 'string' && typeof b === 'string' ? a === b : undefined
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
