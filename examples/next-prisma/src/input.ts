// What comes from outside is whatever somebody sent: types say nothing of it.

/** An id of a path or an argument; 0, which no row has, where it is none. */
export function idIn(value: unknown): number {
  const isPlain = typeof value === 'number' || typeof value === 'string'
  return isPlain && /^\d{1,9}$/.test(String(value)) ? Number(value) : 0
}

/** A text without the blanks around it; undefined where it is none, empty, or longer than that. */
export function textIn(value: unknown, longest: number): string | undefined {
  const text = typeof value === 'string' ? value.trim() : ''
  return text !== '' && text.length <= longest ? text : undefined
}

/** One of some words; undefined where it is another. */
export function oneOf<Word extends string>(words: readonly Word[], value: unknown): Word | undefined {
  return words.find((word) => word === value)
}
