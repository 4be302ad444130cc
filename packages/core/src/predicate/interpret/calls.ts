import { caughtError } from '../../values/metErrors.js'
import { type Decision, either } from '../../values/semantics.js'
import type { TabledCall } from '../budget.js'
import { held } from '../read.js'
import { budgetOf, type Layout, ownSlots, type Slots } from './frame.js'
import { get, type Reader } from './reader.js'
import { type FrameTest, type Instruction, run } from './run.js'

/** A definition that is compiled, or is being compiled: it can call itself. */
export interface Called {
  /** The layout of its frames: the parameters come first. */
  readonly layout: Layout
  test: FrameTest
}

/** Returns the frame of a definition that is called from another frame; undefined if an argument is missing. */
export function innerFrame(layout: Layout, frame: Slots, args: readonly Reader[]): Slots | undefined {
  const inner = layout.inner(frame)
  for (let at = 0; at < args.length; at++) {
    const value = held(get(args[at]!, frame))
    if (value === undefined) return undefined
    inner[ownSlots + at] = value
  }
  return inner
}

/** Returns the frame of the next round; undefined also if reading an argument is an error. */
function nextFrame(layout: Layout, frame: Slots, args: readonly Reader[]): Slots | undefined {
  try {
    return innerFrame(layout, frame, args)
  } catch (error) {
    return caughtError(error)
  }
}

/** Compiles a recursive definition; its results are memoized when there are many. */
export function tabled(test: Instruction, parameters: number): FrameTest {
  return (frame) => {
    const budget = budgetOf(frame)
    const call = budget.enter() > 0 ? undefined : budget.call(test, argumentsOf(frame, parameters))
    if (call?.isOver) return budget.leave(undefined, call.answer)
    return budget.leave(call, run(test, frame))
  }
}

/** Returns the first arguments in the frame of a definition. */
function argumentsOf(frame: Slots, count: number): readonly unknown[] {
  return frame.slice(ownSlots, ownSlots + Math.max(0, count))
}

/**
 * Compiles a definition whose recursive call is a tail call.
 * @param layout - The frame of a round.
 * @param args - The arguments of the next round.
 */
export function rounds(
  found: Instruction,
  guard: Instruction,
  layout: Layout,
  args: readonly Reader[],
  parameters: number,
): FrameTest {
  return (frame) => {
    const budget = budgetOf(frame)
    const untabled = budget.enterRounds()
    let all: TabledCall | undefined
    let round = frame
    let answer: Decision = false
    for (let count = 1; ; count++) {
      if (count > untabled) {
        all ??= budget.rounds()
        const calls = budget.table(found, argumentsOf(round, parameters - 1))
        const last = parameters === 0 ? undefined : round[ownSlots + parameters - 1]
        const known = budget.round(calls, last, all)
        if (known !== undefined) return budget.leaveRounds(count, all, either(known.answer, answer))
      }
      const holds = run(found, round)
      if (holds) return budget.leaveRounds(count, all, true)
      if (holds === undefined) answer = undefined
      const goesOn = run(guard, round)
      if (goesOn === false) return budget.leaveRounds(count, all, answer)
      const next = goesOn && nextFrame(layout, round, args)
      if (next === undefined) return budget.leaveRounds(count, all, undefined)
      round = next
    }
  }
}
