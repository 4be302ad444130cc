import type { Entry, Expression, Node, Pattern, Statement } from './ast.js'
import type { Diagnostic } from './diagnostic.js'
import { type Span, spanText } from './source.js'
import { duplicateKey, tooDeeplyNested, wrongValueType } from './syntaxErrors.js'
import { NESTING_LIMIT } from './tokenFeed.js'

type Kind = (Expression | Pattern)['kind']

/** What is only true or false, and what never is; the rest (variables, booleans, lookups) can be either. */
const CONDITIONS: ReadonlySet<Kind> = new Set<Kind>([
  'in',
  'matches',
  'compare',
  'unify',
  'assign',
  'not',
  'and',
  'or',
  'call',
  'cut',
  'debug',
  'print',
  'forall',
])
const VALUES: ReadonlySet<Kind> = new Set<Kind>(['number', 'string', 'list', 'dictionary', 'new', 'arithmetic'])

/**
 * What the grammar leaves open in a statement or query: conditions where values belong and the reverse, keys that are
 * given twice, and nesting beyond the limit. Inner parts come before outer ones.
 */
export function checkValueTypes(root: Statement | Expression): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  let depth = 0
  let tooDeep = false

  const value = (node: Expression | Pattern): void => {
    visit(node)
    if (CONDITIONS.has(node.kind)) diagnostics.push(wrongValueType(spanText(node.span), 'value', node.span))
  }
  const condition = (node: Expression): void => {
    visit(node)
    if (VALUES.has(node.kind)) diagnostics.push(wrongValueType(spanText(node.span), 'logical expression', node.span))
  }
  const keys = (entries: readonly Entry<unknown>[]): void => {
    if (entries.length < 2) return
    const seen = new Set<string>()
    for (const { key, span } of entries) {
      if (seen.has(key)) {
        const all: Span = { ...span, start: entries[0]!.span.start, end: entries.at(-1)!.span.end }
        diagnostics.push(duplicateKey(key, span, all))
      }
      seen.add(key)
    }
  }
  const values = (entries: readonly Entry<Expression | Pattern>[]): void => {
    for (const entry of entries) value(entry.value)
    keys(entries)
  }

  const visit = (node: Node): void => {
    if (depth >= NESTING_LIMIT) {
      if (!tooDeep) diagnostics.push(tooDeeplyNested(node.span, NESTING_LIMIT))
      tooDeep = true
      return
    }
    depth++
    visitParts(node)
    depth--
  }
  const visitParts = (node: Node): void => {
    switch (node.kind) {
      case 'number':
      case 'string':
      case 'boolean':
      case 'variable':
      case 'cut':
      case 'name':
        return
      case 'list':
      case 'list pattern':
        for (const element of node.elements) value(element)
        return
      case 'dictionary':
        return values(node.entries)
      case 'dictionary pattern':
        return values(node.fields)
      case 'class pattern':
        return values(node.fields ?? [])
      case 'call':
        for (const arg of node.args) value(arg)
        return values(node.keywords)
      case 'new':
        return visit(node.call)
      case 'dot':
        value(node.object)
        return visit(node.member)
      case 'unify':
      case 'compare':
      case 'arithmetic':
        value(node.left)
        return value(node.right)
      case 'assign':
        return value(node.right)
      case 'in':
        value(node.item)
        return value(node.collection)
      case 'matches':
        value(node.value)
        return value(node.pattern)
      case 'not':
        return condition(node.operand)
      case 'and':
      case 'or':
        for (const operand of node.operands) condition(operand)
        return
      case 'forall':
        condition(node.condition)
        return condition(node.action)
      case 'print':
      case 'debug':
        for (const arg of node.args) value(arg)
        return
      case 'parameter':
        value(node.term)
        if (node.pattern) value(node.pattern)
        return
      case 'rule':
        for (const parameter of node.parameters) visit(parameter)
        if (node.body) visit(node.body)
        return
      case 'rule type':
        for (const parameter of node.parameters) visit(parameter)
        return
      case 'inline query':
        return visit(node.query)
      case 'resource block':
        for (const production of node.productions) visit(production)
        return
      case 'declaration':
        if (node.value.kind === 'relations') keys(node.value.relations)
        return
      case 'shorthand rule':
        return
      case 'file':
        for (const statement of node.statements) visit(statement)
        return
      default: {
        const never: never = node
        return never
      }
    }
  }
  visit(root)
  return diagnostics
}
