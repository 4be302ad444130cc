import type { Condition, Operand, Path, Some, Variable } from '../../condition/condition.js'
import { conjunction } from '../../condition/construct.js'
import { declaredType } from '../../condition/type.js'
import { type Budget, elementsBetweenLooks, type Meter } from '../budget.js'
import { textsOf } from '../choices.js'
import { isLiteral } from '../compiler.js'
import type { Meaning } from '../meaning.js'
import { budgetOf, equalsLiteral, get, listOf, type Reader, read, type Slots } from '../read.js'
import { Comparison, type Expected, equalsKnown, type Known, knownOf } from './same.js'

export type ElementTest = (frame: Slots) => boolean

/** Mask for the elements between two checks of the time. */
const looks = elementsBetweenLooks - 1

/**
 * The comparison of an element, or of a field of it, with literals or with a value from elsewhere. Tests of this kind
 * are data: one loop evaluates them faster than functions that each test one.
 */
export class FieldTest {
  /** Undefined for the element itself. */
  readonly field: string | undefined
  readonly type: string | undefined
  /** Undefined for a value from elsewhere. */
  readonly literals: readonly unknown[] | undefined
  readonly expected: Expected | undefined
  readonly how: Comparison

  constructor(
    field: string | undefined,
    type: string | undefined,
    literals: readonly unknown[] | undefined,
    expected: Expected | undefined,
    how: Comparison,
  ) {
    this.field = field
    this.type = type
    this.literals = literals
    this.expected = expected
    this.how = how
  }
}

/** One quantifier of several over one collection, or several that differ in one text. */
export interface Step {
  /** Evaluated first, in this order. */
  readonly tests: readonly FieldTest[]
  /** The place of the test whose literals belong to one quantifier each; -1 if there is one quantifier. */
  readonly choice: number
  /** The number of quantifiers. */
  readonly arms: number
  /** The condition after the tests. */
  readonly rest: ElementTest | undefined
  /** All solutions of the rest, for their errors. */
  readonly exhaust: ElementTest | undefined
}

/** Several successive quantifiers over one collection. */
export interface Loop {
  readonly steps: readonly Step[]
  readonly from: Reader
  readonly slot: number
  /** Whether an element can be an error. */
  readonly canFail: boolean
  /** Returns the budget for the time of long collections. */
  readonly account: (frame: Slots) => Budget | Meter
  /** Whether elements are counted. */
  readonly counts: boolean
}

/** The comparison of an element, or of a field of it, with a literal. */
export interface FieldLiteral {
  /** Undefined for the element itself. */
  readonly field: string | undefined
  readonly literal: unknown
  /** The field or element as an operand. */
  readonly own: Operand
}

/** Returns a condition as the comparison of an element with a literal; undefined for any other condition. */
export function fieldLiteral(condition: Condition, each: Variable): FieldLiteral | undefined {
  if (condition.kind !== 'compare' || condition.operator !== '=') return undefined
  const { left, right } = condition
  const [own, other] = isLiteral(right) ? [left, right] : [right, left]
  return isField(own, each) && isLiteral(other) ? { field: own.steps[0]?.name, literal: other.value, own } : undefined
}

function isField(one: Operand, each: Variable): one is Path {
  return one.kind === 'path' && one.root === each && one.steps.length <= 1
}

/** The condition of a quantifier as its first tests, and the rest. */
export interface SplitTests {
  readonly tests: readonly FieldTest[]
  readonly rest: Condition
}

/** Divides the condition of a quantifier into its first tests of fields, and the rest. */
export function splitTests({ each, where }: Some, meaning: Meaning, expected: (path: Path) => Expected): SplitTests {
  const parts = where.kind === 'and' ? where.of : [where]
  const tests: FieldTest[] = []
  for (const part of parts) {
    const test = fieldTest(part)
    if (!test) break
    tests.push(test)
  }
  return { tests, rest: conjunction(parts.slice(tests.length)) }

  function fieldTest(condition: Condition): FieldTest | undefined {
    const literal = fieldLiteral(condition, each)
    if (literal) return testOf(literal.own, [literal.literal])
    if (condition.kind === 'or') {
      const texts = textsOf(condition.of)
      const [first] = texts
      if (!first || texts.length < condition.of.length) return undefined
      return testOf(
        first.left,
        texts.map(({ right }) => right.value),
      )
    }
    if (condition.kind !== 'compare' || condition.operator !== '=') return undefined
    const { left, right } = condition
    const [field, value] = isField(left, each) ? [left, right] : [right, left]
    return value.kind === 'path' && value.root !== each ? testOf(field, undefined, value) : undefined
  }

  function testOf(field: Operand, literals: readonly unknown[] | undefined, value?: Path): FieldTest | undefined {
    if (!isField(field, each)) return undefined
    const type = declaredType(meaning.schema, field)
    const how = new Comparison(meaning, type, value && declaredType(meaning.schema, value))
    return new FieldTest(field.steps[0]?.name, type, literals, value && expected(value), how)
  }
}

/**
 * Compiles all quantifiers to one pass. The machine iterates over the collection once for each. If an
 * element can be an error, errors that an earlier quantifier would still reach count before a later one is
 * true.
 */
export function compileLoop(loop: Loop): ElementTest {
  const { steps, from, slot, canFail, account, counts } = loop
  const [step] = steps as readonly [Step]
  const [first, second] = step.tests
  if (first && step.tests.length <= 2 && steps.length === 1 && (step.arms === 1 || !canFail))
    return compileSearch(loop, first, second, step.rest)
  const count = steps.reduce((sum, { arms }) => sum + arms, 0)
  return (frame) => {
    const list = listOf(get(from, frame))
    let open = count
    for (let index = 0; index < list.length && open > 0; index++) {
      if (counts) budgetOf(frame).spend(1)
      else if ((index & looks) === looks) account(frame).spend(elementsBetweenLooks)
      const element = list[index]
      for (let at = 0, base = 0; base < open; at++) {
        const step = steps[at]!
        const arm = armOf(step, element, frame, open - base)
        if (arm >= 0) {
          const { rest } = step
          if (rest) frame[slot] = element
          if (!rest || rest(frame)) open = canFail ? base + arm : 0
        }
        base += step.arms
      }
    }
    return open < count
  }
}

/** Compiles a quantifier with one or two tests: most are about a row and the name of a role. */
function compileSearch(
  { from, slot, account, counts }: Loop,
  first: FieldTest,
  second: FieldTest | undefined,
  rest: ElementTest | undefined,
): ElementTest {
  return (frame) => {
    const list = listOf(get(from, frame))
    let known: Known | undefined
    let other: Known | undefined
    for (let index = 0; index < list.length; index++) {
      if (counts) budgetOf(frame).spend(1)
      else if ((index & looks) === looks) account(frame).spend(elementsBetweenLooks)
      const element = list[index]
      if (first.literals === undefined) {
        known ??= knownOf(first.how, first.expected!, frame)
        if (!equalsKnown(first.how, fieldOf(element, first.field), known)) continue
      } else if (placeOf(first, fieldOf(element, first.field), first.literals, first.literals.length) < 0) continue
      if (second !== undefined) {
        if (second.literals === undefined) {
          other ??= knownOf(second.how, second.expected!, frame)
          if (!equalsKnown(second.how, fieldOf(element, second.field), other)) continue
        } else if (placeOf(second, fieldOf(element, second.field), second.literals, second.literals.length) < 0)
          continue
      }
      if (rest === undefined) return true
      frame[slot] = element
      if (rest(frame)) return true
    }
    return false
  }
}

/** Compiles every quantifier for every element, even after one is true. */
export function compileExhaustiveLoop({ steps, from, slot, account, counts }: Loop): ElementTest {
  return (frame) => {
    let found = false
    const list = listOf(get(from, frame))
    for (let index = 0; index < list.length; index++) {
      if (counts) budgetOf(frame).spend(1)
      else if ((index & looks) === looks) account(frame).spend(elementsBetweenLooks)
      const element = list[index]
      for (const step of steps) {
        if (armOf(step, element, frame, step.arms) < 0) continue
        const rest = step.exhaust ?? step.rest
        if (rest) frame[slot] = element
        if (!rest || rest(frame)) found = true
      }
    }
    return found
  }
}

/**
 * Returns the first of a step's quantifiers, among the first `open` ones, whose tests hold for an element; -1 if
 * there is none.
 */
function armOf({ tests, choice }: Step, element: unknown, frame: Slots, open: number): number {
  let arm = 0
  for (let at = 0; at < tests.length; at++) {
    const test = tests[at]!
    const { field, literals } = test
    if (literals === undefined) {
      // Sound: such a test has a value.
      const known = knownOf(test.how, test.expected!, frame)
      if (!equalsKnown(test.how, fieldOf(element, field), known)) return -1
      continue
    }
    const place = placeOf(test, fieldOf(element, field), literals, at === choice ? open : literals.length)
    if (place < 0) return -1
    if (at === choice) arm = place
  }
  return arm
}

/** Returns the place of the first literal, before `end`, that equals a value; -1 if there is none. */
function placeOf({ how, type }: FieldTest, value: unknown, literals: readonly unknown[], end: number): number {
  const { length } = literals
  if (typeof value === 'string' && type === undefined) {
    for (let at = 0; at < end && at < length; at++) if (literals[at] === value) return at
  } else {
    for (let at = 0; at < end && at < length; at++) if (equalsLiteral(how.meaning, value, literals[at], type)) return at
  }
  return -1
}

/**
 * Reads in place what most elements are: a separate load is faster if elements are of few classes.
 */
function fieldOf(element: unknown, field: string | undefined): unknown {
  if (field === undefined) return element
  const own = typeof element === 'object' && element !== null ? (element as Readonly<Record<string, unknown>>) : nothing
  const value = own[field]
  return value === undefined ? read(element, field) : value
}
const nothing: Readonly<Record<string, unknown>> = {}
