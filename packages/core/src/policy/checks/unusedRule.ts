import type { Expression, Parameter, Rule } from '../../language/ast.js'
import { print } from '../../language/print.js'
import { spanText } from '../../language/source.js'
import { descendants } from '../../language/visit.js'
import type { Schema } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'
import { sameNode } from '../sameNode.js'
import type { PolicyCheck, PolicyContext } from './check.js'
import { demandOf } from './heads.js'
import { renamed } from './renamed.js'
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
        entryOf(cutting, key, () => []).push(rule)
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

/** The most rules of one name that are compared without the names of their variables. */
const COMPARED = 100

/**
 * A rule must be written only once: a second copy finds nothing new, also if its variables have other names.
 */
export const repeatedRule: PolicyCheck = (context) => {
  /** The different rules that may repeat each other. */
  const groups = new Map<string, Rule[]>()
  const texts = new Map<Rule, string>()
  const text = (rule: Rule): string => entryOf(texts, rule, () => textOf(rule, context.schema))
  return {
    rule: (rule) => {
      const { length } = context.rules.get(rule.name)!
      // Printing a rule takes longer than parsing it: only rules with the same head are printed.
      const isPrinted = !context.expanded.has(rule) && length > 1 && length <= COMPARED
      const alike = entryOf(groups, isPrinted ? headOf(rule) : writtenAs(rule, context), () => [])
      const first = isPrinted ? alike.find((one) => text(one) === text(rule)) : alike[0]
      if (!first) {
        alike.push(rule)
        return
      }
      const { source, start } = first.span
      const file = source.name && source.name !== rule.span.source.name ? ` of ${source.name}` : ''
      const message = `This rule repeats the one in line ${source.position(start).line}${file}.`
      context.warning('repeated-rule', message, rule.span, { hint: 'remove it', data: { rule, first } })
    },
  }
}

const heads = new WeakMap<Rule, string>()

/** Returns the name of a rule and what its parameters demand. */
function headOf(rule: Rule): string {
  return entryOf(heads, rule, () => ['rule', rule.name, ...rule.parameters.map(demandOf)].join('\0'))
}

/** Returns the text of a rule. Shorthand means a different rule in the block of each class. */
function writtenAs(rule: Rule, { expanded }: PolicyContext): string {
  const pattern = expanded.has(rule) ? rule.parameters[2]?.pattern : undefined
  return ['text', pattern?.kind === 'class pattern' ? pattern.tag : '', spanText(rule.span)].join('\0')
}

/** Returns a rule as text, with its variables named by their order. */
function textOf(rule: Rule, schema: Schema): string {
  const names = new Map<string, string>()
  return print(
    renamed(rule, (variable) => {
      if (variable.name === '_' || schema.isName(variable.name)) return variable
      const name = names.get(variable.name) ?? `v${names.size}`
      names.set(variable.name, name)
      return { ...variable, name }
    }),
  )
}
