import { equalsLiteral, listOf } from '../read.js'
import { type FrameTest, type Loop, type Node, run, visit } from './graph.js'
import { get, type Reader } from './reader.js'
import type { Comparison } from './same.js'

/** The test of an element by one of several quantifiers, or by some of them that differ in a text. */
export interface Step {
  readonly test: Node
  /** The place of the first of the quantifiers. */
  readonly first: number
  /** The slot that receives the place of the one that is true, if there are several. */
  readonly found: number | undefined
}

/**
 * Evaluates several quantifiers over one collection in one pass. The machine iterates over the collection once for
 * each. Errors that an earlier quantifier would still reach count before a later one is true, so those before it stay
 * open.
 * @param from - Reads the collection.
 * @param count - The number of quantifiers.
 * @param slot - The slot for the number of those that are open.
 */
export function openSearch(from: Reader, loop: Loop, steps: readonly Step[], count: number, slot: number): FrameTest {
  return (frame) => {
    const list = listOf(get(from, frame))
    let open = count
    for (let index = 0; index < list.length && open > 0; index++) {
      visit(loop, list[index], index, frame)
      for (let at = 0; at < steps.length; at++) {
        const { test, first, found } = steps[at]!
        if (first >= open) break
        frame[slot] = open
        if (!run(test, frame)) continue
        // Sound: the choice has set it.
        open = found === undefined ? first : (frame[found] as number)
        break
      }
    }
    return open < count
  }
}

/** Finds the first of several quantifiers whose text equals a value, among those that are open. */
export function choice(
  reader: Reader,
  texts: readonly string[],
  how: Comparison,
  first: number,
  open: number,
  found: number,
): FrameTest {
  return (frame) => {
    const value = get(reader, frame)
    // Sound: the loop sets it.
    const end = (frame[open] as number) - first
    for (let at = 0; at < end && at < texts.length; at++) {
      if (!equalsLiteral(how.meaning, value, texts[at], how.leftType)) continue
      frame[found] = first + at
      return true
    }
    return false
  }
}

/** Evaluates the test for every element, even after one is true. */
export function exhaustive(from: Reader, loop: Loop, test: Node): FrameTest {
  return (frame) => {
    let found = false
    const list = listOf(get(from, frame))
    for (let index = 0; index < list.length; index++) {
      visit(loop, list[index], index, frame)
      if (run(test, frame)) found = true
    }
    return found
  }
}
