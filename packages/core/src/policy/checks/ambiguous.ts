import type { Node } from '../../language/ast.js'
import type { Span } from '../../language/source.js'
import { descendants, eachGoal } from '../../language/visit.js'
import { isBuiltInType, modelName } from '../../schema/typeNames.js'
import type { Check, CheckContext, RuleCheck } from './check.js'

/**
 * `and` beside `or` must be in parentheses, so that readers need not remember which binds tighter.
 */
export const ambiguousPrecedence: Check = (context) => ({
  rule: ({ body }) => {
    for (const goal of body ? descendants(body, eachGoal) : []) {
      if (goal.kind !== 'and' && goal.kind !== 'or') continue
      const inner = goal.kind === 'and' ? 'or' : 'and'
      for (const { kind, span } of goal.operands) {
        if (kind !== inner || isBehindParenthesis(span)) continue
        const message = '"and" and "or" are combined without parentheses; "and" binds tighter.'
        context.warning('ambiguous-precedence', message, span, { hint: 'put this in parentheses' })
      }
    }
  },
})

function isBehindParenthesis({ source: { text }, start }: Span): boolean {
  let at = start - 1
  while (at >= 0 && /\s/.test(text[at]!)) at--
  return text[at] === '('
}

/** A built-in type must not also be the name of a model: the author must say which one is meant. */
export const ambiguousType: Check = (context) => {
  const look = lookIn(context)
  return { rule: look, 'rule type': look, 'resource block': look }
}

/** The same in inline queries. */
export const ambiguousTypeInQuery: RuleCheck = (context) => ({ 'inline query': lookIn(context) })

function lookIn({ schema, error }: CheckContext): (root: Node) => void {
  if (![...schema.models.keys()].some((name) => name.startsWith('model '))) return () => {}
  const report = (name: string, span: Span): void => {
    if (!isBuiltInType(name) || !schema.models.has(modelName(name))) return
    error('ambiguous-type', `"${name}" is a built-in type and the name of a model.`, span, {
      hint: `register the model under another name: \`names: { ${name}: '${name}Row' }\` for an ORM, \`registerClass(${name}, { name: '${name}Row' })\` for a class; then ${name} is the built-in type`,
      data: { name },
    })
  }
  return (root) => {
    for (const node of descendants(root)) {
      if (node.kind === 'class pattern') report(node.tag, node.span)
      else if (node.kind === 'new') report(node.call.name, node.span)
      else if (node.kind === 'variable') report(node.name, node.span)
      else if (node.kind === 'resource block') report(node.name.name, node.name.span)
      else if (node.kind === 'declaration' && node.value.kind === 'relations')
        for (const { value } of node.value.relations) report(value.name, value.span)
    }
  }
}
