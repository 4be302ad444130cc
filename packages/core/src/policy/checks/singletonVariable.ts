import type { NameCheck } from './names.js'

/** The names of `nil` in other languages. */
const nothing: ReadonlySet<string> = new Set(['null', 'undefined', 'None'])

/** The truth values of other languages. */
const truth: ReadonlySet<string> = new Set(['True', 'False', 'TRUE', 'FALSE'])

/**
 * A variable that a rule uses only once has no effect, or is misspelt; unless its name starts with
 * `_`.
 */
export const singletonVariable: NameCheck = (use, once, context) => {
  if (use.kind !== 'variable' || !once) return
  const hint = nothing.has(use.name)
    ? 'did you mean "nil"?'
    : truth.has(use.name)
      ? `did you mean "${use.name.toLowerCase()}"?`
      : `correct the name, or rename an unused variable to _${use.name} or _`
  context.error('singleton-variable', `The variable ${use.name} appears only once in this rule.`, use.span, {
    hint,
    data: { name: use.name },
  })
}
