import type { Budget } from '../../predicate/budget.js'

/**
 * The values of one evaluation, by slot: actor, resource, action and budget, then parameters, elements of collections,
 * and values that are read several times.
 */
export type Slots = unknown[]
const budgetSlot = 3
/** The slot of values that are not kept: nothing is ever written to it. */
export const noSlot = 4
/** The number of slots that every frame has. */
export const ownSlots = 5

/** Returns the budget of an evaluation that counts its steps. */
export function budgetOf(frame: Slots): Budget {
  // Sound: the slot is set when the evaluation begins.
  return frame[budgetSlot] as Budget
}

/** The layout of frames. */
export class Layout {
  #size = ownSlots
  /** A frame of many slots, to be copied. */
  #blank: unknown[] = []

  /** Adds a slot. */
  add(): number {
    this.#blank = new Array<undefined>(this.#size + 1).fill(undefined)
    return this.#size++
  }

  /** Returns a new frame. An array without holes, of a fixed length, is made fastest. */
  frame(actor: unknown, resource: unknown, action: unknown, budget: unknown): Slots {
    const none = undefined
    if (this.#size <= 8) return [actor, resource, action, budget, none, none, none, none]
    if (this.#size <= 12) return [actor, resource, action, budget, none, none, none, none, none, none, none, none]
    if (this.#size <= 20)
      // biome-ignore format: a list of equal elements
      return [actor, resource, action, budget, none, none, none, none, none, none, none, none, none, none, none, none, none, none, none, none]
    const frame = this.#blank.slice()
    frame[0] = actor
    frame[1] = resource
    frame[2] = action
    frame[budgetSlot] = budget
    return frame
  }

  /** Returns the frame of a definition that is called from another frame. */
  inner(outer: Slots): Slots {
    return this.frame(outer[0], outer[1], outer[2], outer[budgetSlot])
  }
}
