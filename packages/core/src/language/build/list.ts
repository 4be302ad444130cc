import type { Token } from '../token.js'

/** A list while it grows at its end. */
export interface Cons<T> {
  readonly previous: Cons<T> | undefined
  readonly last: T
}

/** The list as it stands, for which a token behind it has been seen. */
export function toArray<T, R>(list: Cons<T> | undefined, map: (item: T) => R): readonly R[] {
  const items: R[] = []
  for (let at = list; at; at = at.previous) items.push(map(at.last))
  return items.reverse()
}

export const first = <T>([last]: readonly [T]): Cons<T> => ({ previous: undefined, last })
export const next = <T>([previous, , last]: readonly [Cons<T>, Token, T]): Cons<T> => ({ previous, last })

/** What stands for just another, or for another and a comma. */
export const only = <T>([value]: readonly [T, ...unknown[]]): T => value
