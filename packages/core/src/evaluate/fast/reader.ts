import { undecided } from '../../predicate/bail.js'
import { read } from '../../predicate/read.js'
import { arePartial } from '../../schema/partial.js'
import { abandon } from '../../values/thenable.js'
import { noSlot, type Slots } from './frame.js'
import { type LinkTest, linkedRow } from './linkTest.js'
import { at, placeOf } from './places.js'

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
  /** Asserts that the attribute is a row that the columns of its holder refer to. */
  readonly link: LinkTest | undefined
  readonly compute: ((frame: Slots) => unknown) | undefined
}

export function reader(
  slot: number,
  of?: Reader,
  name?: string,
  link?: LinkTest,
  compute?: (frame: Slots) => unknown,
): Reader {
  return { slot, of, name, place: name === undefined ? 0 : placeOf(name), link, compute }
}

/** Returns the value of an operand; it can be a promise, as with `read`. */
export function get(reader: Reader, frame: Slots): unknown {
  const known = frame[reader.slot]
  return known === undefined ? find(reader, frame) : known
}

/** Reads an operand while another value waits for it. If that fails, nobody awaits the other value. */
export function beside(other: unknown, reader: Reader, frame: Slots): unknown {
  try {
    return get(reader, frame)
  } catch (error) {
    abandon(other)
    throw error
  }
}

/** Returns a value that no slot holds. */
export function find({ slot, of, name, place, link, compute }: Reader, frame: Slots): unknown {
  if (of === undefined) return compute === undefined ? undefined : compute(frame)
  // Sound: an attribute of another value has a name.
  const holder = get(of, frame)
  const own = attributeOf(holder, name!, place)
  const value = link === undefined ? own : linkedRow(link, holder, own)
  if (slot !== noSlot) frame[slot] = value
  return value
}

/** Returns an attribute, as `read` does. */
export function attributeOf(object: unknown, name: string, place: number): unknown {
  if (typeof object !== 'object' || object === null || arePartial()) return read(object, name)
  const value = at(place, object, name)
  return value === undefined ? undecided(object) : value
}
