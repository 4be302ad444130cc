import type { ComparisonOperator } from '../../language/ast.js'
import { compareText } from '../../language/compareText.js'
import { isUntagged } from '../../schema/adoption.js'
import { mayBePartial } from '../../schema/partial.js'
import { equalsItself } from '../../values/equality.js'
import { compareNumbers } from '../../values/order.js'
import { areSameRow, type RowEquality } from '../../values/rows.js'
import { abandon, isThenable } from '../../values/thenable.js'
import { Cell, deref } from '../state/cell.js'
import type { CompiledValue } from '../state/compiledValue.js'
import type { Machine } from '../state/machine.js'
import { Float, isDict, isList, type Term } from '../state/term.js'
import { notePlainClass } from '../terms/lookup.js'

const unsure: unique symbol = Symbol('unsure')

/**
 * A test that is run many times in a row over the elements of a list: a comparison of values at
 * hand. Tests bind nothing and never wait; if a test is undecided, the goal is proven the general
 * way.
 */
export class FrameTest {
  readonly operator: '=' | ComparisonOperator
  readonly left: CompiledValue
  readonly right: CompiledValue
  /**
   * A class of the application: the class of both sides in the last comparison. All queries of a
   * program share it. It affects only the speed of comparing two objects, never the result.
   */
  plainClass: unknown = unsure
  /** The equality of its instances; it changes together with the class. */
  rows: RowEquality | undefined = undefined

  constructor(operator: '=' | ComparisonOperator, left: CompiledValue, right: CompiledValue) {
    this.operator = operator
    this.left = left
    this.right = right
  }
}

/** Returns whether a test holds; undefined if it is undecided. */
export function quickTest(m: Machine, slots: readonly Term[], test: FrameTest): boolean | undefined {
  const left = quickValue(m, slots, test.left)
  if (left === unsure) return undefined
  const right = quickValue(m, slots, test.right)
  if (right === unsure) return undefined
  if (test.operator === '=') {
    return typeof left === 'string' && typeof right === 'string' ? left === right : quickEqual(m, left, right, test)
  }
  if (typeof left === 'number' && typeof right === 'number') return compareNumbers(test.operator, left, right)
  if (typeof left === 'string' && typeof right === 'string')
    return compareNumbers(test.operator, compareText(left, right), 0)
  return undefined
}

function quickValue(m: Machine, slots: readonly Term[], operand: CompiledValue): Term | typeof unsure {
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
      return operand.leadsToRows && typeof value === 'object' && value !== null && isUntagged(value, operand)
        ? unsure
        : value
    }
    default:
      return unsure
  }
}

function quickEqual(m: Machine, left: Term, right: Term, test: FrameTest): boolean | undefined {
  if (left === right) return equalsItself(left)
  const a = typeof left
  const b = typeof right
  if (a === 'string' || a === 'boolean') if (b === 'string' || b === 'number' || b === 'boolean') return false
  if (a === 'number' && (b === 'number' || b === 'string' || b === 'boolean')) return false
  if (classOf(left) !== test.plainClass || classOf(right) !== test.plainClass) {
    if (isOwn(left) || isOwn(right)) return undefined
    const cls = classOf(left)
    if (cls !== undefined && cls === classOf(right)) {
      test.rows = m.host.rowEquality(cls)
      test.plainClass = cls
    }
  } else if (test.rows !== undefined) {
    // Sound: both have a class, so they are objects.
    const same = areSameRow(test.rows, left as object, right as object)
    if (same !== undefined) return same
  }
  m.raw = true
  const equal = m.host.equal(left, right)
  m.raw = false
  return typeof equal === 'boolean' ? equal : undefined
}

/** Returns the constructor of an object; undefined if there is none. */
function classOf(term: Term): unknown {
  return typeof term === 'object' && term !== null ? term.constructor : undefined
}

function isOwn(term: Term): boolean {
  return (
    typeof term === 'number' ||
    typeof term === 'bigint' ||
    term instanceof Float ||
    isList(term) ||
    isDict(term) ||
    isThenable(term)
  )
}
