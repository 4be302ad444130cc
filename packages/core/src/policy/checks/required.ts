import type { Parameter, StringLiteral } from '../../language/ast.js'

/** Returns the text that a parameter requires, such as an action or a role. */
export function requiredText(parameter: Parameter | undefined): StringLiteral | undefined {
  const required = parameter?.pattern ?? parameter?.term
  return required?.kind === 'string' ? required : undefined
}

/** Returns the class that a parameter requires; undefined for a union. */
export function requiredClass(parameter: Parameter | undefined): string | undefined {
  const pattern = parameter?.pattern
  if (pattern?.kind !== 'class pattern' || pattern.tag === 'Actor' || pattern.tag === 'Resource') return undefined
  return pattern.tag
}
