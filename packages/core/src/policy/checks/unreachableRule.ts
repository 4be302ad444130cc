import type { Expression, Parameter, Rule } from '../../language/ast.js'
import { descendants } from '../../language/visit.js'
import type { Schema } from '../../schema/schema.js'
import { sameNode } from '../sameNode.js'
import type { PolicyCheck } from './check.js'
import { eachVisited } from './walk.js'

/**
 * A rule must not follow another rule that always matches when it does and that cuts first: it
 * would never be tried.
 * (Only rules with the same classes in the same places are certain to be tried in source order.)
 */
export const unreachableRule: PolicyCheck = (context) => {
  const cutting = new Map<string, Rule[]>()
  return {
    rule: (rule) => {
      const cuts = cutsAtOnce(rule.body)
      if (!cuts && cutting.size === 0) return
      const key = [
        rule.name,
        ...rule.parameters.map(({ pattern }) => (pattern?.kind === 'class pattern' ? pattern.tag : '')),
      ].join(' ')
      const before = cutting.get(key)
      const first = before?.find((one) => covers(one, rule))
      if (first) {
        const { line } = first.span.source.position(first.span.start)
        const message = `This rule is never tried: the rule in line ${line} comes first, matches the same arguments and cuts.`
        context.warning('unreachable-rule', message, rule.head, { data: { rule, first } })
      } else if (cuts && matchesAll(rule.parameters, context.schema)) {
        if (before) before.push(rule)
        else cutting.set(key, [rule])
      }
    },
  }
}

function cutsAtOnce(body: Expression | undefined): boolean {
  if (body?.kind !== 'and') return body?.kind === 'cut'
  return body.operands.find(({ kind }) => kind !== 'print' && kind !== 'debug')?.kind === 'cut'
}

/** Returns whether parameters match all values of their classes: each is a different variable. */
function matchesAll(parameters: readonly Parameter[], schema: Schema): boolean {
  const names = new Set<string>()
  return parameters.every(({ term, pattern }) => {
    if (term.kind !== 'variable' || schema.isName(term.name) || names.has(term.name)) return false
    if (term.name !== '_') names.add(term.name)
    return !pattern || !descendants(pattern, eachVisited).some(({ kind }) => kind === 'variable')
  })
}

/**
 * Returns whether a rule whose parameters match all values of their classes requires the same
 * classes as another.
 */
function covers({ parameters }: Rule, other: Rule): boolean {
  return (
    parameters.length === other.parameters.length &&
    parameters.every(({ pattern }, index) => {
      const others = other.parameters[index]!.pattern
      return pattern ? others !== undefined && sameNode(pattern, others) : others === undefined
    })
  )
}
