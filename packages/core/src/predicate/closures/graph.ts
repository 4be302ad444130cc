import type { CompareOperator } from '../../condition/condition.js'
import { bailOut } from '../bail.js'
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
  function: 13,
} as const
type Kinds = typeof kinds

export type FrameTest = (frame: Slots) => boolean

/**
 * A test of a value, with the nodes that follow when it is true or false. A condition is a graph of such nodes: `and`,
 * `or` and `not` are its edges, so that an evaluation takes a step for each test and none for what joins them. All
 * nodes have the same fields, and one function evaluates them.
 */
export interface Node {
  readonly kind: Kinds[keyof Kinds]
  readonly yes: Node
  readonly no: Node
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
}

/** A condition that is compiled: returns the first of its nodes, given those that follow. */
export type Code = (yes: Node, no: Node) => Node

export function nodeOf(kind: keyof Kinds, reader: Reader | undefined, parts: Partial<Parts>): Code {
  const { of, slot = 0, name, place = 0, link, compute } = reader ?? {}
  return (yes, no) => ({
    kind: kinds[kind],
    yes,
    no,
    slot: of?.slot ?? slot,
    name,
    place,
    link,
    of: of ?? (compute && reader),
    // Sound: its kind needs no more.
    parts: parts as Parts,
  })
}

/** The ends of every graph. Bundlers leave them out of entries without predicates. */
export const isTrue: Node = /* @__PURE__ */ end()
export const isFalse: Node = /* @__PURE__ */ end()

function end(): Node {
  // Sound: nothing follows an end.
  return (nodeOf('end', undefined, {}) as () => Node)()
}

/** A loop over a collection. */
export interface Loop {
  /** The slot of the element. */
  readonly slot: number
  /** The slots of values that were read from an element; the next element clears them. */
  readonly kept: readonly number[]
  /** The account for the time of long collections; undefined if the budget of the evaluation counts each element. */
  readonly own: Meter | undefined
}

/** Evaluates a graph. */
export function run(start: Node, frame: Slots): boolean {
  let node = start
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
    let holds: boolean
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
        holds = search(parts.loop, listOf(value), parts.body, frame)
        break
      case kinds.nil:
        holds = equalsNil(parts.how, value)
        break
      case kinds.truth:
        holds = value === true || (value !== false && bailOut(value))
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
        holds = plain(value) === null
        break
      case kinds.graph:
        holds = run(parts.body, frame)
        break
      default:
        holds = parts.test(frame)
    }
    node = holds ? node.yes : node.no
  }
  return node === isTrue
}

function isLiteral({ literal, how }: Parts, value: unknown): boolean {
  return equalsLiteral(how.meaning, value, literal, how.leftType)
}

/** Returns whether a value equals one of several texts. A value that is an error for one is an error for all. */
function isAmong({ texts, how }: Parts, value: unknown): boolean {
  for (let at = 0; at < texts.length; at++) if (texts[at] === value) return true
  if (typeof value === 'string') return false
  for (const one of texts) if (equalsLiteral(how.meaning, value, one, how.leftType)) return true
  return false
}

/** Mask for the elements between two checks of the time. */
const looks = elementsBetweenLooks - 1

/** Puts an element into its slot, and counts it. */
export function visit({ slot, kept, own }: Loop, element: unknown, index: number, frame: Slots): void {
  if (own === undefined) budgetOf(frame).spend(1)
  else if ((index & looks) === looks) own.spend(elementsBetweenLooks)
  frame[slot] = element
  for (let at = 0; at < kept.length; at++) frame[kept[at]!] = undefined
}

/** Returns whether a test is true for an element. */
function search(loop: Loop, list: readonly unknown[], test: Node, frame: Slots): boolean {
  for (let index = 0; index < list.length; index++) {
    visit(loop, list[index], index, frame)
    if (run(test, frame)) return true
  }
  return false
}
