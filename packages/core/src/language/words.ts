/** Invisible traces of another encoding: a name that holds one is another name. */
const strays = '\\0\\uFEFF\\uFFFD'

/** All characters except white space, ASCII punctuation and strays; `first` also excludes digits. */
const first = `[^ \\n\\r\\t!-@[-^\`{-~${strays}]`
const rest = `[^ \\n\\r\\t!-/:-@[-^\`{-~${strays}]`

/** A name: parts that `::` joins, and an optional question mark. */
export const SYMBOL: RegExp = new RegExp(`${first}${rest}*(?:::${first}${rest}*)*\\??`)
const WHOLE_SYMBOL = new RegExp(`^${SYMBOL.source}$`)

/** Words that look like names but are reserved. */
export const KEYWORDS: readonly string[] = 'new in cut debug print isa forall if and or not matches type mod rem'.split(
  ' ',
)
export const BOOLEANS: readonly string[] = ['true', 'false']
export const FLOATS: readonly string[] = ['inf', 'nan']
const NO_NAMES: ReadonlySet<string> = new Set([...KEYWORDS, ...BOOLEANS, ...FLOATS])

/** Reserved words that may still name fields, methods and keys. */
export const KEY_WORDS: ReadonlySet<string> = new Set(
  'type cut debug print in forall if and or not new matches'.split(' '),
)

/** Returns whether a word can be the name of a variable, a rule or a class. */
export function isName(word: string): boolean {
  return WHOLE_SYMBOL.test(word) && !NO_NAMES.has(word)
}

/** Returns whether a word can follow a dot, or precede the colon of an entry. */
export function isKey(word: string): boolean {
  return KEY_WORDS.has(word) || isName(word)
}
