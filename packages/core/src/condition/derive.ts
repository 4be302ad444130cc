import type { Call, Expression, Parameter, Rule } from '../language/ast.js'
import { hasCut, occurrences } from '../language/mentions.js'
import type { Span } from '../language/source.js'
import type { Policy } from '../policy/policy.js'
import type { Schema } from '../schema/schema.js'
import { candidates } from './candidates.js'
import type { Condition, Definition, Operand, ParameterRoot } from './condition.js'
import { and, FALSE, not, or, TRUE } from './construct.js'
import { Evaluator, value } from './evaluate.js'
import { BeyondConditions, Scope, Substitution, type Term } from './terms.js'
import { elementType, family, type OperandType, operandType } from './type.js'
import { isAction, type Unified, Unifier } from './unify.js'

/** What the rest of a body makes of the bindings so far. */
type Next = (bound: Substitution) => Condition

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
  readonly #evaluator: Evaluator
  readonly #unifier: Unifier
  readonly #definitions = new Map<string, InProgress>()
  readonly #stack: InProgress[] = []
  #negations = 0
  #inline = 0
  #size = 0

  constructor(policy: Policy, schema: Schema) {
    this.#policy = policy
    this.#schema = schema
    this.#evaluator = new Evaluator(schema)
    this.#unifier = new Unifier(policy, schema, this.#evaluator)
  }

  /** The condition under which a rule holds for operands. What only the machine can answer is opaque in it. */
  derive(rule: string, args: readonly Operand[], span: Span): Condition {
    if (!this.#policy.rules.has(rule)) {
      return opaqueCall(rule, args, span, new BeyondConditions('undefined-rule', `no rule is named ${rule}`, undefined))
    }
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
        return this.#continue(this.#unifier.unifyGoal(goal, scope, bound), next)
      case 'assign': {
        const left = bound.resolve(this.#evaluator.variable(goal.left.name, scope))
        if (left.kind !== 'unknown')
          throw new BeyondConditions('assignment', '`:=` to a variable that has a value', goal)
        return this.#continue(this.#unifier.unifyExpressions(goal.left, goal.right, scope, bound, goal.span), next)
      }
      case 'compare': {
        const left = this.#evaluator.operand(goal.left, scope, bound)
        const right = this.#evaluator.operand(goal.right, scope, bound)
        return and({ kind: 'compare', operator: goal.operator, left, right, span: goal.span }, next(bound))
      }
      case 'in':
        return this.#member(goal.item, goal.collection, scope, bound, goal.span, next)
      case 'matches': {
        const value = this.#evaluator.term(goal.value, scope, bound)
        if (!value) return FALSE
        const reads = this.#unifier.reads(value, bound, goal.span)
        return and(...reads, this.#continue(this.#unifier.match(value, goal.pattern, scope, bound), next))
      }
      case 'call':
        return this.#call(goal, scope, bound, next)
      case 'boolean':
        return goal.value ? next(bound) : FALSE
      case 'variable':
      case 'dot': {
        const term = this.#evaluator.term(goal, scope, bound)
        if (!term) return FALSE
        const resolved = bound.resolve(term)
        if (resolved.kind === 'unknown')
          return this.#continue(this.#unifier.unify(resolved, value(true), bound, goal.span), next)
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
    if (!shared) {
      const ends = settledSince(bound)
      return and(or(...arms.map((arm) => this.#solve(arm, scope, bound, ends))), next(bound))
    }
    return or(...arms.map((arm) => this.#solve(arm, scope, bound, next)))
  }

  /** Whether a variable can still be bound. */
  #isOpen(name: string, scope: Scope, bound: Substitution): boolean {
    return bound.resolve(this.#evaluator.variable(name, scope)).kind !== 'operand'
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
    if (!unified) return FALSE
    const isNever = unified.conditions.at(-1)?.kind === 'false'
    return and(...unified.conditions, isNever ? FALSE : next(unified.bound))
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
    const list = this.#evaluator.term(collection, scope, bound)
    const element = this.#evaluator.term(item, scope, bound)
    if (!list || !element) return FALSE
    const from = bound.resolve(list)
    // What is looked for is read before the list is gone through, also where the list has no elements.
    const reads = this.#unifier.reads(element, bound, span)
    if (from.kind === 'list') {
      if (from.rest) throw new BeyondConditions('open-list', 'a list whose rest is not known', collection)
      reads.push(...this.#unifier.reads(from, bound, span))
      const arms = from.elements.map((one) => this.#unifier.unify(element, one, bound, span))
      if (arms.every((arm) => !arm || arm.bound === bound)) {
        const found = or(...arms.map((arm) => (arm ? and(...arm.conditions) : FALSE)))
        return and(...reads, found, found.kind === 'false' ? FALSE : next(bound))
      }
      return and(...reads, or(...arms.map((arm) => this.#continue(arm, next))))
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
    const unified = this.#unifier.unify(element, row, bound, span)
    if (!unified) return and(...reads, ...this.#unifier.reads(from, bound, span), FALSE)
    if (known.kind === 'operand')
      return and(...reads, { kind: 'some', each, from: operand, where: and(...unified.conditions), span }, next(bound))
    return { kind: 'some', each, from: operand, where: this.#continue(unified, next), span }
  }

  // calls

  #call(goal: Call, scope: Scope, bound: Substitution, next: Next): Condition {
    if (goal.keywords.length > 0) throw new BeyondConditions('keywords', 'keyword arguments', goal)
    if (!this.#policy.rules.has(goal.name))
      throw new BeyondConditions('undefined-rule', `no rule is named ${goal.name}`, goal)
    const args: Term[] = []
    for (const arg of goal.args) {
      const term = this.#evaluator.term(arg, scope, bound)
      if (!term) return FALSE
      args.push(bound.resolve(term))
    }
    // Arguments are read before any rule is looked at, also where nothing depends on them.
    const reads = args.flatMap((term) => this.#unifier.reads(term, bound, goal.span))
    const operands = args.map((term) => (term.kind === 'operand' ? term.operand : undefined))
    if (operands.every((operand) => operand !== undefined))
      return and(...reads, this.#define(goal.name, operands, goal.span), next(bound))
    return and(...reads, this.#inlineCall(goal, args, bound, next))
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
      return and(...head.conditions, this.#solve(body, scope, head.bound, settledSince(Substitution.empty)))
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
    // Each is made once: `_` is another variable each time.
    const terms: Term[] = []
    for (const [index, parameter] of parameters.entries()) {
      if (parameter.term.kind === 'dot' || parameter.term.kind === 'arithmetic' || parameter.term.kind === 'new') {
        throw new BeyondConditions('computed-parameter', 'a parameter that is computed', parameter.term)
      }
      const term = this.#evaluator.term(parameter.term, scope, bound)
      const unified = term && this.#unifier.unify(args[index]!, term, bound, parameter.span)
      if (!unified) return undefined
      terms.push(term)
      bound = unified.bound
      conditions.push(...unified.conditions)
    }
    for (const [index, { pattern }] of parameters.entries()) {
      if (!pattern) continue
      const matched = this.#unifier.match(terms[index]!, pattern, scope, bound)
      if (!matched) return undefined
      bound = matched.bound
      conditions.push(...matched.conditions)
    }
    return { bound, conditions }
  }
}

/** The end of a body: true, unless a pattern is asked of a variable that nothing has given a value. */
function settledSince(start: Substitution): Next {
  return (bound) => {
    const pattern = bound.waiting(start)
    if (!pattern) return TRUE
    throw new BeyondConditions('unbound-value', 'a pattern is asked of what nothing gives a value', pattern)
  }
}

/** What a definition is derived for, rather than a parameter of it. */
function isLiteral(operand: Operand): boolean {
  return operand.kind === 'value' || isAction(operand)
}

/** What a definition depends on: the values of literals, and the types of all else. */
function keyOf(operand: Operand, type: OperandType): string {
  if (isAction(operand)) return 'action'
  if (operand.kind === 'value') return `${typeof operand.value}:${JSON.stringify(operand.value)}`
  return `${type.model ?? ''}/${type.exact}/${type.scalar ?? ''}/${type.list}/${type.nullable}`
}

function refer(definition: Definition, args: readonly Operand[], span: Span, done: boolean): Condition {
  if (done && (definition.condition.kind === 'true' || definition.condition.kind === 'false'))
    return definition.condition
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
