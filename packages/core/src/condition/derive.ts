import type { Call, Expression, Parameter, Pattern, Rule } from '../language/ast.js'
import type { Span } from '../language/source.js'
import type { Policy } from '../policy/policy.js'
import type { Schema } from '../schema/schema.js'
import { candidates } from './candidates.js'
import { classTest } from './classTest.js'
import type { Condition, Definition, Operand, ParameterRoot } from './condition.js'
import { and, FALSE, not, or, TRUE } from './construct.js'
import { BeyondConditions, Scope, Substitution, type Term, type Unknown } from './terms.js'
import { canEqual, canFailToRead, elementType, family, type OperandType, operandType } from './type.js'
import { hasCut, occurrences } from './variables.js'

/** What the rest of a body makes of the bindings so far. */
type Next = (bound: Substitution) => Condition

/** Bindings that a unification adds, and the conditions under which it holds; undefined where it can't hold. */
type Unified = { readonly bound: Substitution; readonly conditions: readonly Condition[] } | undefined

interface InProgress {
  readonly definition: { -readonly [K in keyof Definition]: Definition[K] }
  /** How many negations enclosed its first call. */
  readonly negations: number
  done: boolean
}

/** Calls with unbound arguments are derived in place; so deep at most. */
const maxInlineDepth = 60
/** A condition with more nodes than this is left to the machine. */
const maxSize = 20_000

/**
 * Evaluates a policy symbolically: what a rule asks of operands whose classes are known, and whose values are not. Goals are
 * walked in their order with a substitution; a call is replaced by its rules' bodies, heads unified. A call whose arguments
 * are all operands becomes a definition that is derived once.
 */
export class Deriver {
  readonly #policy: Policy
  readonly #schema: Schema
  readonly #definitions = new Map<string, InProgress>()
  readonly #stack: InProgress[] = []
  #negations = 0
  #inline = 0
  #size = 0

  constructor(policy: Policy, schema: Schema) {
    this.#policy = policy
    this.#schema = schema
  }

  /** The condition under which a rule holds for operands. What only the machine can answer is opaque in it. */
  derive(rule: string, args: readonly Operand[], span: Span): Condition {
    return this.#rules(rule, args, span)
  }

  // goals

  #solve(goal: Expression, scope: Scope, bound: Substitution, next: Next): Condition {
    if (++this.#size > maxSize) throw new BeyondConditions('too-large', 'the condition grows too large', goal)
    switch (goal.kind) {
      case 'and':
        return this.#all(goal.operands, 0, scope, bound, next)
      case 'or':
        return this.#any(goal.operands, goal, scope, bound, next)
      case 'not':
        return and(not(this.#closed(goal.operand, scope, bound)), next(bound))
      case 'forall': {
        const counterexample = this.#negated(() =>
          this.#solve(goal.condition, scope, bound, (inner) => not(this.#closed(goal.action, scope, inner))),
        )
        return and(not(counterexample), next(bound))
      }
      case 'unify':
        return this.#continue(this.#unifyExpressions(goal.left, goal.right, scope, bound, goal.span), next)
      case 'assign': {
        const left = bound.resolve(this.#variable(goal.left.name, scope))
        if (left.kind !== 'unknown')
          throw new BeyondConditions('assignment', '`:=` to a variable that has a value', goal)
        return this.#continue(this.#unifyExpressions(goal.left, goal.right, scope, bound, goal.span), next)
      }
      case 'compare': {
        const left = this.#operand(goal.left, scope, bound)
        const right = this.#operand(goal.right, scope, bound)
        return and({ kind: 'compare', operator: goal.operator, left, right, span: goal.span }, next(bound))
      }
      case 'in':
        return this.#member(goal.item, goal.collection, scope, bound, goal.span, next)
      case 'matches': {
        const value = this.#term(goal.value, scope, bound)
        return this.#continue(value && this.#match(value, goal.pattern, scope, bound), next)
      }
      case 'call':
        return this.#call(goal, scope, bound, next)
      case 'boolean':
        return goal.value ? next(bound) : FALSE
      case 'variable':
      case 'dot': {
        const term = this.#term(goal, scope, bound)
        if (!term) return FALSE
        const resolved = bound.resolve(term)
        if (resolved.kind === 'unknown')
          return this.#continue(this.#unify(resolved, value(true), bound, goal.span), next)
        if (resolved.kind !== 'operand')
          throw new BeyondConditions('no-condition', 'a list or dictionary is no condition', goal)
        const operand = resolved.operand
        if (operand.kind === 'value' && typeof operand.value === 'boolean') return operand.value ? next(bound) : FALSE
        return and({ kind: 'test', of: operand, span: goal.span }, next(bound))
      }
      case 'cut':
        throw new BeyondConditions('cut', '`cut` depends on the order of rules', goal)
      case 'print':
      case 'debug':
        throw new BeyondConditions('side-effect', `\`${goal.kind}\` has an effect that a filter can't have`, goal)
      case 'new':
      case 'number':
      case 'string':
      case 'list':
      case 'dictionary':
      case 'arithmetic':
        throw new BeyondConditions('no-condition', 'this is no condition', goal)
    }
  }

  #all(goals: readonly Expression[], at: number, scope: Scope, bound: Substitution, next: Next): Condition {
    const goal = goals[at]
    if (!goal) return next(bound)
    return this.#solve(goal, scope, bound, (inner) => this.#all(goals, at + 1, scope, inner, next))
  }

  /** Arms that bind nothing for what follows are one condition; else what follows is derived for each arm. */
  #any(arms: readonly Expression[], goal: Expression, scope: Scope, bound: Substitution, next: Next): Condition {
    const inside = occurrences(goal)
    const shared = [...inside].some(
      ([name, count]) => count < scope.occurrences.get(name)! && this.#isOpen(name, scope, bound),
    )
    if (!shared) return and(or(...arms.map((arm) => this.#solve(arm, scope, bound, () => TRUE))), next(bound))
    return or(...arms.map((arm) => this.#solve(arm, scope, bound, next)))
  }

  /** Whether a variable can still be bound. */
  #isOpen(name: string, scope: Scope, bound: Substitution): boolean {
    return bound.resolve(this.#variable(name, scope)).kind !== 'operand'
  }

  /** A goal whose bindings nobody sees. */
  #closed(goal: Expression, scope: Scope, bound: Substitution): Condition {
    return this.#negated(() => this.#solve(goal, scope, bound, () => TRUE))
  }

  #negated(body: () => Condition): Condition {
    this.#negations++
    try {
      return body()
    } finally {
      this.#negations--
    }
  }

  #continue(unified: Unified, next: Next): Condition {
    return unified ? and(...unified.conditions, next(unified.bound)) : FALSE
  }

  // membership

  #member(
    item: Expression,
    collection: Expression,
    scope: Scope,
    bound: Substitution,
    span: Span,
    next: Next,
  ): Condition {
    const list = this.#term(collection, scope, bound)
    const element = this.#term(item, scope, bound)
    if (!list || !element) return FALSE
    const from = bound.resolve(list)
    if (from.kind === 'list') {
      if (from.rest) throw new BeyondConditions('open-list', 'a list whose rest is not known', collection)
      const arms = from.elements.map((one) => this.#unify(element, one, bound, span))
      if (arms.every((arm) => !arm || arm.bound === bound)) {
        const found = or(...arms.map((arm) => (arm ? and(...arm.conditions) : FALSE)))
        return found.kind === 'false' ? FALSE : and(found, next(bound))
      }
      return or(...arms.map((arm) => this.#continue(arm, next)))
    }
    if (from.kind !== 'operand')
      throw new BeyondConditions('unbound-value', 'the list of `in` is not known', collection)
    const operand = from.operand
    const type = operandType(this.#schema, operand)
    if (!type.list && family(type) !== undefined)
      throw new BeyondConditions('no-list', '`in` over something that is no list', collection)
    const known = bound.resolve(element)
    if (known.kind === 'operand' && type.model === undefined)
      return and({ kind: 'in', item: known.operand, list: operand, span }, next(bound))
    const of = type.list ? elementType(type) : { ...type, model: undefined, scalar: undefined, nullable: true }
    const name = item.kind === 'variable' ? item.name : 'element'
    const each = { kind: 'variable', name, model: of.model, type: of } as const
    const row: Term = { kind: 'operand', operand: { kind: 'path', root: each, steps: [] } }
    const unified = this.#unify(element, row, bound, span)
    if (!unified) return FALSE
    if (known.kind === 'operand')
      return and({ kind: 'some', each, from: operand, where: and(...unified.conditions), span }, next(bound))
    return { kind: 'some', each, from: operand, where: this.#continue(unified, next), span }
  }

  // calls

  #call(goal: Call, scope: Scope, bound: Substitution, next: Next): Condition {
    if (goal.keywords.length > 0) throw new BeyondConditions('keywords', 'keyword arguments', goal)
    if (!this.#policy.rules.has(goal.name))
      throw new BeyondConditions('undefined-rule', `no rule is named ${goal.name}`, goal)
    const args: Term[] = []
    for (const arg of goal.args) {
      const term = this.#term(arg, scope, bound)
      if (!term) return FALSE
      args.push(bound.resolve(term))
    }
    const operands = args.map((term) => (term.kind === 'operand' ? term.operand : undefined))
    if (operands.every((operand) => operand !== undefined))
      return and(this.#define(goal.name, operands, goal.span), next(bound))
    return this.#inlineCall(goal, args, bound, next)
  }

  /** A call that may bind its arguments: each rule in turn, and behind each what follows the call. */
  #inlineCall(goal: Call, args: readonly Term[], bound: Substitution, next: Next): Condition {
    if (++this.#inline > maxInlineDepth)
      throw new BeyondConditions('recursion', 'a recursive call with unbound arguments', goal)
    try {
      const types = args.map((term) => (term.kind === 'operand' ? operandType(this.#schema, term.operand) : undefined))
      const rules = candidates(this.#policy, this.#schema, goal.name, args, types)
      const cutting = rules.find((rule) => rule.body && hasCut(rule.body))
      if (cutting) throw new BeyondConditions('cut', '`cut` depends on the order of rules', cutting.body)
      return or(
        ...rules.map((rule) => {
          const scope = new Scope(occurrences(rule))
          const head = this.#head(rule.parameters, args, scope, bound)
          return this.#continue(head, (inner) => (rule.body ? this.#solve(rule.body, scope, inner, next) : next(inner)))
        }),
      )
    } finally {
      this.#inline--
    }
  }

  /** A call of operands: derived once for operands of these types, then referred to. */
  #define(rule: string, args: readonly Operand[], span: Span): Condition {
    const key = [rule, ...args.map((operand) => keyOf(operand, operandType(this.#schema, operand)))].join(' ')
    const known = this.#definitions.get(key)
    if (known) {
      if (!known.done) {
        if (this.#negations > known.negations)
          throw new BeyondConditions('negated-recursion', 'a recursion through `not` or `forall`', undefined)
        for (const one of this.#stack.slice(this.#stack.indexOf(known))) one.definition.recursive = true
      }
      return refer(known.definition, args, span, known.done)
    }
    const parameters: ParameterRoot[] = []
    const inner = args.map((operand, index): Operand => {
      if (isLiteral(operand)) return operand
      const type = operandType(this.#schema, operand)
      const root: ParameterRoot = {
        kind: 'parameter',
        name: `${rule}.${index}`,
        model: type.list ? undefined : type.model,
        type,
      }
      parameters.push(root)
      return { kind: 'path', root, steps: [] }
    })
    const entry: InProgress = {
      definition: { name: rule, parameters, arguments: inner, condition: FALSE, recursive: false },
      negations: this.#negations,
      done: false,
    }
    this.#definitions.set(key, entry)
    this.#stack.push(entry)
    try {
      entry.definition.condition = this.#rules(rule, inner, span)
    } finally {
      this.#stack.pop()
    }
    entry.done = true
    return refer(entry.definition, args, span, true)
  }

  /** All rules of a call of operands; one that is beyond conditions becomes an opaque arm, and a `cut` makes the whole call one. */
  #rules(rule: string, args: readonly Operand[], span: Span): Condition {
    const terms = args.map((operand): Term => ({ kind: 'operand', operand }))
    const types = args.map((operand) => operandType(this.#schema, operand))
    const rules = candidates(this.#policy, this.#schema, rule, terms, types)
    if (rules.some((one) => one.body && hasCut(one.body))) {
      return opaqueCall(rule, args, span, new BeyondConditions('cut', '`cut` depends on the order of rules', undefined))
    }
    const arms: Condition[] = []
    for (const one of rules) {
      try {
        arms.push(this.#rule(one, terms))
      } catch (error) {
        if (!(error instanceof BeyondConditions)) throw error
        return opaqueCall(rule, args, error.at?.span ?? span, error)
      }
    }
    return or(...arms)
  }

  #rule(rule: Rule, args: readonly Term[]): Condition {
    const scope = new Scope(occurrences(rule))
    const head = this.#head(rule.parameters, args, scope, Substitution.empty)
    if (!head) return FALSE
    const { body } = rule
    if (!body) return and(...head.conditions)
    const depth = this.#inline
    this.#inline = 0
    try {
      return and(
        ...head.conditions,
        this.#solve(body, scope, head.bound, () => TRUE),
      )
    } catch (error) {
      if (!(error instanceof BeyondConditions)) throw error
      const bindings: { name: string; operand: Operand }[] = []
      for (const [name, unknown] of scope.unknowns) {
        const term = head.bound.resolve({ kind: 'unknown', unknown })
        if (term.kind === 'operand') bindings.push({ name, operand: term.operand })
        else if (rule.parameters.some((parameter) => occurrences(parameter).has(name))) throw error
      }
      const reason = { code: error.code, message: error.message }
      return and(...head.conditions, {
        kind: 'opaque',
        goal: { expression: body, bindings },
        reason,
        span: error.at?.span ?? body.span,
      })
    } finally {
      this.#inline = depth
    }
  }

  /** All arguments are unified with the parameters first, then the patterns are looked at. */
  #head(parameters: readonly Parameter[], args: readonly Term[], scope: Scope, from: Substitution): Unified {
    let bound = from
    const conditions: Condition[] = []
    for (const [index, parameter] of parameters.entries()) {
      if (parameter.term.kind === 'dot' || parameter.term.kind === 'arithmetic' || parameter.term.kind === 'new') {
        throw new BeyondConditions('computed-parameter', 'a parameter that is computed', parameter.term)
      }
      const term = this.#term(parameter.term, scope, bound)
      const unified = term && this.#unify(args[index]!, term, bound, parameter.span)
      if (!unified) return undefined
      bound = unified.bound
      conditions.push(...unified.conditions)
    }
    for (const [index, parameter] of parameters.entries()) {
      if (!parameter.pattern) continue
      const matched = this.#match(args[index]!, parameter.pattern, scope, bound)
      if (!matched) return undefined
      bound = matched.bound
      conditions.push(...matched.conditions)
    }
    return { bound, conditions }
  }

  // terms

  #variable(name: string, scope: Scope): Term {
    return { kind: 'unknown', unknown: scope.unknown(name) }
  }

  /** What an expression stands for; undefined where reading it fails (a key that a dictionary lacks). */
  #term(expression: Expression, scope: Scope, bound: Substitution): Term | undefined {
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
        return this.#variable(expression.name, scope)
      case 'list': {
        const elements: Term[] = []
        for (const one of expression.elements) {
          const term = this.#term(one, scope, bound)
          if (!term) return undefined
          elements.push(term)
        }
        return { kind: 'list', elements, rest: expression.rest && this.#variable(expression.rest.name, scope) }
      }
      case 'dictionary': {
        const entries = new Map<string, Term>()
        for (const entry of expression.entries) {
          const term = this.#term(entry.value, scope, bound)
          if (!term) return undefined
          entries.set(entry.key, term)
        }
        return { kind: 'dictionary', entries }
      }
      case 'dot':
        return this.#dot(expression, scope, bound)
      case 'arithmetic': {
        const left = this.#operand(expression.left, scope, bound)
        const right = this.#operand(expression.right, scope, bound)
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
    const object = this.#term(expression.object, scope, bound)
    if (!object) return undefined
    const receiver = bound.resolve(object)
    const { member } = expression
    if (member.kind === 'call') {
      if (member.keywords.length > 0) throw new BeyondConditions('keywords', 'keyword arguments', expression)
      const of = ground(receiver, bound, expression)
      const args = member.args.map((arg) => this.#operand(arg, scope, bound))
      return { kind: 'operand', operand: { kind: 'call', of, method: member.name, args, span: expression.span } }
    }
    const name = member.kind === 'string' ? member.value : this.#key(member.name, scope, bound, expression)
    if (receiver.kind === 'dictionary') return receiver.entries.get(name)
    if (receiver.kind !== 'operand')
      throw new BeyondConditions('unbound-value', 'a field of something that is not known', expression)
    return { kind: 'operand', operand: this.#read(receiver.operand, name, expression.span, expression) }
  }

  #key(variable: string, scope: Scope, bound: Substitution, at: Expression): string {
    const key = bound.resolve(this.#variable(variable, scope))
    if (key.kind === 'operand' && key.operand.kind === 'value' && typeof key.operand.value === 'string')
      return key.operand.value
    throw new BeyondConditions('unbound-value', 'a field whose name is not known', at)
  }

  #read(operand: Operand, name: string, span: Span, at: Expression | Pattern): Operand {
    if (name === 'constructor' || name === 'prototype' || name === '__proto__')
      throw new BeyondConditions('unreachable-name', `"${name}" can't be read`, at)
    const type = operandType(this.#schema, operand)
    const step = { name, model: type.list ? undefined : type.model, span }
    if (operand.kind === 'path') return { kind: 'path', root: operand.root, steps: [...operand.steps, step] }
    return { kind: 'field', of: operand, step }
  }

  /** An expression in a place that needs a value. */
  #operand(expression: Expression, scope: Scope, bound: Substitution): Operand {
    const term = this.#term(expression, scope, bound)
    if (!term) throw new BeyondConditions('missing-key', 'a key that the dictionary lacks', expression)
    return ground(bound.resolve(term), bound, expression)
  }

  // unification

  #unifyExpressions(left: Expression, right: Expression, scope: Scope, bound: Substitution, span: Span): Unified {
    const a = this.#term(left, scope, bound)
    const b = this.#term(right, scope, bound)
    return a && b && this.#unify(a, b, bound, span)
  }

  #unify(left: Term, right: Term, bound: Substitution, span: Span): Unified {
    const a = bound.resolve(left)
    const b = bound.resolve(right)
    if (a.kind === 'unknown')
      return b.kind === 'unknown' && a.unknown === b.unknown
        ? { bound, conditions: [] }
        : this.#bind(a.unknown, b, bound, span)
    if (b.kind === 'unknown') return this.#bind(b.unknown, a, bound, span)
    if (a.kind === 'list' && b.kind === 'list') return this.#unifyLists(a, b, bound, span)
    if (a.kind === 'dictionary' && b.kind === 'dictionary') {
      if (a.entries.size !== b.entries.size) return undefined
      const pairs: [Term, Term][] = []
      for (const [key, one] of a.entries) {
        const other = b.entries.get(key)
        if (!other) return undefined
        pairs.push([one, other])
      }
      return this.#unifyAll(pairs, bound, span)
    }
    if (a.kind === 'operand' && b.kind === 'operand') return this.#equal(a.operand, b.operand, bound, span)
    if (a.kind === 'operand' || b.kind === 'operand') {
      const operand = a.kind === 'operand' ? a.operand : (b as Extract<Term, { kind: 'operand' }>).operand
      const structure = a.kind === 'operand' ? b : a
      const type = operandType(this.#schema, operand)
      if (family(type) !== undefined && family(type) !== 'list')
        return { bound, conditions: [...this.#reads(operand, span), FALSE] }
      return this.#equal(operand, ground(structure, bound, undefined), bound, span)
    }
    return undefined
  }

  #unifyLists(
    a: Extract<Term, { kind: 'list' }>,
    b: Extract<Term, { kind: 'list' }>,
    bound: Substitution,
    span: Span,
  ): Unified {
    const shared = Math.min(a.elements.length, b.elements.length)
    if (a.elements.length > shared && !b.rest) return undefined
    if (b.elements.length > shared && !a.rest) return undefined
    const pairs = a.elements.slice(0, shared).map((one, index): [Term, Term] => [one, b.elements[index]!])
    const tail = (list: typeof a): Term => ({ kind: 'list', elements: list.elements.slice(shared), rest: list.rest })
    if (a.rest && a.elements.length === shared) pairs.push([a.rest, tail(b)])
    else if (b.rest) pairs.push([b.rest, tail(a)])
    return this.#unifyAll(pairs, bound, span)
  }

  #unifyAll(pairs: readonly (readonly [Term, Term])[], from: Substitution, span: Span): Unified {
    let bound = from
    const conditions: Condition[] = []
    for (const [a, b] of pairs) {
      const unified = this.#unify(a, b, bound, span)
      if (!unified) return undefined
      bound = unified.bound
      conditions.push(...unified.conditions)
    }
    return { bound, conditions }
  }

  #equal(left: Operand, right: Operand, bound: Substitution, span: Span): Unified {
    if (left.kind === 'value' && right.kind === 'value')
      return left.value === right.value ? { bound, conditions: [] } : undefined
    // The policy's own words are all known, so an action that it does not name is none of them.
    if ((isAction(left) && right.kind === 'value') || (isAction(right) && left.kind === 'value')) return undefined
    if (canEqual(this.#schema, left, right)) {
      return { bound, conditions: [{ kind: 'compare', operator: '=', left, right, span }] }
    }
    return { bound, conditions: [...this.#reads(left, span), ...this.#reads(right, span), FALSE] }
  }

  #reads(of: Operand, span: Span): readonly Condition[] {
    return canFailToRead(this.#schema, of) ? [{ kind: 'reads', of, span }] : []
  }

  #bind(unknown: Unknown, term: Term, from: Substitution, span: Span): Unified {
    const pending = from.pending(unknown)
    let bound = from.bind(unknown, term)
    const conditions: Condition[] = term.kind === 'operand' ? [...this.#reads(term.operand, span)] : []
    for (const one of pending) {
      if (term.kind === 'unknown') {
        bound = bound.wait(term.unknown, one)
        continue
      }
      const matched = this.#match(term, one.pattern, one.scope, bound)
      if (!matched) return undefined
      bound = matched.bound
      conditions.push(...matched.conditions)
    }
    return { bound, conditions }
  }

  // patterns

  #match(term: Term, pattern: Pattern, scope: Scope, bound: Substitution): Unified {
    const subject = bound.resolve(term)
    switch (pattern.kind) {
      case 'class pattern': {
        if (subject.kind === 'unknown')
          return { bound: bound.wait(subject.unknown, { pattern, scope }), conditions: [] }
        const test = classTest(this.#policy, this.#schema, subject, pattern)
        if (test.kind === 'false') return undefined
        const fields = this.#fields(subject, pattern.fields ?? [], scope, bound, pattern)
        return (
          fields && {
            bound: fields.bound,
            conditions: test.kind === 'true' ? fields.conditions : [test, ...fields.conditions],
          }
        )
      }
      case 'dictionary pattern': {
        if (subject.kind === 'unknown')
          return { bound: bound.wait(subject.unknown, { pattern, scope }), conditions: [] }
        if (subject.kind === 'operand') {
          const type = operandType(this.#schema, subject.operand)
          if (type.model === undefined || type.list || type.nullable) {
            // A field that a value lacks fails to match here and is an error elsewhere: only a row's class tells which fields it has.
            if (type.model === undefined || type.list)
              return this.#fieldsOfAny(subject, pattern.fields, scope, bound, pattern)
            const exists: Condition = {
              kind: 'compare',
              operator: '!=',
              left: subject.operand,
              right: { kind: 'value', value: null },
              span: pattern.span,
            }
            const fields = this.#fieldsOfAny(subject, pattern.fields, scope, bound, pattern)
            return fields && { bound: fields.bound, conditions: [exists, ...fields.conditions] }
          }
        }
        return this.#fields(subject, pattern.fields, scope, bound, pattern)
      }
      case 'list pattern': {
        if (subject.kind !== 'list')
          throw new BeyondConditions('list-pattern', 'a list pattern for something that is no list here', pattern)
        return this.#matchList(subject, pattern, scope, bound)
      }
      default: {
        const expected = this.#term(pattern, scope, bound)
        return expected && this.#unify(subject, expected, bound, pattern.span)
      }
    }
  }

  /** Fields of a value that may be anything: nil matches only where the pattern asks for nothing in particular. */
  #fieldsOfAny(
    subject: Term,
    fields: readonly { key: string; value: Pattern; span: Span }[],
    scope: Scope,
    bound: Substitution,
    pattern: Pattern,
  ): Unified {
    const particular = fields.some((field) => {
      if (field.value.kind !== 'variable') return true
      const known =
        this.#schema.constants.has(field.value.name) ||
        bound.resolve(this.#variable(field.value.name, scope)).kind !== 'unknown'
      return known
    })
    if (!particular) throw new BeyondConditions('open-pattern', 'a pattern that anything matches', pattern)
    return this.#fields(subject, fields, scope, bound, pattern)
  }

  #fields(
    subject: Term,
    fields: readonly { key: string; value: Pattern; span: Span }[],
    scope: Scope,
    from: Substitution,
    pattern: Pattern,
  ): Unified {
    let bound = from
    const conditions: Condition[] = []
    for (const field of fields) {
      let term: Term | undefined
      if (subject.kind === 'dictionary') term = subject.entries.get(field.key)
      else if (subject.kind === 'operand')
        term = { kind: 'operand', operand: this.#read(subject.operand, field.key, field.span, pattern) }
      else throw new BeyondConditions('list-pattern', 'a field of a list', pattern)
      const matched = term && this.#match(term, field.value, scope, bound)
      if (!matched) return undefined
      bound = matched.bound
      conditions.push(...matched.conditions)
    }
    return { bound, conditions }
  }

  #matchList(
    subject: Extract<Term, { kind: 'list' }>,
    pattern: Extract<Pattern, { kind: 'list pattern' }>,
    scope: Scope,
    from: Substitution,
  ): Unified {
    if (subject.rest) throw new BeyondConditions('open-list', 'a list whose rest is not known', pattern)
    const fixed = pattern.elements.length
    if (subject.elements.length < fixed || (!pattern.rest && subject.elements.length > fixed)) return undefined
    let bound = from
    const conditions: Condition[] = []
    for (const [index, one] of pattern.elements.entries()) {
      const matched = this.#match(subject.elements[index]!, one, scope, bound)
      if (!matched) return undefined
      bound = matched.bound
      conditions.push(...matched.conditions)
    }
    if (!pattern.rest) return { bound, conditions }
    const rest: Term = { kind: 'list', elements: subject.elements.slice(fixed), rest: undefined }
    const unified = this.#unify(this.#variable(pattern.rest.name, scope), rest, bound, pattern.span)
    return unified && { bound: unified.bound, conditions: [...conditions, ...unified.conditions] }
  }
}

function isAction(operand: Operand): boolean {
  return operand.kind === 'path' && operand.root.kind === 'action' && operand.steps.length === 0
}

/** What a definition is derived for, rather than a parameter of it. */
function isLiteral(operand: Operand): boolean {
  return operand.kind === 'value' || isAction(operand)
}

function value(of: unknown): Term {
  return { kind: 'operand', operand: { kind: 'value', value: of } }
}

/** A term as an operand; a structure with unknowns in it is none. */
function ground(term: Term, bound: Substitution, at: Expression | undefined): Operand {
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

/** What a definition depends on: the values of literals, and the types of all else. */
function keyOf(operand: Operand, type: OperandType): string {
  if (isAction(operand)) return 'action'
  if (operand.kind === 'value') return `${typeof operand.value}:${JSON.stringify(operand.value)}`
  return `${type.model ?? ''}/${type.exact}/${type.scalar ?? ''}/${type.list}/${type.nullable}`
}

function refer(definition: Definition, args: readonly Operand[], span: Span, done: boolean): Condition {
  if (done && (definition.condition.kind === 'true' || definition.condition.kind === 'false')) {
    // Arguments are read even where nothing depends on them, as the machine reads them.
    const reads = args.filter(
      (operand) => operand.kind !== 'value' && !(operand.kind === 'path' && operand.steps.length === 0),
    )
    return and(...reads.map((of): Condition => ({ kind: 'reads', of, span })), definition.condition)
  }
  return { kind: 'ref', definition, args: args.filter((operand) => !isLiteral(operand)), span }
}

function opaqueCall(rule: string, args: readonly Operand[], span: Span, why: BeyondConditions): Condition {
  const names = args.map((_, index) => `argument_${index}`)
  const expression: Call = {
    kind: 'call',
    name: rule,
    args: names.map((name) => ({ kind: 'variable', name, span })),
    keywords: [],
    span,
  }
  const bindings = args.map((operand, index) => ({ name: names[index]!, operand }))
  return { kind: 'opaque', goal: { expression, bindings }, reason: { code: why.code, message: why.message }, span }
}
