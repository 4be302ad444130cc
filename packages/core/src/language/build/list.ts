import type { Token } from '../token.js'

/** A list that grows at its end. */
export interface Cons<T> {
  readonly previous: Cons<T> | undefined
  readonly last: T
}

/** Converts a list to an array, once the token after it has been read. */
export function toArray<T, R>(list: Cons<T> | undefined, map: (item: T) => R): readonly R[] {
  const items: R[] = []
  for (let at = list; at; at = at.previous) items.push(map(at.last))
  return items.reverse()
}

export const first = <T>(last: T): Cons<T> => ({ previous: undefined, last })
export const next = <T>(previous: Cons<T>, _comma: Token, last: T): Cons<T> => ({ previous, last })

/** For a production of one part, or of one part and a comma: returns that part. */
export const only = <T>(value: T): T => value
