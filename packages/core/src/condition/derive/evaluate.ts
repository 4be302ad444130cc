import { QueryError } from '../../errors.js'
import type { Arithmetic, Dot, Expression, Pattern } from '../../language/ast.js'
import { type Span, spanText } from '../../language/source.js'
import { has } from '../../own.js'
import type { Schema } from '../../schema/schema.js'
import type { Condition, Operand, Step } from '../condition.js'
import { and, FALSE } from '../construct.js'
import { isTooLarge } from '../operandSize.js'
import { canFailToRead, operandType } from '../type.js'
import { onward, type Unified } from './onward.js'
import { BeyondConditions, type Scope, type Substitution, type Symbolic, Unknown, type Waiting } from './terms.js'

/** The term of an expression, and the substitution with the goals that wait for it. */
export interface Evaluated {
  readonly term: Symbolic
  readonly bound: Substitution
}

/** The conditions of a goal whose expression has no value: reads of what is evaluated before, then false or a failure. */
export type NoValue = readonly Condition[]

type Unify = (left: Symbolic, right: Symbolic, bound: Substitution, span: Span) => Unified

/** Evaluates expressions to terms while a condition is derived. */
export class Evaluator {
  /**
   * @param unify - Unifies the result of a postponed evaluation.
   * @param grow - Counts another part of the condition.
   */
  constructor(
    private readonly schema: Schema,
    private readonly unify: Unify,
    private readonly grow: (at: Expression) => void,
  ) {}

  variable(name: string, scope: Scope): Symbolic {
    return { kind: 'unknown', unknown: scope.unknown(name) }
  }

  /**
   * Returns the term of an expression. Without a value, returns the conditions of its goal, the last of which is false (a
   * key that a dictionary lacks) or a failure.
   * @throws BeyondConditions if no term can represent the expression.
   */
  term(expression: Expression, scope: Scope, bound: Substitution): Evaluated | NoValue {
    switch (expression.kind) {
      case 'list': {
        const all = this.#terms(expression.elements, scope, bound)
        const rest = expression.rest && this.variable(expression.rest.name, scope)
        return has(all, 'terms') ? { term: { kind: 'list', elements: all.terms, rest }, bound: all.bound } : all
      }
      case 'dictionary': {
        const all = this.#terms(
          expression.entries.map(({ value }) => value),
          scope,
          bound,
        )
        if (!has(all, 'terms')) return all
        const entries = new Map(all.terms.map((term, at) => [expression.entries[at]!.key, term]))
        return { term: { kind: 'dictionary', entries }, bound: all.bound }
      }
      case 'dot':
        return this.#dot(expression, scope, bound)
      case 'arithmetic':
        return this.#arithmetic(expression, scope, bound)
      default:
        return { term: this.#plain(expression, scope), bound }
    }
  }

  #plain(expression: Expression, scope: Scope): Symbolic {
    switch (expression.kind) {
      case 'number':
        if (typeof expression.value === 'bigint')
          throw new BeyondConditions('large-integer', 'an integer beyond 2^53', expression)
        return expression.float
          ? { kind: 'operand', operand: { kind: 'value', value: expression.value, float: true } }
          : value(expression.value)
      case 'string':
      case 'boolean':
        return value(expression.value)
      case 'variable':
        if (this.schema.constants.has(expression.name)) {
          if (expression.name === 'nil') return value(null)
          return { kind: 'operand', operand: { kind: 'constant', name: expression.name, span: expression.span } }
        }
        return this.variable(expression.name, scope)
      default:
        throw new BeyondConditions('no-value', 'a condition cannot contain this value', expression)
    }
  }

  #terms(
    expressions: readonly Expression[],
    scope: Scope,
    from: Substitution,
  ): { readonly terms: readonly Symbolic[]; readonly bound: Substitution } | NoValue {
    const terms: Symbolic[] = []
    let bound = from
    for (const one of expressions) {
      const evaluated = this.term(one, scope, bound)
      if (!has(evaluated, 'term'))
        return [...terms.flatMap((term) => readsOf(this.schema, term, bound, one.span)), ...evaluated]
      terms.push(evaluated.term)
      bound = evaluated.bound
    }
    return { terms, bound }
  }

  #dot(expression: Dot, scope: Scope, from: Substitution): Evaluated | NoValue {
    const object = this.term(expression.object, scope, from)
    if (!has(object, 'term')) return object
    const { bound } = object
    const receiver = bound.resolve(object.term)
    const { member } = expression
    if (member.kind === 'call') {
      if (member.keywords.length > 0) throw new BeyondConditions('keywords', 'keyword arguments', expression)
      if (receiver.kind === 'unknown') return methodOfNothing(expression)
      this.grow(expression)
      const of = ground(receiver, bound, expression)
      const args = member.args.map((arg) => this.operand(arg, scope, bound))
      return {
        term: { kind: 'operand', operand: { kind: 'call', of, method: member.name, args, span: expression.span } },
        bound,
      }
    }
    const name = member.kind === 'string' ? member.value : this.#key(member.name, scope, bound, expression)
    return this.#whenKnown([receiver], expression, bound, (after) =>
      this.#field(after.resolve(receiver), name, expression, after),
    )
  }

  #field(receiver: Symbolic, name: string, expression: Dot, bound: Substitution): Evaluated | NoValue {
    if (receiver.kind === 'dictionary') {
      const term = receiver.entries.get(name)
      const others = [...receiver.entries.values()].filter((one) => one !== term)
      const reads = others.flatMap((one) => readsOf(this.schema, one, bound, expression.span))
      if (!term) return [...reads, FALSE]
      // The entries of a variable have been read.
      if (reads.length > 0 && expression.object.kind !== 'variable')
        throw new BeyondConditions('dictionary', 'a dictionary of which one entry is used', expression)
      return { term, bound }
    }
    if (receiver.kind !== 'operand')
      throw new BeyondConditions('unbound-value', 'a field of an unknown value', expression)
    const operand = this.read(receiver.operand, name, expression.span, expression)
    return { term: { kind: 'operand', operand }, bound }
  }

  #arithmetic(expression: Arithmetic, scope: Scope, from: Substitution): Evaluated | NoValue {
    const all = this.#terms([expression.left, expression.right], scope, from)
    if (!has(all, 'terms')) return all
    const { operator, span } = expression
    const isOpen = all.terms.some((term) => all.bound.resolve(term).kind === 'unknown')
    const known = all.terms.map((term) => all.bound.resolve(term))
    // A bound operand is read immediately, even if the result is never used.
    if (isOpen && known.some((one) => one.kind === 'operand' && canFailToRead(this.schema, one.operand)))
      throw new BeyondConditions('unbound-value', 'arithmetic with an unknown value', expression)
    return this.#whenKnown(all.terms, expression, all.bound, (bound) => {
      this.grow(expression)
      const [left, right] = all.terms.map((term) => ground(bound.resolve(term), bound, expression))
      return {
        term: { kind: 'operand', operand: { kind: 'arithmetic', operator, left: left!, right: right!, span } },
        bound,
      }
    })
  }

  /**
   * Evaluates after the needed terms are bound. Until then it returns an unknown, and a waiting
   * goal that binds it.
   */
  #whenKnown(
    needed: readonly Symbolic[],
    at: Expression,
    bound: Substitution,
    evaluate: (bound: Substitution) => Evaluated | NoValue,
  ): Evaluated | NoValue {
    const open = unknownsAmong(needed, bound)
    if (open.length === 0) return evaluate(bound)
    const result: Unknown = new Unknown('_')
    const term: Symbolic = { kind: 'unknown', unknown: result }
    const resume: Waiting['resume'] = (from, next) => {
      const evaluated = this.#whenKnown(needed, at, from, evaluate)
      if (!has(evaluated, 'term')) return and(...evaluated)
      return onward(this.unify(evaluated.term, term, evaluated.bound, at.span), next)
    }
    return { term, bound: bound.link(result).wait({ on: open, at, resume }) }
  }

  #key(variable: string, scope: Scope, bound: Substitution, at: Expression): string {
    const key = bound.resolve(this.variable(variable, scope))
    if (key.kind === 'operand' && key.operand.kind === 'value' && typeof key.operand.value === 'string')
      return key.operand.value
    throw new BeyondConditions('unbound-value', 'the name of a field is unknown', at)
  }

  read(operand: Operand, name: string, span: Span, at: Expression | Pattern): Operand {
    if (name === 'constructor' || name === 'prototype' || name === '__proto__')
      throw new BeyondConditions('unreachable-name', `a policy must not read "${name}"`, at)
    const type = operandType(this.schema, operand)
    const step: Step =
      type.list && name === 'length'
        ? { name, model: undefined, ofList: true, span }
        : { name, model: type.list ? undefined : type.model, span }
    if (operand.kind === 'path') return { kind: 'path', root: operand.root, steps: [...operand.steps, step] }
    return { kind: 'field', of: operand, step }
  }

  /**
   * Returns the operand of an expression.
   * @throws BeyondConditions if it has no value, or is not bound.
   */
  operand(expression: Expression, scope: Scope, bound: Substitution): Operand {
    const evaluated = this.term(expression, scope, bound)
    if (!has(evaluated, 'term')) throw new BeyondConditions('no-value', 'this expression has no value', expression)
    return ground(evaluated.bound.resolve(evaluated.term), evaluated.bound, expression)
  }
}

/**
 * Returns a term as an operand.
 * @throws BeyondConditions if the term contains an unknown, is a dictionary, or is too large.
 */
export function ground(term: Symbolic, bound: Substitution, at: Expression | undefined): Operand {
  switch (term.kind) {
    case 'operand':
      assertOperandSize(term.operand, at)
      return term.operand
    case 'list': {
      if (term.rest) throw new BeyondConditions('open-list', 'the rest of the list is unknown', at)
      const elements = term.elements.map((one) => ground(bound.resolve(one), bound, at))
      const list: Operand = { kind: 'list', elements }
      assertOperandSize(list, at)
      return list
    }
    case 'unknown':
      throw new BeyondConditions('unbound-value', `the variable ${term.unknown.name} has no value`, at)
    case 'dictionary':
      throw new BeyondConditions('dictionary', 'a dictionary as a value', at)
  }
}

function assertOperandSize(operand: Operand, at: Expression | undefined): void {
  if (isTooLarge(operand)) throw new BeyondConditions('too-large', 'a value is computed from too many others', at)
}

/** Returns whether a term contains no unknown. */
export function isGround(term: Symbolic, bound: Substitution): boolean {
  const known = bound.resolve(term)
  switch (known.kind) {
    case 'unknown':
      return false
    case 'operand':
      return true
    case 'list':
      return known.elements.every((one) => isGround(one, bound)) && (!known.rest || isGround(known.rest, bound))
    case 'dictionary':
      return [...known.entries.values()].every((one) => isGround(one, bound))
  }
}

/** Returns the conditions that all operands of a term can be read. */
export function readsOf(schema: Schema, term: Symbolic, bound: Substitution, span: Span): readonly Condition[] {
  const known = bound.resolve(term)
  const parts = (of: Iterable<Symbolic>): Condition[] => [...of].flatMap((one) => readsOf(schema, one, bound, span))
  switch (known.kind) {
    case 'unknown':
      return []
    case 'operand':
      return readsOfOperand(schema, known.operand, span)
    case 'list':
      return parts(known.elements)
    case 'dictionary':
      return parts(known.entries.values())
  }
}

/**
 * Returns the condition that an operand can be read. A row in memory may lack fields and relations
 * that the schema declares, so only filters of databases leave it out.
 */
export function readsOfOperand(schema: Schema, of: Operand, span: Span): readonly Condition[] {
  const isField = of.kind === 'path' && of.steps.length > 0
  return isField || canFailToRead(schema, of) ? [{ kind: 'reads', of, span }] : []
}

/** Returns a literal as a term. */
export function value(of: unknown): Symbolic {
  return { kind: 'operand', operand: { kind: 'value', value: of } }
}

/** Returns the unbound unknowns among terms. */
export function unknownsAmong(terms: readonly Symbolic[], bound: Substitution): readonly Unknown[] {
  return terms.flatMap((term) => {
    const known = bound.resolve(term)
    return known.kind === 'unknown' ? [known.unknown] : []
  })
}

function methodOfNothing({ object, member, span }: Dot): NoValue {
  const method = member.kind === 'call' ? ` "${member.name}"` : ''
  const shown = spanText(object.span)
  const summary = `Cannot call${method} on ${shown}: the variable has no value.`
  const details = { span, hint: 'bind the variable before the call', data: { of: 'method', shown } }
  return [{ kind: 'failure', error: new QueryError('unsupported-operation', summary, details) }]
}
