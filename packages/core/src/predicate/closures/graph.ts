import type { CompareOperator } from '../../condition/condition.js'
import { type ErrorPlace, metErrors } from '../../values/metErrors.js'
import type { Decision } from '../../values/semantics.js'
import { bailOut, undecided } from '../bail.js'
import { elementsBetweenLooks, type Meter } from '../budget.js'
import { compare, equalsLiteral, listOf, plain } from '../read.js'
import { budgetOf, type Slots } from './frame.js'
import { assertLinked, type LinkTest } from './linkTest.js'
import { attributeOf, beside, find, type Reader } from './reader.js'
import { areSame, type Comparison, equalsKnown, equalsNil, type Known, learn } from './same.js'

/** What a node does with its value. Small integers, since V8 finds the case of an integer at once. */
export const kinds = {
  end: 0,
  text: 1,
  texts: 2,
  boolean: 3,
  known: 4,
  some: 5,
  nil: 6,
  truth: 7,
  order: 8,
  same: 9,
  literal: 10,
  none: 11,
  graph: 12,
  bail: 13,
  function: 14,
} as const
type Kinds = typeof kinds

export type FrameTest = (frame: Slots) => Decision

/**
 * A test of a value, with the nodes that follow when it is true, false or undecided. A condition is a graph of such
 * nodes: `and`, `or` and `not` are its edges, so that an evaluation takes a step for each test and none for what joins
 * them. All nodes have the same fields, and one function evaluates them.
 */
export interface Node {
  readonly kind: Kinds[keyof Kinds]
  readonly yes: Node
  readonly no: Node
  /** What follows if the test is undecided. From then on, the result of the graph is true or undecided. */
  readonly open: Node
  /** The slot of the value, or of the object with the attribute `name` that is the value. */
  readonly slot: number
  readonly name: string | undefined
  readonly place: number
  readonly link: LinkTest | undefined
  /** Finds the value of the slot if it is not there yet. */
  readonly of: Reader | undefined
  readonly parts: Parts
}

/** What nodes need; a node has what its kind needs. */
interface Parts {
  readonly literal: unknown
  readonly texts: readonly string[]
  readonly how: Comparison
  readonly other: Reader
  /** The slot of the `Known` of the other value. */
  readonly known: number
  readonly operator: Exclude<CompareOperator, '='>
  readonly loop: Loop
  /** The test of an element, or a condition that several others contain. */
  readonly body: Node
  readonly test: FrameTest
  /** Undefined if its own parts record their errors. */
  readonly place: ErrorPlace
}

/** A condition that is compiled. */
export interface Code {
  /** Returns the first of its nodes, given those that follow. */
  readonly graph: (yes: Node, no: Node, open: Node) => Node
  /** Whether it is never undecided. */
  readonly isDecided: boolean
}

export function nodeOf(kind: keyof Kinds, reader: Reader | undefined, parts: Partial<Parts>): Code {
  const { of, slot = 0, name, place = 0, link, compute } = reader ?? {}
  return {
    graph: (yes, no, open) => ({
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
    }),
    isDecided: false,
  }
}

/** The ends of every graph. Bundlers leave them out of entries without predicates. */
export const isTrue: Node = /* @__PURE__ */ end()
export const isFalse: Node = /* @__PURE__ */ end()
/** Ends the evaluation where a test must not be undecided. */
export const bails: Node = /* @__PURE__ */ end('bail')

function end(kind: 'end' | 'bail' = 'end'): Node {
  // Sound: nothing follows an end.
  return (nodeOf(kind, undefined, {}).graph as () => Node)()
}

/** A loop over a collection. */
export interface Loop {
  /** The slot of the element. */
  readonly slot: number
  /** The slots of values that were read from an element; the next element clears them. */
  readonly kept: readonly number[]
  /** The account for the time of long collections; undefined if the budget of the evaluation counts each element. */
  readonly own: Meter | undefined
  readonly place: ErrorPlace
}

/** Evaluates a graph. What code of the application throws in a test is an error of that test alone. */
export function run(start: Node, frame: Slots): Decision {
  let node = start
  let isOpen = false
  for (;;) {
    try {
      while (node.kind !== 0) {
        let value = frame[node.slot]
        if (value === undefined && node.of !== undefined) value = find(node.of, frame)
        const { name } = node
        if (name !== undefined) {
          const holder = value
          value = attributeOf(holder, name, node.place)
          if (node.link !== undefined) assertLinked(node.link, holder, value)
        }
        const { parts } = node
        let holds: Decision
        switch (node.kind) {
          case kinds.text:
            holds = typeof value === 'string' ? value === parts.literal : isLiteral(parts, value)
            break
          case kinds.texts:
            holds = isAmong(parts, value)
            break
          case kinds.boolean:
            holds = typeof value === 'boolean' ? value === parts.literal : isLiteral(parts, value)
            break
          case kinds.known: {
            // Sound: nothing else is written to the slot.
            let known = frame[parts.known] as Known | undefined
            if (known === undefined) known = learn(parts.how, parts.other, parts.known, frame, value)
            holds = equalsKnown(parts.how, value, known)
            break
          }
          case kinds.some:
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
            const right = beside(value, parts.other, frame)
            holds = compare(how.meaning, parts.operator, value, right, how.leftType, how.rightType)
            break
          }
          case kinds.same:
            holds = areSame(parts.how, value, beside(value, parts.other, frame))
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
            holds = parts.test(frame)
        }
        if (holds === undefined) {
          if (parts.place !== undefined) metErrors.at(parts.place)
          isOpen = true
          node = node.open
        } else node = holds ? node.yes : node.no
      }
      return node === isTrue || (isOpen ? undefined : false)
    } catch (error) {
      metErrors.caught(error)
      if (node.parts.place !== undefined) metErrors.at(node.parts.place)
      isOpen = true
      node = node.open
    }
  }
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
function search(loop: Loop, value: unknown, test: Node, frame: Slots): Decision {
  const list = listOf(value)
  if (list === undefined) return metErrors.at(loop.place)
  let found: Decision = false
  for (let index = 0; index < list.length; index++) {
    visit(loop, list[index], index, frame)
    const holds = run(test, frame)
    if (holds) return true
    if (holds === undefined) found = undefined
  }
  return found
}
