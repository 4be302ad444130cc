import type { Expression, Pattern } from '../language/ast.js'
import type { Span } from '../language/source.js'
import type { Schema } from '../schema/schema.js'
import type { Operand } from './condition.js'
import { BeyondConditions, type Scope, type Substitution, type Term } from './terms.js'
import { operandType } from './type.js'

/** What expressions stand for while a condition is derived. */
export class Evaluator {
  readonly #schema: Schema

  constructor(schema: Schema) {
    this.#schema = schema
  }

  variable(name: string, scope: Scope): Term {
    return { kind: 'unknown', unknown: scope.unknown(name) }
  }

  /** What an expression stands for; undefined where reading it fails (a key that a dictionary lacks). */
  term(expression: Expression, scope: Scope, bound: Substitution): Term | undefined {
    switch (expression.kind) {
      case 'number':
        if (typeof expression.value === 'bigint')
          throw new BeyondConditions('large-integer', 'an integer beyond 2^53', expression)
        return value(expression.value)
      case 'string':
      case 'boolean':
        return value(expression.value)
      case 'variable':
        if (this.#schema.constants.has(expression.name)) {
          if (expression.name === 'nil') return value(null)
          return { kind: 'operand', operand: { kind: 'constant', name: expression.name, span: expression.span } }
        }
        return this.variable(expression.name, scope)
      case 'list': {
        const elements: Term[] = []
        for (const one of expression.elements) {
          const term = this.term(one, scope, bound)
          if (!term) return undefined
          elements.push(term)
        }
        return { kind: 'list', elements, rest: expression.rest && this.variable(expression.rest.name, scope) }
      }
      case 'dictionary': {
        const entries = new Map<string, Term>()
        for (const entry of expression.entries) {
          const term = this.term(entry.value, scope, bound)
          if (!term) return undefined
          entries.set(entry.key, term)
        }
        return { kind: 'dictionary', entries }
      }
      case 'dot':
        return this.#dot(expression, scope, bound)
      case 'arithmetic': {
        const left = this.operand(expression.left, scope, bound)
        const right = this.operand(expression.right, scope, bound)
        return {
          kind: 'operand',
          operand: { kind: 'arithmetic', operator: expression.operator, left, right, span: expression.span },
        }
      }
      default:
        throw new BeyondConditions('no-value', 'this is no value that a condition can hold', expression)
    }
  }

  #dot(expression: Extract<Expression, { kind: 'dot' }>, scope: Scope, bound: Substitution): Term | undefined {
    const object = this.term(expression.object, scope, bound)
    if (!object) return undefined
    const receiver = bound.resolve(object)
    const { member } = expression
    if (member.kind === 'call') {
      if (member.keywords.length > 0) throw new BeyondConditions('keywords', 'keyword arguments', expression)
      const of = ground(receiver, bound, expression)
      const args = member.args.map((arg) => this.operand(arg, scope, bound))
      return { kind: 'operand', operand: { kind: 'call', of, method: member.name, args, span: expression.span } }
    }
    const name = member.kind === 'string' ? member.value : this.#key(member.name, scope, bound, expression)
    if (receiver.kind === 'dictionary') return receiver.entries.get(name)
    if (receiver.kind !== 'operand')
      throw new BeyondConditions('unbound-value', 'a field of something that is not known', expression)
    return { kind: 'operand', operand: this.read(receiver.operand, name, expression.span, expression) }
  }

  #key(variable: string, scope: Scope, bound: Substitution, at: Expression): string {
    const key = bound.resolve(this.variable(variable, scope))
    if (key.kind === 'operand' && key.operand.kind === 'value' && typeof key.operand.value === 'string')
      return key.operand.value
    throw new BeyondConditions('unbound-value', 'a field whose name is not known', at)
  }

  read(operand: Operand, name: string, span: Span, at: Expression | Pattern): Operand {
    if (name === 'constructor' || name === 'prototype' || name === '__proto__')
      throw new BeyondConditions('unreachable-name', `"${name}" can't be read`, at)
    const type = operandType(this.#schema, operand)
    const step = { name, model: type.list ? undefined : type.model, span }
    if (operand.kind === 'path') return { kind: 'path', root: operand.root, steps: [...operand.steps, step] }
    return { kind: 'field', of: operand, step }
  }

  /** An expression in a place that needs a value. */
  operand(expression: Expression, scope: Scope, bound: Substitution): Operand {
    const term = this.term(expression, scope, bound)
    if (!term) throw new BeyondConditions('missing-key', 'a key that the dictionary lacks', expression)
    return ground(bound.resolve(term), bound, expression)
  }
}

/** A term as an operand; a structure with unknowns in it is none. */
export function ground(term: Term, bound: Substitution, at: Expression | undefined): Operand {
  switch (term.kind) {
    case 'operand':
      return term.operand
    case 'list':
      if (term.rest) throw new BeyondConditions('open-list', 'a list whose rest is not known', at)
      return { kind: 'list', elements: term.elements.map((one) => ground(bound.resolve(one), bound, at)) }
    case 'unknown':
      throw new BeyondConditions(
        'unbound-value',
        `a value is needed, and nothing gives one to ${term.unknown.name}`,
        at,
      )
    case 'dictionary':
      throw new BeyondConditions('dictionary', 'a dictionary as a value', at)
  }
}

/** A literal as a term. */
export function value(of: unknown): Term {
  return { kind: 'operand', operand: { kind: 'value', value: of } }
}
