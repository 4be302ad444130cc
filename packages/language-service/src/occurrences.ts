import {
  type Call,
  eachChild,
  type Node,
  type Parameter,
  type Span,
  type Statement,
  type StringLiteral,
} from '@arcturus/core/internal/language-service'
import type { Analysis } from './analysis.js'

export type TermKind = 'role' | 'permission' | 'relation'

/** A name of a policy: what it means, and its class if it belongs to one. */
export interface Named {
  readonly kind: 'rule' | 'model' | 'variable' | 'field' | 'term'
  readonly name: string
  /** Of a term or a field: its class; undefined if it is unknown. */
  readonly model?: string | undefined
  /** Of a term: undefined if it can be of any kind. */
  readonly term?: TermKind | undefined
  /** Of a variable: its statement. */
  readonly statement?: Statement
}

/** A place where a name is written. */
export interface Occurrence extends Named {
  readonly span: Span
  readonly isDefinition: boolean
  /** Whether the span has quotes around the name. */
  readonly isQuoted: boolean
}

/** The rules whose second argument is a term of the class of the third. */
export const termRules: ReadonlyMap<string, TermKind> = new Map([
  ['has_role', 'role'],
  ['has_permission', 'permission'],
  ['has_relation', 'relation'],
  ['allow', 'permission'],
])

/** Returns the names that are written in a statement, in no order. */
export function occurrencesIn(statement: Statement, analysis: Analysis): readonly Occurrence[] {
  const found: Occurrence[] = []
  const add = (named: Named, span: Span, isDefinition = false, isQuoted = false): void => {
    found.push({ ...named, span, isDefinition, isQuoted })
  }
  const term = ({ value, span }: StringLiteral, kind: TermKind | undefined, model: string | undefined): void =>
    add({ kind: 'term', name: value, term: kind, model }, span, false, true)
  const call = ({ name, args, span }: Call): void => {
    add({ kind: 'rule', name }, part(span, 0, name.length))
    const literal = args[1]
    const kind = termRules.get(name)
    if (kind && literal?.kind === 'string') term(literal, kind, args[2] && classAt(statement, args[2], analysis))
  }
  const visit = (node: Node): void => {
    switch (node.kind) {
      case 'variable':
        if (analysis.schema.models.has(node.name)) add({ kind: 'model', name: node.name }, node.span)
        else if (node.name !== '_' && !analysis.schema.isName(node.name))
          add({ kind: 'variable', name: node.name, statement }, node.span)
        return
      case 'class pattern':
        add({ kind: 'model', name: node.tag }, part(node.span, 0, node.tag.length))
        for (const { key, span } of node.fields ?? [])
          add({ kind: 'field', name: key, model: node.tag }, part(span, 0, key.length))
        break
      case 'call':
        call(node)
        break
      case 'new':
        add({ kind: 'model', name: node.call.name }, part(node.call.span, 0, node.call.name.length))
        eachChild(node.call, visit)
        return
      case 'dot': {
        visit(node.object)
        const { member } = node
        if (member.kind === 'call') eachChild(member, visit)
        else if (member.kind === 'variable') visit(member)
        else add({ kind: 'field', name: member.value, model: classAt(statement, node.object, analysis) }, member.span)
        return
      }
      default:
    }
    eachChild(node, visit)
  }
  const head = (name: string, nameSpan: Span, parameters: readonly Parameter[]): void => {
    add({ kind: 'rule', name }, nameSpan, true)
    const [, second, third] = parameters
    const kind = termRules.get(name)
    const cls = third?.pattern?.kind === 'class pattern' ? third.pattern.tag : undefined
    if (kind && second?.term.kind === 'string') term(second.term, kind, cls)
  }
  switch (statement.kind) {
    case 'rule':
      head(statement.name, part(statement.head, 0, statement.name.length), statement.parameters)
      break
    case 'rule type': {
      const { source, start } = statement.span
      const at = source.text.indexOf(statement.name, start + 'type'.length) - start
      head(statement.name, part(statement.span, at, statement.name.length), statement.parameters)
      break
    }
    case 'resource block': {
      const { name } = statement.name
      add({ kind: 'model', name }, statement.name.span, true)
      for (const production of statement.productions) {
        if (production.kind === 'declaration') {
          const { value } = production
          if (value.kind === 'names') {
            const kind = production.name.name === 'permissions' ? 'permission' : 'role'
            for (const one of value.names)
              add({ kind: 'term', name: one.value, term: kind, model: name }, one.span, true, true)
          } else
            for (const { key, span, value: to } of value.relations) {
              add({ kind: 'term', name: key, term: 'relation', model: name }, part(span, 0, key.length), true)
              if (to.span.start !== span.start) add({ kind: 'model', name: to.name }, to.span)
            }
          continue
        }
        const { head, implier, on } = production
        const block = analysis.blocks.get(name)
        const to = on && block?.declared.get(on.relation.value)?.to?.name
        const owner = on ? to : name
        term(head, block?.declared.get(head.value)?.kind, name)
        term(implier, analysis.blocks.get(owner ?? '')?.declared.get(implier.value)?.kind, owner)
        if (on) term(on.relation, 'relation', name)
      }
      return found
    }
    default:
  }
  eachChild(statement, visit)
  return found
}

/** Returns the class of an expression where it is written. */
export function classAt(statement: Node, node: Node, analysis: Analysis): string | undefined {
  if (node.kind !== 'variable' && node.kind !== 'dot') return undefined
  return analysis.facts(statement, node.span.start, (knowledge) => knowledge.of(node).model, true)
}

/** Returns a part of a span. */
function part({ source, start }: Span, from: number, length: number): Span {
  return { source, start: start + from, end: start + from + length }
}

/** Returns whether two names mean the same. A term of an unknown class can be that of any. */
export function isSame(one: Named, other: Named): boolean {
  if (one.kind !== other.kind || one.name !== other.name) return false
  if (one.kind === 'variable') return one.statement === other.statement
  if (one.kind === 'rule' || one.kind === 'model') return true
  const isOther = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && a !== b
  return !isOther(one.model, other.model) && !isOther(one.term, other.term)
}
