import type { CompareOperator } from '../../condition/condition.js'
import { isWhole, partials } from '../../schema/partial.js'
import type { Models } from '../../schema/schema.js'
import type { Account } from '../../text/account.js'
import type { Equality } from '../../values/equality.js'
import type { Link } from '../../values/links.js'
import { caughtError, metErrors } from '../../values/metErrors.js'
import { keyColumnOf } from '../../values/rows.js'
import type { Decision } from '../../values/semantics.js'
import { bailOut, undecided } from '../bail.js'
import type { Budget, BudgetLimits, Meter } from '../budget.js'
import type { ClassMeaning, EqualityMeaning, ValueMeaning } from '../meaning.js'
import {
  calculate,
  call,
  callWithoutPattern,
  compareAny,
  equalScalars,
  equals,
  holdsReference,
  invoke,
  isInstance,
  isThere,
  linked,
  textTest,
} from '../read.js'
import { withOrder } from '../valueMeaning.js'

/** The helpers of every predicate's text. */
export interface BasicHelpers {
  readonly bail: typeof bailOut
  readonly undecided: typeof undecided
  /** The record of the errors that the evaluation has met. */
  readonly met: { readonly any: boolean; clear(): void }
  readonly isWhole: typeof isWhole
  readonly partials: Readonly<Pick<typeof partials, 'any'>>
}

/** The helpers of some texts. */
export interface ExtraHelpers {
  /** Records what code of the application threw. */
  readonly caught: typeof caughtError
  /** Records the place of an error, by its number. */
  noted(place: number): undefined
  readonly isThere: typeof isThere
  /** Returns whether a class is registered: class tests have one result for all its instances. */
  isClass(cls: unknown): boolean
  equals(left: unknown, right: unknown, leftType?: string, rightType?: string): Decision
  /** As `equals`, for two values that are declared as texts, booleans or numbers. It can bail out for others. */
  readonly equalScalars: typeof equalScalars
  /** Returns the key column of a class; null if its rows are equal only as the same object. */
  keyOf(cls: unknown): string | null | undefined
  ask(goal: unknown, bindings: ReadonlyMap<string, unknown>, budget: Budget): Decision
  /** Begins the budget of an evaluation. */
  begin(): Budget
  /** The account of predicates without a budget. */
  readonly own: Meter
  isa(value: unknown, model: string, exact: boolean, known?: string): Decision
  compare(
    operator: Exclude<CompareOperator, '='>,
    left: unknown,
    right: unknown,
    leftType?: string,
    rightType?: string,
  ): Decision
  readonly text: typeof textTest
  call(receiver: unknown, method: string, args: readonly unknown[], account: Account): unknown
  /** Calls a method that is not charged for texts or patterns. */
  readonly invoke: typeof invoke
  readonly calculate: typeof calculate
  /** Bails out unless a relation holds the row that the columns of its holder refer to. */
  linked(holder: unknown, value: unknown, link: Link): true
  /** Returns the row of a relation that is not loaded; undefined if its foreign key is not known. */
  referenced(holder: unknown, model: string | undefined, name: string): unknown
}

/** All helpers. */
export type SourceHelpers = BasicHelpers & Partial<ExtraHelpers>

/** Evaluates a goal as the machine does; undefined if it can't be decided synchronously. */
export type Ask = (goal: unknown, bindings: ReadonlyMap<string, unknown>) => boolean | undefined

/** What helpers are made of. */
export interface HelperParts {
  readonly schema: Models
  readonly meaning: EqualityMeaning
  readonly limits?: Partial<BudgetLimits> | undefined
  /** The application's equality of objects. */
  readonly equality?: Equality | undefined
  readonly ask: Ask
}

// Separate functions, so that a compiled module contains only those that its policy needs.
export function makeAsk({ ask }: Pick<HelperParts, 'ask'>): ExtraHelpers['ask'] {
  return (goal, values, budget) => {
    budget.ask()
    // Another query of the machine can't load rows that are known by their keys alone.
    for (const value of values.values()) if (value === undefined || holdsReference(value)) return undefined
    try {
      return ask(goal, values)
    } catch (error) {
      return caughtError(error)
    }
  }
}
export function makeCaught(): ExtraHelpers['caught'] {
  return caughtError
}
export function makeIsThere(): ExtraHelpers['isThere'] {
  return isThere
}
export function makeIsClass({ schema }: Pick<HelperParts, 'schema'>): ExtraHelpers['isClass'] {
  return (cls) => schema.modelOfClass(cls) !== undefined
}
export function makeIsa(meaning: ClassMeaning): ExtraHelpers['isa'] {
  return (value, model, exact, known) => isInstance(meaning, value, model, exact, known)
}
export function makeEquals({ meaning }: Pick<HelperParts, 'meaning'>): ExtraHelpers['equals'] {
  return (left, right, leftType, rightType) => equals(meaning, left, right, leftType, rightType)
}
export function makeEqualScalars(): ExtraHelpers['equalScalars'] {
  return equalScalars
}
export function makeKeyOf({ schema, meaning, equality }: HelperParts): ExtraHelpers['keyOf'] {
  return (cls) => keyColumnOf(schema, cls, equality !== undefined, meaning.kinds)
}
export function makeCompare({ meaning }: Pick<HelperParts, 'meaning'>): ExtraHelpers['compare'] {
  return compareBy(withOrder(meaning))
}
// The text of predicates has the short cuts itself.
export function compareBy(meaning: ValueMeaning): ExtraHelpers['compare'] {
  return (operator, left, right, leftType, rightType) => compareAny(meaning, operator, left, right, leftType, rightType)
}
export function makeText(): ExtraHelpers['text'] {
  return textTest
}
export function makeCall({ meaning }: Pick<HelperParts, 'meaning'>): ExtraHelpers['call'] {
  return (receiver, method, args, account) => call(receiver, method, args, account, meaning.regExp)
}
export function makePlainCall(): ExtraHelpers['call'] {
  return callWithoutPattern
}
export function makeInvoke(): ExtraHelpers['invoke'] {
  return invoke
}
export function makeLinked({ schema, meaning }: Pick<HelperParts, 'schema' | 'meaning'>): ExtraHelpers['linked'] {
  const how = { schema, kinds: meaning.kinds, equality: undefined }
  return (holder, value, link) => linked(how, link, holder, value)
}
/** A compiled module has no schema that says which relations the database keeps. */
export function makeReferenced(): ExtraHelpers['referenced'] {
  return () => undefined
}
export function makeCalculate(): ExtraHelpers['calculate'] {
  return calculate
}

/** The names of the helpers in a text. */
export const helperNames: readonly (keyof SourceHelpers)[] = [
  'bail',
  'undecided',
  'met',
  'caught',
  'noted',
  'isWhole',
  'partials',
  'isThere',
  'equals',
  'equalScalars',
  'keyOf',
  'isClass',
  'isa',
  'ask',
  'begin',
  'own',
  'compare',
  'text',
  'call',
  'invoke',
  'calculate',
  'linked',
  'referenced',
]

export const basicHelpers: BasicHelpers = {
  bail: bailOut,
  undecided,
  met: metErrors,
  isWhole,
  partials,
}
