import { didYouMean } from '../../language/didYouMean.js'
import type { NameCheck } from './names.js'

/** The names of `nil` in other languages. */
const nothing: ReadonlySet<string> = new Set(['null', 'undefined', 'None'])

/** The truth values of other languages. */
const truth: ReadonlySet<string> = new Set(['True', 'False', 'TRUE', 'FALSE'])

/** The maximum number of names of a rule that are compared with each other; written rules have fewer. */
const NAMES = 50

/**
 * A variable that a rule uses only once has no effect, or is misspelt; unless its name starts with
 * `_`. Of two names that are nearly the same, such as `note` and `nte`, the second is misspelt.
 */
export const singletonVariable: NameCheck = (use, once, context, uses) => {
  if (use.kind !== 'variable' || !once) return
  const { name, span } = use
  const names = context.isForOso || uses.length > NAMES ? [] : uses.flatMap(({ variable }) => variable?.name ?? [])
  const later = names.length === 0 ? [] : uses.slice(uses.findIndex(({ variable }) => variable === use) + 1)
  const isOfAnother = (other: string): boolean => hintFor(other) === undefined && didYouMean(other, names) === name
  if (later.some(({ variable, count }) => variable && count === 1 && isOfAnother(variable.name))) return
  const meant = didYouMean(name, names)
  const hint =
    hintFor(name) ??
    (meant === undefined
      ? `correct the name, or rename an unused variable to _${name} or _`
      : `did you mean "${meant}"? Or rename an unused variable to _${name} or _`)
  context.error('singleton-variable', `The variable ${name} appears only once in this rule.`, span, {
    hint,
    data: { name },
  })
}

/** Returns a hint for a word of another language. */
function hintFor(name: string): string | undefined {
  if (nothing.has(name)) return 'did you mean "nil"?'
  return truth.has(name) ? `did you mean "${name.toLowerCase()}"?` : undefined
}
