import type { CompareOperator, Condition } from '../condition/condition.js'
import type { ErrorPlace } from '../values/metErrors.js'
import type { Decision } from '../values/semantics.js'
import type { RowJoin } from './exact/rowJoin.js'
import type { Slots } from './fast/frame.js'
import type { Operands } from './fast/operands.js'
import type { Reader } from './fast/reader.js'
import type { Comparison } from './fast/same.js'

/** What a step does. Small integers, since V8 finds the case of an integer at once. */
export const kinds = {
  true: 0,
  false: 1,
  failure: 2,
  all: 3,
  any: 4,
  not: 5,
  some: 6,
  call: 7,
  literal: 8,
  nil: 9,
  truth: 10,
  order: 11,
  same: 12,
  equal: 13,
  none: 14,
  function: 15,
} as const

/** A test of the values of up to two operands, which may be promises. */
export type ValueTest = (value: unknown, other: unknown, frame: Slots) => Decision

/** A linked condition. All steps have the same fields, and one function evaluates them. */
export interface Step {
  readonly kind: (typeof kinds)[keyof typeof kinds]
  /** The condition that it was linked from: what a residual is made of. */
  readonly source: Condition
  readonly scope: Operands
  /** The place of its errors; undefined if its parts have places of their own. */
  readonly errors: ErrorPlace | undefined
  readonly of: readonly Step[]
  /** The slots of the roots that its own operands read. */
  readonly slots: readonly number[]
  readonly value: Reader
  readonly other: Reader | undefined
  readonly parts: Parts
  /** Alternatives by the quantifiers that one pass over the rows decides together; only lists need them. */
  groups: readonly Group[] | undefined
}

/** What steps need; each has what its kind needs. */
interface Parts {
  readonly literal: unknown
  readonly how: Comparison
  readonly operator: Exclude<CompareOperator, '='>
  readonly isNegated: boolean
  readonly test: ValueTest
  readonly loop: Loop
  readonly call: Call
}

/** A loop over a collection. */
export interface Loop {
  /** The slot of the element. */
  readonly slot: number
  /** The slots of values that were read from an element; the next element clears them. */
  readonly kept: readonly number[]
  /** Leaves an element that contradicts its declared class to the machine. */
  readonly held: ((element: object) => unknown) | undefined
  /** Its comparison of rows with one path, if it is one, and the step of the other tests of a row. */
  readonly join: Join | undefined
}

export interface Join {
  readonly of: RowJoin
  readonly loop: Loop
  tests(): Step
}

/** Neighbouring alternatives, with the joins that decide them together, if any. */
export interface Group {
  readonly of: readonly Step[]
  readonly joins: readonly Join[]
}

/** A call of a definition. */
export interface Call {
  readonly args: readonly Reader[]
  called(): Called
  /** The body in the frame of the caller, if the call passes arguments of the caller on. */
  readonly within: (() => Step) | undefined
}

/** A definition in frames of its own. */
export interface Called {
  readonly scope: Operands
  readonly parameters: number
  readonly recursive: boolean
  step: Step
}
