import type { Span } from '@arcturus/core/internal/language-service'
import type { Range } from 'vscode-languageserver-types'
import { type PolicyDocument, rangeOf } from './document.js'

/** An action on the rows of a model, and where a policy grants it. */
export interface GrantedAction {
  readonly action: string
  readonly model: string
  readonly range: Range
}

/** Returns the actions that a document grants by name: declared permissions, and heads of `allow` and `has_permission`. */
export function grantedActions({ pieces }: PolicyDocument): readonly GrantedAction[] {
  const found: GrantedAction[] = []
  const add = (action: string, model: string, span: Span): void => {
    const range = rangeOf(span)
    if (range) found.push({ action, model, range })
  }
  for (const { statement } of pieces) {
    if (statement?.kind === 'rule' && (statement.name === 'allow' || statement.name === 'has_permission')) {
      const [, action, resource] = statement.parameters
      if (action?.term.kind === 'string' && resource?.pattern?.kind === 'class pattern')
        add(action.term.value, resource.pattern.tag, statement.head)
    }
    if (statement?.kind !== 'resource block') continue
    for (const production of statement.productions)
      if (
        production.kind === 'declaration' &&
        production.name.name === 'permissions' &&
        production.value.kind === 'names'
      )
        for (const { value, span } of production.value.names) add(value, statement.name.name, span)
  }
  return found
}
