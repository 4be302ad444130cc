import type { Compare, Condition, Operand, Some } from './condition.js'
import { and } from './construct.js'
import { areSameRow, type Meaning, type RowEquality } from './meaning.js'
import { isLiteral } from './predicate.js'
import { equals, equalsLiteral, type Frame, get, listOf, type Reader, read } from './read.js'
import { isSameOperand } from './simplify.js'

export type Test = (frame: Frame) => boolean

/** One of several quantifiers over one collection. */
export interface Arm {
  /** `each.field = literal`, which most arms begin with; no field: the element itself. */
  readonly first: { readonly field: string | undefined; readonly literal: unknown } | undefined
  /** `each.field = value` with a value that does not depend on the element, where that is all that stands behind it. */
  readonly second: { readonly field: string; readonly value: Operand } | undefined
  /** What stands behind the first. */
  readonly rest: Test | undefined
  /** All solutions of the rest, for their errors. */
  readonly exhaust: Test | undefined
}

/** What a quantifier's condition begins with, where that is the element, or a field of it, that equals a literal. */
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
  return { field: path.steps[0]?.name, literal: literal.value }
}

/** What stands behind the first, where it is one field of the element that equals something else. */
export function splitSecond(rest: Condition, some: Some): Arm['second'] {
  if (rest.kind !== 'compare' || rest.operator !== '=') return undefined
  return fieldOfEach(rest.left, rest.right, some) ?? fieldOfEach(rest.right, rest.left, some)
}

function fieldOfEach(path: Operand, value: Operand, some: Some): Arm['second'] {
  if (path.kind !== 'path' || path.root !== some.each || path.steps.length !== 1) return undefined
  if (value.kind !== 'path' || value.root === some.each) return undefined
  return { field: path.steps[0]!.name, value }
}

/**
 * Several quantifiers over one collection, one after the other, in one pass. The machine goes through the collection once for each
 * arm; where an element can be an error, what an earlier arm would still have met is looked at before a later arm counts.
 */
export function compileLoop(
  arms: readonly Arm[],
  from: Reader,
  slot: number,
  canFail: boolean,
  meaning: Meaning,
  operand: (operand: Operand) => Reader,
): Test {
  const [{ first }] = arms as readonly [Arm]
  if (first && arms.every((arm) => arm.first && arm.first.field === first.field)) {
    return compileTable(arms, first.field, from, slot, canFail, meaning, operand)
  }
  const tests = arms.map((arm) => compileArm(arm, slot, meaning))
  return (frame) => {
    const list = listOf(get(from, frame))
    let open = tests.length
    for (let index = 0; index < list.length && open > 0; index++) {
      frame[slot] = list[index]
      for (let arm = 0; arm < open; arm++) {
        if (!tests[arm]!(frame)) continue
        if (!canFail) return true
        open = arm
      }
    }
    return open < tests.length
  }
}

/** All arms ask for one field: it is read once for each element. */
function compileTable(
  arms: readonly Arm[],
  field: string | undefined,
  from: Reader,
  slot: number,
  canFail: boolean,
  meaning: Meaning,
  operand: (operand: Operand) => Reader,
): Test {
  const literals = arms.map((arm) => arm.first!.literal)
  const second = arms[0]!.second
  if (
    second &&
    field !== undefined &&
    arms.every((arm) => arm.second?.field === second.field && isSameOperand(arm.second.value, second.value))
  ) {
    return compileFieldPair(literals, field, second.field, operand(second.value), from, canFail, meaning)
  }
  const rests = arms.map((arm) => arm.rest)
  const count = arms.length
  return (frame) => {
    const list = listOf(get(from, frame))
    let open = count
    for (let index = 0; index < list.length && open > 0; index++) {
      const element = list[index]
      frame[slot] = element
      const value = field === undefined ? element : read(element, field)
      for (let arm = 0; arm < open; arm++) {
        if (!equalsLiteral(meaning, value, literals[arm])) continue
        const rest = rests[arm]
        if (rest && !rest(frame)) continue
        if (!canFail) return true
        open = arm
      }
    }
    return open < count
  }
}

/** `each.first` is one of some literals, and `each.second` is a value that is the same for all elements: a role's name and its resource. */
function compileFieldPair(
  literals: readonly unknown[],
  first: string,
  second: string,
  value: Reader,
  from: Reader,
  canFail: boolean,
  meaning: Meaning,
): Test {
  const count = literals.length
  return (frame) => {
    const list = listOf(get(from, frame))
    let open = count
    let expected: unknown
    let cls: unknown
    let rows: RowEquality | undefined
    for (let index = 0; index < list.length && open > 0; index++) {
      const element = list[index]
      const found = read(element, first)
      for (let arm = 0; arm < open; arm++) {
        if (!equalsLiteral(meaning, found, literals[arm])) continue
        if (expected === undefined) {
          expected = get(value, frame)
          if (typeof expected === 'object' && expected !== null) {
            cls = expected.constructor
            rows = meaning.rowEquality(cls)
          }
        }
        const other = read(element, second)
        const same =
          other === expected ||
          ((rows && typeof other === 'object' && other?.constructor === cls
            ? areSameRow(rows, other as object, expected as object)
            : undefined) ??
            equals(meaning, other, expected))
        if (!same) continue
        if (!canFail) return true
        open = arm
      }
    }
    return open < count
  }
}

/** Every element and every arm, whatever is found on the way. */
export function compileExhaustiveLoop(arms: readonly Arm[], from: Reader, slot: number, meaning: Meaning): Test {
  const tests = arms.map((arm) => compileArm({ ...arm, rest: arm.exhaust ?? arm.rest }, slot, meaning))
  return (frame) => {
    let found = false
    for (const element of listOf(get(from, frame))) {
      frame[slot] = element
      for (const test of tests) if (test(frame)) found = true
    }
    return found
  }
}

function compileArm(arm: Arm, slot: number, meaning: Meaning): Test {
  const { first, rest } = arm
  if (!first) return rest ?? (() => true)
  const { field, literal } = first
  return (frame) => {
    const value = field === undefined ? frame[slot] : read(frame[slot], field)
    return equalsLiteral(meaning, value, literal) && (!rest || rest(frame))
  }
}
