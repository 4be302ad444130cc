import { read } from '../read.js'
import { noSlot, type Slots } from './frame.js'
import { placeOf } from './places.js'

/**
 * Reads an operand: from its slot if the frame holds the value already, otherwise as an attribute of another reader's
 * value, or by a function.
 */
export interface Reader {
  /** The slot that holds the value, or keeps it once it is read. */
  readonly slot: number
  readonly of: Reader | undefined
  readonly name: string | undefined
  /** The place at which the attribute is read. */
  readonly place: number
  readonly compute: ((frame: Slots) => unknown) | undefined
}

export function reader(slot: number, of?: Reader, name?: string, compute?: (frame: Slots) => unknown): Reader {
  return { slot, of, name, place: name === undefined ? 0 : placeOf(name), compute }
}

/** Returns the value of an operand; it can be a promise, as with `read`. */
export function get(reader: Reader, frame: Slots): unknown {
  const known = frame[reader.slot]
  return known === undefined ? find(reader, frame) : known
}

/** Returns a value that no slot holds. */
export function find({ slot, of, name, compute }: Reader, frame: Slots): unknown {
  if (of === undefined) return compute === undefined ? undefined : compute(frame)
  // Sound: an attribute of another value has a name.
  const value = read(get(of, frame), name!)
  if (slot !== noSlot) frame[slot] = value
  return value
}
