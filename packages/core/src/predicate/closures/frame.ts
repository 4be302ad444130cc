import { budgetOf, budgetSlot, get, held, ownSlots, type Slots } from '../read.js'
import type { ElementTest } from './loop.js'
import type { Expected } from './same.js'

/** Compiles a recursive definition; its results are memoized when there are many. */
export function tabled(test: ElementTest, parameters: number): ElementTest {
  return (frame) => {
    const budget = budgetOf(frame)
    const call = budget.enter() > 0 ? undefined : budget.call(test, argumentsOf(frame, parameters))
    if (call?.answer !== undefined) return budget.leave(undefined, call.answer)
    return budget.leave(call, test(frame))
  }
}

/** Returns the arguments in the frame of a definition. */
export function argumentsOf(frame: Slots, parameters: number): readonly unknown[] {
  return frame.slice(ownSlots, ownSlots + Math.max(0, parameters))
}

/** Returns the frame of a definition that is called from another frame. */
export function frameFor(size: number, frame: Slots, args: readonly Expected[]): Slots {
  const inner = newFrame(size, frame[0], frame[1], frame[2], frame[budgetSlot])
  inner[4] = frame[4]
  inner[5] = frame[5]
  for (let at = 0; at < args.length; at++) {
    const { reader, memo } = args[at]!
    if (memo === 0) inner[ownSlots + at] = held(get(reader, frame))
    else {
      // An argument of the caller. What is known of the arguments follows them.
      inner[ownSlots + at] = frame[reader.slot]
      inner[ownSlots + args.length + at] = frame[memo]
    }
  }
  return inner
}

/** Returns an empty frame. An array without holes, of a fixed length, is made fastest. */
export function newFrame(size: number, actor: unknown, resource: unknown, action: unknown, budget: unknown): Slots {
  const none = undefined
  if (size <= 8) return [actor, resource, action, budget, none, none, none, none]
  const frame = [actor, resource, action, budget, none, none, none, none, none, none, none, none]
  while (frame.length < size) frame.push(none)
  return frame
}
