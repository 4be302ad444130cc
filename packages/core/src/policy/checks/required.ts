import type { Expression, Parameter, Rule, StringLiteral } from '../../language/ast.js'
import { descendants } from '../../language/visit.js'
import { isUnion } from '../../schema/typeNames.js'
import { eachVisited } from './walk.js'

/** Returns the text that a parameter requires, such as an action or a role. */
export function requiredText(parameter: Parameter | undefined): StringLiteral | undefined {
  const required = parameter?.pattern ?? parameter?.term
  return required?.kind === 'string' ? required : undefined
}

/** Returns the class that a parameter requires; undefined for a union. */
export function requiredClass(parameter: Parameter | undefined): string | undefined {
  const pattern = parameter?.pattern
  if (pattern?.kind !== 'class pattern' || isUnion(pattern.tag)) return undefined
  return pattern.tag
}

/**
 * Returns the strings that a rule compares a variable with, alone or in a list, in source order. For example,
 * `action = "read" or action in ["list", "edit"]`.
 */
export function comparedTexts(variable: string, { body }: Rule): readonly StringLiteral[] {
  const found: StringLiteral[] = []
  const compare = (one: Expression, other: Expression): void => {
    if (one.kind !== 'variable' || one.name !== variable) return
    if (other.kind === 'string') found.push(other)
    if (other.kind === 'list') for (const element of other.elements) if (element.kind === 'string') found.push(element)
  }
  for (const node of body ? descendants(body, eachVisited) : []) {
    if (node.kind === 'unify' || node.kind === 'compare') {
      compare(node.left, node.right)
      compare(node.right, node.left)
    } else if (node.kind === 'in') compare(node.item, node.collection)
  }
  return found
}
