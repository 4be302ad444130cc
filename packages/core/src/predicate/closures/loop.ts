import type { Compare, Condition, Operand, Some } from '../../condition/condition.js'
import { and } from '../../condition/construct.js'
import { isSameOperand } from '../../condition/factor.js'
import { declaredType } from '../../condition/type.js'
import { areSameRow, type RowEquality } from '../../values/rows.js'
import { type Budget, elementsBetweenLooks, type Meter } from '../budget.js'
import { isLiteral } from '../compiler.js'
import type { Meaning } from '../meaning.js'
import { budgetOf, equals, equalsLiteral, get, held, isThere, listOf, type Reader, read, type Slots } from '../read.js'

export type ElementTest = (frame: Slots) => boolean

/** Mask for the elements between two checks of the time. */
const looks = elementsBetweenLooks - 1

/** No arm stays open: no error that could still be reached counts. */
const none = 0

/** One of several quantifiers over one collection. */
export interface Arm {
  /** `each.field = literal`, the first test of most arms; without a field, the element itself. */
  readonly first:
    | {
        readonly field: string | undefined
        readonly literal: unknown
        /** The field or element as an operand. */
        readonly own: Operand
      }
    | undefined
  /**
   * `each.field = value`, if that is all after the first test, and the value does not depend on the
   * element.
   */
  readonly second: { readonly field: string; readonly own: Operand; readonly value: Operand } | undefined
  /** The condition after the first test. */
  readonly rest: ElementTest | undefined
  /** All solutions of the rest, for their errors. */
  readonly exhaust: ElementTest | undefined
}

/** Several successive quantifiers over one collection. */
export interface Loop {
  readonly arms: readonly Arm[]
  readonly from: Reader
  readonly slot: number
  /** Whether an element can be an error. */
  readonly canFail: boolean
  /** Returns the budget for the time of long collections; called only if there are any. */
  readonly account: () => (frame: Slots) => Budget | Meter
  /** Whether elements are counted. */
  readonly counts: boolean
  readonly meaning: Meaning
}

/**
 * Splits the first test from a quantifier's condition, if it compares the element, or a field of
 * it, with a literal.
 */
export function splitFirst(some: Some): { readonly first: Arm['first']; readonly rest: Condition } {
  const first = some.where.kind === 'and' ? some.where.of[0]! : some.where
  const found = first.kind === 'compare' ? fieldEquals(first, some) : undefined
  if (!found) return { first: undefined, rest: some.where }
  return { first: found, rest: some.where.kind === 'and' ? and(...some.where.of.slice(1)) : { kind: 'true' } }
}

function fieldEquals(condition: Compare, some: Some): Arm['first'] {
  if (condition.operator !== '=') return undefined
  const { left, right } = condition
  return fieldOf(left, right, some) ?? fieldOf(right, left, some)
}

function fieldOf(path: Operand, literal: Operand, some: Some): Arm['first'] {
  if (path.kind !== 'path' || path.root !== some.each || path.steps.length > 1 || !isLiteral(literal)) return undefined
  return { field: path.steps[0]?.name, literal: literal.value, own: path }
}

/**
 * Returns the condition after the first test if it is one equality: a field of the element with a
 * path from elsewhere.
 */
export function splitSecond(rest: Condition, some: Some): Arm['second'] {
  if (rest.kind !== 'compare' || rest.operator !== '=') return undefined
  return fieldOfEach(rest.left, rest.right, some) ?? fieldOfEach(rest.right, rest.left, some)
}

function fieldOfEach(path: Operand, value: Operand, some: Some): Arm['second'] {
  if (path.kind !== 'path' || path.root !== some.each || path.steps.length !== 1) return undefined
  if (value.kind !== 'path' || value.root === some.each) return undefined
  return { field: path.steps[0]!.name, own: path, value }
}

/**
 * Compiles all arms to one pass. The machine iterates over the collection once for each arm. If an
 * element can be an error, errors that an earlier arm would still reach count before a later arm is
 * true.
 */
export function compileLoop(loop: Loop, operand: (operand: Operand) => Reader): ElementTest {
  const { arms, from, slot, canFail, counts, meaning } = loop
  const [{ first }] = arms as readonly [Arm]
  if (first && arms.every((arm) => arm.first && arm.first.field === first.field)) {
    return compileTable(loop, first.field, operand)
  }
  const tests = arms.map((arm) => compileArm(arm, slot, meaning))
  const account = loop.account()
  return (frame) => {
    const list = listOf(get(from, frame))
    let open = tests.length
    for (let index = 0; index < list.length && open > 0; index++) {
      frame[slot] = list[index]
      for (let arm = 0; arm < open; arm++) {
        if (!tests[arm]!(frame)) continue
        open = canFail ? arm : none
      }
      if (counts) budgetOf(frame).spend(1)
      else if ((index & looks) === looks) account(frame).spend(elementsBetweenLooks)
    }
    return open < tests.length
  }
}

/** Compiles arms that compare the same field: it is read once for each element. */
function compileTable(loop: Loop, field: string | undefined, operand: (operand: Operand) => Reader): ElementTest {
  const { arms, from, slot, canFail, counts, meaning } = loop
  const literals = arms.map((arm) => arm.first!.literal)
  // The arms read the same field.
  const type = declaredType(meaning.schema, arms[0]!.first!.own)
  const second = arms[0]!.second
  if (
    second &&
    field !== undefined &&
    arms.every((arm) => arm.second?.field === second.field && isSameOperand(arm.second.value, second.value))
  ) {
    // Arms of one literal are the same here.
    return compileFieldPair(loop, [...new Set(literals)], field, type, second, operand(second.value))
  }
  const rests = arms.map((arm) => arm.rest)
  const count = arms.length
  if (field === undefined && !counts && rests.every((rest) => !rest)) return compileTextList(loop, literals, type)
  const account = loop.account()
  return (frame) => {
    const list = listOf(get(from, frame))
    let open = count
    for (let index = 0; index < list.length && open > 0; index++) {
      const element = list[index]
      const value = field === undefined ? element : (own(element)[field] ?? read(element, field))
      for (
        let arm = armOf(value, literals, 0, open, meaning, type);
        arm < open;
        arm = armOf(value, literals, arm + 1, open, meaning, type)
      ) {
        const rest = rests[arm]
        if (rest) {
          frame[slot] = element
          if (!rest(frame)) continue
        }
        open = canFail ? arm : none
      }
      if (counts) budgetOf(frame).spend(1)
      else if ((index & looks) === looks) account(frame).spend(elementsBetweenLooks)
    }
    return open < count
  }
}

/** Compiles arms that compare only the elements themselves: mostly the names of roles. */
function compileTextList(
  { from, canFail, meaning }: Loop,
  literals: readonly unknown[],
  type: string | undefined,
): ElementTest {
  const count = literals.length
  const [only] = literals
  if (count === 1 && typeof only === 'string') return compileText(from, only, meaning)
  return (frame) => {
    const list = listOf(get(from, frame))
    let open = count
    for (let index = 0; index < list.length; index++) {
      const element = list[index]
      const arm = armOf(element, literals, 0, open, meaning, type)
      if (arm >= open) continue
      open = canFail ? arm : none
      if (open === 0) return true
    }
    return open < count
  }
}

/** Compiles a search for one text. */
function compileText(from: Reader, text: string, meaning: Meaning): ElementTest {
  return (frame) => {
    const list = listOf(get(from, frame))
    for (let index = 0; index < list.length; index++) {
      const element = list[index]
      if (element === text || (typeof element !== 'string' && equalsLiteral(meaning, element, text))) return true
    }
    return false
  }
}

/**
 * Returns the first open arm, from `start` on, whose literal equals a value; `open` if there is
 * none.
 */
function armOf(
  value: unknown,
  literals: readonly unknown[],
  start: number,
  open: number,
  meaning: Meaning,
  type: string | undefined,
): number {
  let arm = start
  if (typeof value === 'string' && type === undefined) while (arm < open && literals[arm] !== value) arm++
  else while (arm < open && !equalsLiteral(meaning, value, literals[arm], type)) arm++
  return arm
}

/**
 * Compiles arms with `each.first` equal to a literal, and `each.second` to a value shared by all
 * elements. For example, a role's name and its resource.
 */
function compileFieldPair(
  { from, canFail, account: accountOf, counts, meaning }: Loop,
  literals: readonly unknown[],
  first: string,
  firstType: string | undefined,
  { field: second, own: path, value: valueOperand }: NonNullable<Arm['second']>,
  value: Reader,
): ElementTest {
  const count = literals.length
  const account = accountOf()
  const otherType = declaredType(meaning.schema, path)
  const type = declaredType(meaning.schema, valueOperand)
  // Shared by all evaluations: it depends on the class alone, and is replaced as a whole.
  let last: { readonly cls: unknown; readonly rows: RowEquality | undefined } = { cls: undefined, rows: undefined }
  return (frame) => {
    const list = listOf(get(from, frame))
    let open = count
    let expected: unknown
    let { cls, rows } = last
    for (let index = 0; index < list.length && open > 0; index++) {
      if (counts) budgetOf(frame).spend(1)
      else if ((index & looks) === looks) account(frame).spend(elementsBetweenLooks)
      const element = list[index]
      const arm = armOf(own(element)[first] ?? read(element, first), literals, 0, open, meaning, firstType)
      if (arm >= open) continue
      if (expected === undefined) {
        expected = held(get(value, frame))
        const its = typeof expected === 'object' && expected !== null ? expected.constructor : undefined
        if (its !== cls) {
          rows = meaning.rowEquality(its)
          cls = its
          last = { cls, rows }
        }
      }
      const other = own(element)[second] ?? read(element, second)
      const same =
        (other === expected && isThere(other)) ||
        ((rows && typeof other === 'object' && other?.constructor === cls
          ? areSameRow(rows, other as object, expected as object)
          : undefined) ??
          equals(meaning, other, expected, otherType, type))
      if (!same) continue
      open = canFail ? arm : none
    }
    return open < count
  }
}

/** Compiles every arm for every element, even after one is true. */
export function compileExhaustiveLoop({ arms, from, slot, account: accountOf, counts, meaning }: Loop): ElementTest {
  const tests = arms.map((arm) => compileArm({ ...arm, rest: arm.exhaust ?? arm.rest }, slot, meaning))
  const account = accountOf()
  return (frame) => {
    let found = false
    const list = listOf(get(from, frame))
    for (let index = 0; index < list.length; index++) {
      if (counts) budgetOf(frame).spend(1)
      else if ((index & looks) === looks) account(frame).spend(elementsBetweenLooks)
      frame[slot] = list[index]
      for (const test of tests) if (test(frame)) found = true
    }
    return found
  }
}

function compileArm(arm: Arm, slot: number, meaning: Meaning): ElementTest {
  const { first, rest } = arm
  if (!first) return rest ?? (() => true)
  const { field, literal } = first
  const type = declaredType(meaning.schema, first.own)
  return (frame) => {
    const value = field === undefined ? frame[slot] : read(frame[slot], field)
    return equalsLiteral(meaning, value, literal, type) && (!rest || rest(frame))
  }
}

/**
 * Returns an element as an object for reading in place: a separate load is faster if elements are
 * of few classes.
 */
function own(element: unknown): Readonly<Record<string, unknown>> {
  return typeof element === 'object' && element !== null ? (element as Readonly<Record<string, unknown>>) : nothing
}
const nothing = {}
