import type { Expression, StringLiteral } from '../../language/ast.js'
import type { Check, PolicyContext } from './check.js'

/**
 * An action that only one rule names is likely misspelt if it differs from another action by two
 * swapped letters, or a long one by a missing or additional letter.
 */
export const misspeltAction: Check<PolicyContext> = (context) => {
  const counts = new Map<string, number>()
  const found: StringLiteral[] = []
  let variable: string | undefined
  const compare = (one: Expression, other: Expression): void => {
    if (variable === undefined || one.kind !== 'variable' || one.name !== variable) return
    if (other.kind === 'string') found.push(other)
    if (other.kind === 'list') for (const element of other.elements) if (element.kind === 'string') found.push(element)
  }
  const compareBoth = ({ left, right }: { readonly left: Expression; readonly right: Expression }): void => {
    if (variable === undefined) return
    compare(left, right)
    compare(right, left)
  }
  return {
    string: ({ value }) => void counts.set(value, (counts.get(value) ?? 0) + 1),
    rule: ({ name, parameters }) => {
      const term = name === 'allow' || name === 'allow_field' ? parameters[1]?.term : undefined
      variable = term?.kind === 'variable' ? term.name : undefined
      if (term?.kind === 'string') found.push(term)
    },
    'inline query': () => {
      variable = undefined
    },
    unify: compareBoth,
    compare: compareBoth,
    in: ({ item, collection }) => compare(item, collection),
    end: () => {
      const actions = new Set(found.map(({ value }) => value))
      /** What blocks declare is meant; of that, permissions are actions. */
      const declared = new Set<string>()
      for (const block of context.blocks.values()) {
        for (const { kind, name } of block.declared.values()) {
          declared.add(name)
          if (kind === 'permission') actions.add(name)
        }
      }
      const certain = [...actions].filter((one) => declared.has(one) || (counts.get(one) ?? 0) > 1)
      for (const { value, span } of found) {
        if (counts.get(value) !== 1 || declared.has(value)) continue
        const meant = certain.find((one) => isSlip(value, one))
        if (meant === undefined) continue
        context.warning('misspelt-action', `Only this rule names the action "${value}".`, span, {
          hint: `did you mean "${meant}"?`,
          data: { action: value, suggestion: meant },
        })
      }
    },
  }
}

/** The number of letters from which a missing or an additional letter is a slip. */
const longWord = 6

/** Returns whether a word is another one with two swapped letters, or one letter more or less. */
function isSlip(word: string, other: string): boolean {
  let at = 0
  while (at < word.length && word[at] === other[at]) at++
  if (word.length === other.length) {
    const isSwapped = word[at] === other[at + 1] && word[at + 1] === other[at]
    return at < word.length && isSwapped && word.slice(at + 2) === other.slice(at + 2)
  }
  const [short, long] = word.length < other.length ? [word, other] : [other, word]
  return long.length === short.length + 1 && long.length >= longWord && short.slice(at) === long.slice(at + 1)
}
