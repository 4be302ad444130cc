import type { CompareOperator } from '../../condition/condition.js'
import { caughtError, type ErrorPlace, noteError } from '../../values/metErrors.js'
import type { Decision } from '../../values/semantics.js'
import { bailOut, undecided } from '../bail.js'
import { elementsBetweenLooks, type Meter } from '../budget.js'
import { compare, equalsLiteral, listOf, plain } from '../read.js'
import { budgetOf, type Slots } from './frame.js'
import { type LinkTest, linkedRow } from './linkTest.js'
import { attributeOf, beside, find, type Reader } from './reader.js'
import { areEqual, areSame, type Comparison, equalsNil } from './same.js'

/** What an instruction does with its value. Small integers, since V8 finds the case of an integer at once. */
export const kinds = {
  end: 0,
  text: 1,
  texts: 2,
  boolean: 3,
  loop: 4,
  nil: 5,
  truth: 6,
  order: 7,
  same: 8,
  literal: 9,
  none: 10,
  graph: 11,
  bail: 12,
  function: 13,
  equal: 14,
} as const
type Kinds = typeof kinds

export type FrameTest = (frame: Slots) => Decision
/** A test of the values of up to two operands, which may be promises. */
export type ValueTest = (value: unknown, other: unknown, frame: Slots) => Decision

/** The instructions that follow a test. */
export interface Edges {
  readonly yes: Instruction
  readonly no: Instruction
  /** What follows if the test is undecided. From then on, the result of the graph is true or undecided. */
  readonly open: Instruction
}

/**
 * A test of a value, and its edges. The nodes of a graph are linked to such instructions: `and`, `or` and `not` are
 * edges, so that an evaluation takes a step for each test and none for what joins them. All instructions have the same
 * fields, and one function evaluates them.
 */
export interface Instruction extends Edges {
  readonly kind: Kinds[keyof Kinds]
  /** The slot of the value, or of the object with the attribute `name` that is the value. */
  readonly slot: number
  readonly name: string | undefined
  readonly place: number
  readonly link: LinkTest | undefined
  /** Finds the value of the slot if it is not there yet. */
  readonly of: Reader | undefined
  readonly parts: Parts
}

/** What instructions need; each has what its kind needs. */
interface Parts {
  readonly literal: unknown
  readonly texts: readonly unknown[]
  readonly how: Comparison
  readonly other: Reader | undefined
  readonly operator: Exclude<CompareOperator, '='>
  readonly loop: Loop
  /** The test of an element, or a condition that several others contain. */
  readonly body: Instruction
  readonly test: ValueTest
  /** Undefined if its own parts record their errors. */
  readonly errors: ErrorPlace | undefined
}

export function instruction(
  kind: keyof Kinds,
  reader: Reader | undefined,
  parts: Partial<Parts>,
  { yes, no, open }: Edges,
): Instruction {
  const { of, slot = 0, name, place = 0, link, compute } = reader ?? {}
  return {
    kind: kinds[kind],
    yes,
    no,
    open,
    slot: of?.slot ?? slot,
    name,
    place,
    link,
    of: of ?? (compute && reader),
    // Sound: its kind needs no more.
    parts: parts as Parts,
  }
}

/** The ends of every graph. Bundlers leave them out of entries without predicates. */
export const isTrue: Instruction = /* @__PURE__ */ end()
export const isFalse: Instruction = /* @__PURE__ */ end()
/** Ends the evaluation where a test must not be undecided. */
export const bails: Instruction = /* @__PURE__ */ end('bail')

function end(kind: 'end' | 'bail' = 'end'): Instruction {
  // Sound: nothing follows an end.
  return instruction(kind, undefined, {}, {} as Edges)
}

/** A loop over a collection. */
export interface Loop {
  /** The slot of the element. */
  readonly slot: number
  /** The slots of values that were read from an element; the next element clears them. */
  readonly kept: readonly number[]
  /** The account for the time of long collections; undefined if the budget of the evaluation counts each element. */
  readonly own: Meter | undefined
  readonly errors: ErrorPlace | undefined
}

/**
 * Evaluates the instructions of a graph. What code of the application throws in a test is an error of that
 * test alone.
 */
export function run(start: Instruction, frame: Slots): Decision {
  let at = start
  let isOpen = false
  for (;;) {
    try {
      while (at.kind !== 0) {
        let value = frame[at.slot]
        if (value === undefined && at.of !== undefined) value = find(at.of, frame)
        const { name } = at
        if (name !== undefined) {
          const holder = value
          value = attributeOf(holder, name, at.place)
          if (at.link !== undefined) value = linkedRow(at.link, holder, value)
        }
        const { parts } = at
        let holds: Decision
        switch (at.kind) {
          case kinds.text:
            holds = typeof value === 'string' ? value === parts.literal : isLiteral(parts, value)
            break
          case kinds.texts:
            holds = isAmong(parts, value)
            break
          case kinds.boolean:
            holds = typeof value === 'boolean' ? value === parts.literal : isLiteral(parts, value)
            break
          case kinds.loop:
            holds = search(parts.loop, value, parts.body, frame)
            break
          case kinds.nil:
            holds = equalsNil(parts.how, value)
            break
          case kinds.truth:
            holds = value === true || (value !== false && undecided(value))
            break
          case kinds.order: {
            const { how } = parts
            const right = other(parts, value, frame)
            holds = compare(how.meaning, parts.operator, value, right, how.leftType, how.rightType)
            break
          }
          case kinds.same:
            holds = areSame(parts.how, value, other(parts, value, frame))
            break
          case kinds.equal:
            holds = areEqual(parts.how, value, other(parts, value, frame))
            break
          case kinds.literal:
            holds = isLiteral(parts, value)
            break
          case kinds.none:
            holds = plain(value) === undefined ? undefined : value === null
            break
          case kinds.graph:
            holds = run(parts.body, frame)
            break
          case kinds.bail:
            return bailOut()
          default:
            holds = parts.test(value, other(parts, value, frame), frame)
        }
        if (holds === undefined) {
          if (parts.errors !== undefined) noteError(parts.errors)
          isOpen = true
          at = at.open
        } else at = holds ? at.yes : at.no
      }
      return at === isTrue || (isOpen ? undefined : false)
    } catch (error) {
      caughtError(error)
      if (at.parts.errors !== undefined) noteError(at.parts.errors)
      isOpen = true
      at = at.open
    }
  }
}

/** Reads the other operand. If that fails, nobody awaits the value. */
function other({ other }: Parts, value: unknown, frame: Slots): unknown {
  return other === undefined ? undefined : beside(value, other, frame)
}

function isLiteral({ literal, how }: Parts, value: unknown): Decision {
  return equalsLiteral(how.meaning, value, literal, how.leftType)
}

/** Returns whether a value equals one of several texts. A value that is an error for one is an error for all. */
function isAmong({ texts, how }: Parts, value: unknown): Decision {
  for (let at = 0; at < texts.length; at++) if (texts[at] === value) return true
  if (typeof value === 'string') return false
  return equalsLiteral(how.meaning, value, texts[0], how.leftType)
}

/** Mask for the elements between two checks of the time. */
const looks = elementsBetweenLooks - 1

/** Puts an element into its slot, and counts it. */
function visit({ slot, kept, own }: Loop, element: unknown, index: number, frame: Slots): void {
  if (own === undefined) budgetOf(frame).spend(1)
  else if ((index & looks) === looks) own.spend(elementsBetweenLooks)
  frame[slot] = element
  for (let at = 0; at < kept.length; at++) frame[kept[at]!] = undefined
}

/** Returns whether a test is true for an element. */
function search(loop: Loop, value: unknown, test: Instruction, frame: Slots): Decision {
  const list = listOf(value)
  if (list === undefined) return loop.errors && noteError(loop.errors)
  let found: Decision = false
  for (let index = 0; index < list.length; index++) {
    const element = list[index]
    visit(loop, element, index, frame)
    // An undefined element is an error, whatever the test says.
    const holds = element === undefined ? loop.errors && noteError(loop.errors) : run(test, frame)
    if (holds) return true
    if (holds === undefined) found = undefined
  }
  return found
}
