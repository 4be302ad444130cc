import type { ComparisonOperator, Expression } from '../../language/ast.js'
import { compareText } from '../../language/compareText.js'
import { isUntagged } from '../../schema/adoption.js'
import { mayBePartial } from '../../schema/partial.js'
import { equalsItself } from '../../values/equality.js'
import { agreeAtSight } from '../../values/links.js'
import { compareNumbers } from '../../values/order.js'
import { areSameRow, type RowEquality } from '../../values/rows.js'
import { abandon, isThenable } from '../../values/thenable.js'
import { Cell, deref } from '../state/cell.js'
import type { CompiledValue } from '../state/compiledValue.js'
import type { Machine } from '../state/machine.js'
import { Float, isDict, isList, type Term } from '../state/term.js'
import { notePlainClass } from '../terms/lookup.js'

/** There is no value at hand: only the general way can decide the goal. */
export const unsure: unique symbol = Symbol('unsure')

/** Whether values of an operand can be at hand. */
export function isQuick(operand: CompiledValue): boolean {
  switch (operand.kind) {
    case 'slot':
      return true
    case 'value':
      return typeof operand.value !== 'object' || operand.value === null
    case 'field':
      return isQuick(operand.parts[0]!)
    default:
      return false
  }
}

/**
 * A place that compares values. All queries of a program share it. It affects only the speed of
 * comparing two objects, never the result.
 */
export class Comparison {
  /** A class of the application: the class of both sides in the last comparison. */
  plainClass: unknown = unsure
  /** The equality of its instances; it changes together with the class. */
  rows: RowEquality | undefined = undefined
}

/** Returns the value of an operand, without any effect but reading fields; `unsure` if it is not at hand. */
export function quickValue(m: Machine, slots: readonly Term[], operand: CompiledValue): Term | typeof unsure {
  switch (operand.kind) {
    case 'value':
      return operand.value
    case 'slot': {
      const term = slots[operand.slot]
      if (!(term instanceof Cell)) return term
      const value = deref(term)
      return value instanceof Cell ? unsure : value
    }
    case 'field': {
      const of = operand.parts[0]!
      const own = operand.of >= 0 ? slots[operand.of] : undefined
      // Most objects are elements, unchanged.
      const object = own === undefined || own instanceof Cell ? quickValue(m, slots, of) : own
      if (typeof object !== 'object' || object === null) return unsure
      if (object.constructor !== operand.plainClass && !notePlainClass(m, object, operand)) return unsure
      if (mayBePartial(object)) return unsure
      m.at = operand.node.span
      // Sound: instances of this class are known to have fields that can be read as properties.
      const value = (object as Readonly<Record<string, unknown>>)[operand.name]
      if (typeof value === 'string' || typeof value === 'number') return value
      if (isThenable(value)) {
        // The general way reads the field again, so nothing awaits this promise.
        abandon(value)
        return unsure
      }
      if (value === undefined || mayBePartial(value)) return unsure
      const { leadsToRows } = operand
      if (!leadsToRows || typeof value !== 'object') return value
      if (leadsToRows !== true && !agreeAtSight(leadsToRows, object, value)) return unsure
      return value !== null && isUntagged(value, operand) ? unsure : value
    }
    default:
      return unsure
  }
}

/** Returns whether two values are equal; undefined if it is undecided. */
export function quickEqual(m: Machine, left: Term, right: Term, at: Comparison): boolean | undefined {
  if (left === right) return equalsItself(left)
  const a = typeof left
  const b = typeof right
  if (a === 'string' || a === 'boolean') if (b === 'string' || b === 'number' || b === 'boolean') return false
  if (a === 'number' && (b === 'number' || b === 'string' || b === 'boolean')) return false
  if (classOf(left) !== at.plainClass || classOf(right) !== at.plainClass) {
    // A row of a known class is never nil.
    if (
      at.rows !== undefined &&
      classOf(left === null ? right : left) === at.plainClass &&
      (left === null || right === null)
    )
      return false
    if (isOwn(left) || isOwn(right)) return undefined
    const cls = classOf(left)
    if (cls !== undefined && cls === classOf(right)) {
      at.rows = m.host.rowEquality(cls)
      at.plainClass = cls
    }
  } else if (at.rows !== undefined) {
    // Sound: both have a class, so they are objects.
    const same = areSameRow(at.rows, left as object, right as object)
    if (same !== undefined) return same
  }
  m.raw = true
  const equal = m.host.equal(left, right)
  m.raw = false
  return typeof equal === 'boolean' ? equal : undefined
}

/**
 * Compares two values with an operator other than `=`; returns undefined if it is undecided.
 * @param node - The comparison.
 */
export function quickCompare(
  m: Machine,
  operator: ComparisonOperator,
  left: Term,
  right: Term,
  node: Expression,
): boolean | undefined {
  if (typeof left === 'number' && typeof right === 'number') return compareNumbers(operator, left, right)
  if (typeof left === 'string' && typeof right === 'string')
    return compareNumbers(operator, compareText(left, right), 0)
  if (typeof left !== 'object' && typeof right !== 'object') return undefined
  if (isOwn(left) || isOwn(right)) return undefined
  m.at = node.span
  m.raw = true
  const isEquality = operator === '==' || operator === '!='
  const answer = isEquality ? m.host.compareEqual(left, right) : m.host.order(operator, left, right)
  m.raw = false
  if (typeof answer !== 'boolean') return undefined
  return operator === '!=' ? !answer : answer
}

/** Returns the constructor of an object; undefined if there is none. */
function classOf(term: Term): unknown {
  return typeof term === 'object' && term !== null ? term.constructor : undefined
}

function isOwn(term: Term): boolean {
  return typeof term === 'bigint' || term instanceof Float || isList(term) || isDict(term) || isThenable(term)
}
