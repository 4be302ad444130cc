import type { CompareOperator } from '../../condition/condition.js'
import { arePartial, isWhole, mayBePartial } from '../../schema/partial.js'
import type { Account } from '../../text/account.js'
import { bailOut } from '../bail.js'
import { type Budget, LateBudget } from '../budget.js'
import type { ClassMeaning, EqualityMeaning } from '../meaning.js'
import {
  calculate,
  call,
  compare,
  contains,
  equals,
  holdsReference,
  invoke,
  isInstance,
  isThere,
  listOf,
  textTest,
} from '../read.js'
import { withOrder } from '../valueMeaning.js'

/** The helpers of every predicate's text. */
export interface BasicHelpers {
  readonly bail: typeof bailOut
  readonly isWhole: typeof isWhole
  readonly isThere: typeof isThere
  equals(left: unknown, right: unknown, leftType?: string, rightType?: string): boolean
  /** Returns the key column of a class; null if its rows are equal only as the same object. */
  keyOf(cls: unknown): string | null | undefined
  /** Returns whether a class is registered: class tests have one result for all its instances. */
  isClass(cls: unknown): boolean
  ask(goal: unknown, bindings: ReadonlyMap<string, unknown>, budget: Budget): boolean
  /** Makes the budget of an evaluation. */
  readonly begin: (() => Budget) | undefined
  /** The budget of a predicate whose evaluations seldom need one. */
  readonly own: LateBudget | undefined
  readonly constants: ReadonlyMap<string, unknown>
}

/** The helpers of some texts. */
export interface ExtraHelpers {
  isa(value: unknown, model: string, exact: boolean, known?: string): boolean
  compare(
    operator: Exclude<CompareOperator, '='>,
    left: unknown,
    right: unknown,
    leftType?: string,
    rightType?: string,
  ): boolean
  contains(value: unknown, list: unknown, budget?: Budget, type?: string, elementType?: string): boolean
  readonly text: typeof textTest
  call(receiver: unknown, method: string, args: readonly unknown[], account: Account): unknown
  /** Calls a method that is not charged for texts or patterns. */
  readonly invoke: typeof invoke
  readonly calculate: typeof calculate
}

/** The helpers of texts that wait. */
export interface WaitingHelpers {
  readonly whole: typeof whole
}

/** All helpers. */
export type SourceHelpers = BasicHelpers & Partial<ExtraHelpers & WaitingHelpers>

// Separate functions, so that a compiled module contains only those that its policy needs.
export function makeIsa(meaning: ClassMeaning): ExtraHelpers['isa'] {
  return (value, model, exact, known) => isInstance(meaning, value, model, exact, known)
}
export function makeCompare(meaning: EqualityMeaning): ExtraHelpers['compare'] {
  const ordered = withOrder(meaning)
  return (operator, left, right, leftType, rightType) => compare(ordered, operator, left, right, leftType, rightType)
}
export function makeContains(meaning: EqualityMeaning): ExtraHelpers['contains'] {
  return (value, list, budget, type, elementType) => {
    budget?.spend(listOf(list).length)
    return contains(meaning, value, list, type, elementType)
  }
}
export function makeText(): ExtraHelpers['text'] {
  return textTest
}
export function makeCall(meaning: EqualityMeaning): ExtraHelpers['call'] {
  return (receiver, method, args, account) => call(receiver, method, args, account, meaning.regExp)
}
export function makeInvoke(): ExtraHelpers['invoke'] {
  return invoke
}
export function makeCalculate(): ExtraHelpers['calculate'] {
  return calculate
}

/** Functions that make the extra helpers. */
export type MakeHelpers = { readonly [Name in keyof ExtraHelpers]?: (meaning: EqualityMeaning) => ExtraHelpers[Name] }

/** The names of the helpers in a text. */
export const helperNames: readonly (keyof SourceHelpers)[] = [
  'bail',
  'isWhole',
  'isThere',
  'equals',
  'keyOf',
  'isClass',
  'isa',
  'ask',
  'begin',
  'own',
  'constants',
  'compare',
  'contains',
  'text',
  'call',
  'invoke',
  'calculate',
]

/** Evaluates a goal as the machine does; undefined if it can't be decided synchronously. */
export type Ask = (goal: unknown, bindings: ReadonlyMap<string, unknown>) => boolean | undefined

/**
 * Returns an awaited value. Bails out if it may be partial: only the machine knows how much of it
 * was loaded.
 */
export function whole(value: unknown): unknown {
  return arePartial() && (mayBePartial(value) || (Array.isArray(value) && value.some(mayBePartial))) ? bailOut() : value
}

/** Returns the helpers of one predicate. */
export function basicHelpers(meaning: EqualityMeaning, begin: (() => Budget) | undefined, ask: Ask): BasicHelpers {
  return {
    bail: bailOut,
    isWhole,
    isThere,
    equals: (left, right, leftType, rightType) => equals(meaning, left, right, leftType, rightType),
    keyOf(cls) {
      const rows = meaning.rowEquality(cls)
      return rows && (rows.column ?? null)
    },
    isClass: (cls) => meaning.schema.modelOfClass(cls) !== undefined,
    ask(goal, values, budget) {
      budget.ask()
      // Another query of the machine can't load rows that are known by their keys alone.
      for (const value of values.values()) if (holdsReference(value)) bailOut()
      return ask(goal, values) ?? bailOut()
    },
    begin,
    own: begin && new LateBudget(begin),
    constants: meaning.schema.constants,
  }
}
