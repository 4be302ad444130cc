import { bailOut } from './bail.js'
import type { Compare, Condition, Operand, Some } from './condition.js'
import { and } from './construct.js'
import type { Meaning } from './meaning.js'
import { type Frame, plain, type Reader, read } from './read.js'

export type Test = (frame: Frame) => boolean

/** One of several quantifiers over one collection. */
export interface Arm {
  /** `each.field = literal`, which most arms begin with. */
  readonly first: { readonly field: string; readonly literal: unknown } | undefined
  /** What stands behind it. */
  readonly rest: Test | undefined
  /** All solutions of the rest, for their errors. */
  readonly exhaust: Test | undefined
}

/** What a quantifier's condition begins with, where that is a field of the element that equals a literal. */
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
  if (path.kind !== 'path' || path.root !== some.each || path.steps.length !== 1 || literal.kind !== 'value')
    return undefined
  const { value } = literal
  if (value !== null && (typeof value === 'object' || Number.isNaN(value))) return undefined
  return { field: path.steps[0]!.name, literal: value }
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
): Test {
  const tests = arms.map((arm) => compileArm(arm, slot, meaning))
  const field = arms[0]!.first?.field
  if (field !== undefined && arms.every((arm) => arm.first?.field === field)) {
    return compileTable(arms, field, from, slot, canFail, meaning)
  }
  return (frame) => {
    const list = listOf(from(frame))
    let open = tests.length
    for (let index = 0; index < list.length && open > 0; index++) {
      frame[slot] = plain(list[index])
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
  field: string,
  from: Reader,
  slot: number,
  canFail: boolean,
  meaning: Meaning,
): Test {
  const literals = arms.map((arm) => arm.first!.literal)
  const rests = arms.map((arm) => arm.rest)
  const count = arms.length
  return (frame) => {
    const list = listOf(from(frame))
    let open = count
    for (let index = 0; index < list.length && open > 0; index++) {
      const element = list[index]
      frame[slot] = plain(element)
      const value = read(element, field)
      for (let arm = 0; arm < open; arm++) {
        if (value !== literals[arm] && !(typeof value === 'object' && equals(meaning, value, literals[arm]))) continue
        const rest = rests[arm]
        if (rest && !rest(frame)) continue
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
    for (const element of listOf(from(frame))) {
      frame[slot] = plain(element)
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
    const value = read(frame[slot], field)
    return (
      (value === literal || (typeof value === 'object' && equals(meaning, value, literal))) && (!rest || rest(frame))
    )
  }
}

function equals(meaning: Meaning, value: unknown, literal: unknown): boolean {
  return value !== null && (meaning.equal(value, literal) ?? bailOut())
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : bailOut()
}
