import type { Node, StringLiteral } from '../../language/ast.js'
import { descendants } from '../../language/visit.js'
import type { BlockContext, Check, PolicyCheck } from './check.js'
import { comparedTexts } from './required.js'
import { usesIn } from './shorthandRules.js'
import { nearest } from './suggestion.js'
import { eachVisited } from './walk.js'

/**
 * An action that only one rule names is likely misspelt if it differs from another action by two
 * swapped letters, or a long one by a missing or additional letter.
 */
export const misspeltAction: PolicyCheck = (context) => {
  const found: StringLiteral[] = []
  const nodes: Node[] = []
  return {
    rule: (rule) => {
      nodes.push(rule)
      const { name, parameters } = rule
      const term = name === 'allow' || name === 'allow_field' ? parameters[1]?.term : undefined
      if (term?.kind === 'string') found.push(term)
      if (term?.kind === 'variable') for (const one of comparedTexts(term.name, rule)) found.push(one)
    },
    'inline query': (query) => void nodes.push(query),
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
      const own = new Map<string, number>()
      for (const { value } of found) own.set(value, (own.get(value) ?? 0) + 1)
      if (found.every(({ value }) => own.get(value) !== 1 || declared.has(value))) return
      const counts = countStrings(nodes)
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

/** Returns how often policies have each string. */
function countStrings(nodes: readonly Node[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const node of nodes.flatMap((one) => descendants(one, eachVisited)))
    if (node.kind === 'string') counts.set(node.value, (counts.get(node.value) ?? 0) + 1)
  return counts
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

/**
 * A relation whose name is no field of the model is likely misspelt if a field that leads to the same class has nearly the
 * same name. A plural, as of a list, is another name.
 */
export const misspeltRelation: Check<BlockContext> = ({ blocks, schema, warning }) => ({
  end: () => {
    for (const [cls, { declared }] of blocks) {
      const fields = schema.typeNamed(cls)?.fields
      if (!fields) continue
      for (const { kind, name, to, span } of declared.values()) {
        if (kind !== 'relation' || fields.has(name) || !usesIn(blocks).get(cls)?.has(name)) continue
        const alike = [...fields.values()].filter(
          (one) => one.kind === 'relation' && one.model === to?.name && !one.many,
        )
        const meant = nearest(
          name,
          alike.map((one) => one.name).filter((one) => !declared.has(one) && one !== `${name}s` && name !== `${one}s`),
        )
        if (meant === undefined) continue
        const message = `${cls} declares the relation "${name}", but its field is "${meant}".`
        warning('unknown-relation', message, span, { hint: `did you mean "${meant}"?`, data: { name, class: cls } })
      }
    }
  },
})
