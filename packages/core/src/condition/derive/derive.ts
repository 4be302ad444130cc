import type { Call, Compare, Expression, In, Parameter, Rule } from '../../language/ast.js'
import { plainRule } from '../../language/head.js'
import { withoutLookups } from '../../language/lookups.js'
import { hasCut, occurrences } from '../../language/mentions.js'
import type { Span } from '../../language/source.js'
import type { Policy } from '../../policy/policy.js'
import type { Schema } from '../../schema/schema.js'
import type { Condition, Operand, OperandType } from '../condition.js'
import { and, FALSE, marked, not, or, TRUE } from '../construct.js'
import { elementType, family, operandType, unknownType } from '../type.js'
import { candidates } from './candidates.js'
import { type Committed, choose, hasOneSolution, within } from './committed.js'
import { decided, demands } from './constraints.js'
import { Definitions } from './definitions.js'
import { Evaluator, ground, unknownsAmong, value } from './evaluate.js'
import { onward, type Unified } from './onward.js'
import { opaqueCall, opaqueGoals } from './opaque.js'
import { shareContinuation } from './rest.js'
import { StandingRecursion } from './standing.js'
import type { Next } from './terms.js'
import { BeyondConditions, Scope, Substitution, type Symbolic, type Unknown, type Waiting } from './terms.js'
import { Unifier } from './unify.js'

/** The maximum nesting of calls with unbound arguments, which are derived inline. */
const maxInlineDepth = 60
/** The machine evaluates conditions with more nodes than this. */
const maxSize = 20_000

/**
 * Evaluates a policy symbolically, for operands whose classes are known and whose values are not.
 *
 * Goals are solved in order with a substitution. A call is replaced by the bodies of its rules
 * after head unification. A call whose arguments are all operands becomes a definition, which is
 * derived once for all conditions of the policy.
 *
 * Derivation is synchronous and runs no code of the application, so two derivations never
 * interleave.
 */
export class Deriver {
  readonly #policy: Policy
  readonly #schema: Schema
  readonly #evaluator: Evaluator
  readonly #unifier: Unifier
  readonly #definitions = new Definitions()
  readonly #standing = new StandingRecursion()
  readonly #origins: boolean
  readonly #silent: boolean
  #negations = 0
  #inline = 0
  #size = 0

  /**
   * @param options.origins - Whether conditions are marked with the rules that they come from.
   * Default false.
   * @param options.silent - Whether `print` and `debug` are true, without an effect. Default false:
   * they are opaque.
   */
  constructor(
    policy: Policy,
    schema: Schema,
    { origins = false, silent = false }: { readonly origins?: boolean; readonly silent?: boolean } = {},
  ) {
    this.#origins = origins
    this.#silent = silent
    this.#policy = policy
    this.#schema = schema
    this.#evaluator = new Evaluator(
      schema,
      (...terms) => this.#unifier.unify(...terms),
      (at) => this.#grow(at),
    )
    this.#unifier = new Unifier(policy, schema, this.#evaluator)
  }

  /**
   * Returns the condition under which a rule holds for operands. Goals that only the machine can
   * evaluate are opaque in it.
   * @param rule - The name of the rule.
   * @param span - The position for errors.
   */
  derive(rule: string, args: readonly Operand[], span: Span): Condition {
    this.#size = 0
    if (!this.#policy.rules.has(rule)) {
      return opaqueCall(
        rule,
        args,
        span,
        new BeyondConditions('undefined-rule', `the policy has no rule ${rule}`, undefined),
      )
    }
    return this.#rules(rule, args, span, decided)
  }

  #grow(at: Expression): void {
    if (++this.#size > maxSize) throw new BeyondConditions('too-large', 'the condition is too large', at)
  }

  // goals

  #solve(goal: Expression, scope: Scope, bound: Substitution, next: Next): Condition {
    this.#grow(goal)
    switch (goal.kind) {
      case 'and':
        return this.#all(goal.operands, 0, scope, bound, next)
      case 'or':
        return this.#any(goal.operands, goal, scope, bound, next)
      case 'not':
        return this.#not(goal, scope, bound, next, (from, end) => this.#alternatives([goal.operand], scope, from, end))
      case 'forall':
        return this.#not(goal, scope, bound, next, (from, end) =>
          this.#solve(goal.condition, scope, from, (inner) =>
            this.#not(goal, scope, inner, end, (at, last) => this.#alternatives([goal.action], scope, at, last)),
          ),
        )
      case 'unify': {
        const apart = withoutLookups(goal)
        if (!apart) return onward(this.#unifier.unifyExpressions(goal.left, goal.right, scope, bound, goal.span), next)
        const { span } = goal
        const lookups = apart.lookups.map(
          ({ variable, value }) => ({ kind: 'unify', left: variable, right: value, span }) as const,
        )
        return this.#all([apart.unify, ...lookups], 0, scope, bound, next)
      }
      case 'assign': {
        const left = bound.resolve(this.#evaluator.variable(goal.left.name, scope))
        if (left.kind !== 'unknown' || bound.isLinked(left.unknown) || bound.isAwaited(left.unknown))
          throw new BeyondConditions('assignment', '`:=` to a variable that has a value', goal)
        return onward(this.#unifier.unifyExpressions(goal.left, goal.right, scope, bound, goal.span), next)
      }
      case 'compare': {
        const left = this.#evaluator.term(goal.left, scope, bound)
        if (!('term' in left)) return left
        const right = this.#evaluator.term(goal.right, scope, left.bound)
        return 'term' in right ? this.#compare(goal, left.term, right.term, right.bound, next) : right
      }
      case 'in':
        return this.#in(goal, scope, bound, next)
      case 'matches': {
        const value = this.#evaluator.term(goal.value, scope, bound)
        if (!('term' in value)) return value
        const reads = this.#unifier.reads(value.term, value.bound, goal.span)
        return and(...reads, onward(this.#unifier.match(value.term, goal.pattern, scope, value.bound), next))
      }
      case 'call':
        return this.#call(goal, scope, bound, next)
      case 'boolean':
        return goal.value ? next(bound) : FALSE
      case 'variable':
      case 'dot': {
        const evaluated = this.#evaluator.term(goal, scope, bound)
        if (!('term' in evaluated)) return evaluated
        const resolved = evaluated.bound.resolve(evaluated.term)
        if (resolved.kind === 'unknown')
          return onward(this.#unifier.unify(resolved, value(true), evaluated.bound, goal.span), next)
        if (resolved.kind !== 'operand')
          throw new BeyondConditions('no-condition', 'a list or dictionary is not a condition', goal)
        const operand = resolved.operand
        if (operand.kind === 'value' && typeof operand.value === 'boolean') return operand.value ? next(bound) : FALSE
        return and({ kind: 'test', of: operand, span: goal.span }, next(bound))
      }
      case 'cut':
        throw new BeyondConditions('cut', '`cut` beside alternatives depends on their order', goal)
      case 'print':
      case 'debug':
        if (this.#silent) return next(bound)
        throw new BeyondConditions('side-effect', `\`${goal.kind}\` has a side effect`, goal)
      case 'new':
      case 'number':
      case 'string':
      case 'list':
      case 'dictionary':
      case 'arithmetic':
        throw new BeyondConditions('no-condition', 'this expression is not a condition', goal)
    }
  }

  #all(goals: readonly Expression[], at: number, scope: Scope, bound: Substitution, next: Next): Condition {
    const goal = goals[at]
    if (!goal) return next(bound)
    return this.#solve(goal, scope, bound, (inner) => this.#all(goals, at + 1, scope, inner, next))
  }

  /**
   * If the arms bind nothing for the continuation and leave no goals waiting, they form a single
   * condition. Otherwise the continuation is derived behind each arm.
   */
  #any(arms: readonly Expression[], goal: Expression, scope: Scope, bound: Substitution, next: Next): Condition {
    const shared = [...occurrences(goal)].filter(([name, count]) => this.#isShared(name, count, scope, bound))
    if (shared.length === 0) {
      let isDecided = true
      const found = this.#alternatives(arms, scope, bound, (end) => {
        isDecided &&= end.waitsLike(bound)
        return TRUE
      })
      if (isDecided) return and(found, next(bound))
    }
    const terms = shared.map(([name]) => this.#evaluator.variable(name, scope))
    return this.#alternatives(arms, scope, bound, this.#once(terms, bound, goal.span, next))
  }

  /** Returns a continuation that alternatives which may bind `terms` share. */
  #once(terms: readonly Symbolic[], bound: Substitution, span: Span, next: Next): Next {
    return shareContinuation(this.#schema, this.#definitions, terms, bound, span, next)
  }

  #alternatives(arms: readonly Expression[], scope: Scope, bound: Substitution, next: Next): Condition {
    return choose(
      arms.map((arm) =>
        arm.kind === 'and' && arm.operands.some(isCut)
          ? this.#commit(arm.operands, scope, bound, next)
          : this.#solve(arm, scope, bound, next),
      ),
    )
  }

  /** Derives a conjunction that contains a `cut`. */
  #commit(goals: readonly Expression[], scope: Scope, bound: Substitution, next: Next): Committed {
    const at = goals.findIndex(isCut)
    const first = this.#first(goals.slice(0, at), scope, bound)
    if (!first.bound) return { guard: first.condition, rest: FALSE }
    const rest = goals.slice(at + 1)
    const again = rest.some(isCut) ? choose([this.#commit(rest, scope, first.bound, next)]) : undefined
    return { guard: first.condition, rest: again ?? this.#all(rest, 0, scope, first.bound, next) }
  }

  /**
   * Derives the first solution of goals. `bound` is undefined if no solution exists.
   * @throws BeyondConditions if later goals use the bindings of several possible solutions, or if
   *   such a solution leaves goals waiting.
   */
  #first(
    goals: readonly Expression[],
    scope: Scope,
    from: Substitution,
  ): { readonly condition: Condition; readonly bound: Substitution | undefined } {
    const conditions: Condition[] = []
    let bound = from
    for (const [index, goal] of goals.entries()) {
      const solutions: Substitution[] = []
      const condition = this.#solve(goal, scope, bound, (inner) => {
        solutions.push(inner)
        return TRUE
      })
      const [solution] = solutions
      if (!solution) return { condition: and(...conditions, condition, FALSE), bound: undefined }
      if (solutions.length === 1 && (solution === bound || hasOneSolution(goal))) {
        conditions.push(condition)
        bound = solution
        continue
      }
      const rest = goals.slice(index)
      const isUsed = [...occurrences(...rest)].some(([name, count]) => this.#isShared(name, count, scope, bound))
      if (isUsed)
        throw new BeyondConditions(
          'cut',
          '`cut` keeps the first of several solutions, whose values are used later',
          goal,
        )
      return {
        condition: and(
          ...conditions,
          this.#all(rest, 0, scope, bound, (end) => {
            if (end.waitsLike(bound)) return TRUE
            throw new BeyondConditions(
              'cut',
              '`cut` keeps the first of several solutions, which depend on an unbound variable',
              goal,
            )
          }),
        ),
        bound,
      }
    }
    return { condition: and(...conditions), bound }
  }

  /** Returns whether some goals bind a variable that also occurs outside them. */
  #isShared(name: string, count: number, scope: Scope, bound: Substitution): boolean {
    return count < scope.occurrences.get(name)! && this.#isOpen(name, scope, bound)
  }

  /** Returns whether a variable can still be bound. */
  #isOpen(name: string, scope: Scope, bound: Substitution): boolean {
    return bound.resolve(this.#evaluator.variable(name, scope)).kind !== 'operand'
  }

  /**
   * Derives a negation, whose bindings are local. If its goals constrain a variable that is bound
   * later, they are derived again at that time, provided that they are provable at all.
   * @param when - The condition under which the goals are provable. Default: always.
   */
  #not(
    goal: Expression,
    scope: Scope,
    bound: Substitution,
    next: Next,
    body: (from: Substitution, end: Next) => Condition,
    when: Condition = TRUE,
  ): Condition {
    const older = new Set(scope.unknowns.values())
    const open = new Set<Unknown>()
    const proven = this.#negated(() =>
      body(bound, (end) => {
        const asked = demands(bound, end, older)
        for (const { of } of asked) open.add(of)
        return and(...asked.map(({ when }) => (when ? not(when) : FALSE)))
      }),
    )
    if (this.#standing.isIn(proven))
      throw new BeyondConditions(
        'negated-recursion',
        'a rule under `not` that calls itself with the same arguments',
        goal,
      )
    const isFalse = not(and(when, proven))
    if (open.size === 0) return and(isFalse, next(bound))
    const possible = and(
      when,
      this.#negated(() => body(bound, () => TRUE)),
    )
    const resume: Waiting['resume'] = (from, then) => this.#not(goal, scope, from, then, body, possible)
    return and(isFalse, next(bound.wait({ on: [...open], at: goal, when: possible, resume })))
  }

  #negated(body: () => Condition): Condition {
    this.#negations++
    try {
      return body()
    } finally {
      this.#negations--
    }
  }

  /** Derives a comparison. It waits for unbound terms; bound terms are read immediately. */
  #compare(goal: Compare, left: Symbolic, right: Symbolic, bound: Substitution, next: Next): Condition {
    const { operator, span } = goal
    const open = unknownsAmong([left, right], bound)
    if (open.length === 0) {
      const [one, other] = [left, right].map((term) => ground(bound.resolve(term), bound, goal))
      return and({ kind: 'compare', operator, left: one!, right: other!, span }, next(bound))
    }
    const reads = [left, right].flatMap((term) => this.#unifier.reads(term, bound, span))
    const resume: Waiting['resume'] = (from, then) => this.#compare(goal, left, right, from, then)
    return and(...reads, next(bound.wait({ on: open, at: goal, resume })))
  }

  // membership

  #in(goal: In, scope: Scope, bound: Substitution, next: Next): Condition {
    const element = this.#evaluator.term(goal.item, scope, bound)
    if (!('term' in element)) return element
    const list = this.#evaluator.term(goal.collection, scope, element.bound)
    if (!('term' in list)) return list
    // The element is read before the list is searched, even if the list is empty.
    const reads = this.#unifier.reads(element.term, list.bound, goal.span)
    return and(...reads, this.#member(goal, element.term, list.term, list.bound, next))
  }

  #member(goal: In, element: Symbolic, list: Symbolic, bound: Substitution, next: Next): Condition {
    const { item, collection, span } = goal
    const from = bound.resolve(list)
    const known = bound.resolve(element)
    if (from.kind === 'unknown') {
      const linked = known.kind === 'unknown' ? bound.link(known.unknown) : bound
      const resume: Waiting['resume'] = (after, then) => this.#member(goal, element, list, after, then)
      return next(linked.wait({ on: [from.unknown], at: goal, resume }))
    }
    if (from.kind === 'list') {
      if (from.rest) throw new BeyondConditions('open-list', 'the rest of the list is unknown', collection)
      const reads = this.#unifier.reads(from, bound, span)
      const arms = from.elements.map((one) => this.#unifier.unify(element, one, bound, span))
      if (arms.every((arm) => !arm || arm.bound === bound)) {
        const found = or(...arms.map((arm) => (arm ? and(...arm.conditions) : FALSE)))
        return and(...reads, found, found.kind === 'false' ? FALSE : next(bound))
      }
      const rest = this.#once([element, ...from.elements], bound, span, next)
      return and(...reads, or(...arms.map((arm) => onward(arm, rest))))
    }
    if (from.kind !== 'operand') throw new BeyondConditions('unbound-value', 'the list of `in` is unknown', collection)
    const operand = from.operand
    const type = operandType(this.#schema, operand)
    // A bound element is compared with the characters of a text.
    const isText = known.kind === 'operand' && type.scalar === 'string'
    if (type.model === 'Dictionary' && !type.list) return this.#pair(goal, element, operand, bound, next)
    if (!type.list && family(type) !== undefined && !isText)
      throw new BeyondConditions('no-list', '`in` needs a list', collection)
    if (known.kind === 'operand' && type.model === undefined)
      return and({ kind: 'in', item: known.operand, list: operand, span }, next(bound))
    const of = type.list ? elementType(type) : { ...type, model: undefined, scalar: undefined, nullable: true }
    const name = item.kind === 'variable' ? item.name : 'element'
    const each = { kind: 'variable', name, model: of.model, type: of } as const
    const row: Symbolic = { kind: 'operand', operand: { kind: 'path', root: each, steps: [] } }
    const unified = this.#unifier.unify(element, row, bound, span)
    if (!unified) return and(...this.#unifier.reads(from, bound, span), FALSE)
    if (known.kind === 'operand')
      return and({ kind: 'some', each, from: operand, where: and(...unified.conditions), span }, next(bound))
    return { kind: 'some', each, from: operand, where: onward(unified, next), span }
  }

  /** Derives membership in a dictionary, whose elements are pairs of key and value. */
  #pair(goal: In, element: Symbolic, from: Operand, bound: Substitution, next: Next): Condition {
    const { span } = goal
    const each = { kind: 'variable', name: 'pair', model: undefined, type: unknownType } as const
    const pair: Operand = { kind: 'path', root: each, steps: [] }
    const elements = ['0', '1'].map((name): Symbolic => {
      return { kind: 'operand', operand: this.#evaluator.read(pair, name, span, goal) }
    })
    const unified = this.#unifier.unify(element, { kind: 'list', elements, rest: undefined }, bound, span)
    return { kind: 'some', each, from, where: onward(unified, next), span }
  }

  // calls

  #call(goal: Call, scope: Scope, bound: Substitution, next: Next): Condition {
    if (goal.keywords.length > 0) throw new BeyondConditions('keywords', 'keyword arguments', goal)
    if (!this.#policy.rules.has(goal.name))
      throw new BeyondConditions('undefined-rule', `the policy has no rule ${goal.name}`, goal)
    const args: Symbolic[] = []
    let from = bound
    for (const arg of goal.args) {
      const evaluated = this.#evaluator.term(arg, scope, from)
      if (!('term' in evaluated)) return evaluated
      const term = evaluated.bound.resolve(evaluated.term)
      from = term.kind === 'unknown' ? evaluated.bound.link(term.unknown) : evaluated.bound
      args.push(term)
    }
    // Arguments are read before any rule is evaluated, even if no rule depends on them.
    const reads = args.flatMap((term) => this.#unifier.reads(term, from, goal.span))
    const operands = args.flatMap((term) => (term.kind === 'operand' ? [term.operand] : []))
    const defined = operands.length === args.length ? this.#define(goal.name, operands, goal.span) : undefined
    return and(...reads, defined ? and(defined, next(from)) : this.#inlineCall(goal, args, from, next))
  }

  /**
   * Derives a call that may bind its arguments: each rule in order, followed by the continuation.
   */
  #inlineCall(goal: Call, args: readonly Symbolic[], bound: Substitution, next: Next): Condition {
    if (++this.#inline > maxInlineDepth)
      throw new BeyondConditions('recursion', 'a recursive call with unbound arguments', goal)
    try {
      const types = args.map((term) => (term.kind === 'operand' ? operandType(this.#schema, term.operand) : undefined))
      const rules = candidates(this.#policy, this.#schema, goal.name, args, types)
      const after: Next = this.#origins ? (end) => marked(next(end), 'rest') : next
      const rest = rules.length > 1 ? this.#once(args, bound, goal.span, after) : after
      return choose(rules.map((rule) => this.#rule(rule, args, bound, rest)))
    } finally {
      this.#inline--
    }
  }

  /** Derives a rule for arguments, followed by the continuation of its call. */
  #rule(rule: Rule, args: readonly Symbolic[], bound: Substitution, next: Next): Condition | Committed {
    return this.#markedWith(rule, this.#plainRule(rule, args, bound, next))
  }

  #markedWith(rule: Rule, derived: Condition | Committed): Condition | Committed {
    if (!this.#origins) return derived
    if (!('guard' in derived)) return marked(derived, rule)
    const { guard, rest } = derived
    return { guard: guard.kind === 'true' ? guard : marked(guard, rule), rest: marked(rest, rule) }
  }

  #plainRule(rule: Rule, args: readonly Symbolic[], bound: Substitution, next: Next): Condition | Committed {
    const { parameters, goals } = plainRule(rule)
    const scope = new Scope(occurrences(...parameters, ...goals))
    const steps = this.#headSteps(parameters, args, scope)
    if (!goals.some(isCut)) return inOrder(steps, 0, bound, (inner) => this.#all(goals, 0, scope, inner, next))
    if (bound.waiting.some(({ at }) => at.kind === 'in'))
      throw new BeyondConditions('cut', '`cut` follows an unknown list', rule.body)
    let head: Substitution | undefined
    const condition = inOrder(steps, 0, bound, (inner) => {
      head = inner
      return TRUE
    })
    return head ? within(condition, this.#commit(goals, scope, head, next)) : condition
  }

  /**
   * Returns the condition of a call of operands; undefined if the call leaves goals to its caller.
   * A nullable row is compared with nil first, since a rule is derived either for a row or for nil.
   */
  #define(rule: string, args: readonly Operand[], span: Span): Condition | undefined {
    const rows = args.filter((operand) => operand.kind === 'path' && isRowOrNil(operandType(this.#schema, operand)))
    const [row] = rows
    if (row?.kind !== 'path' || rows.length > 1) return this.#refer(rule, args, span)
    const nil: Operand = { kind: 'value', value: null }
    const some: Operand = { ...row, as: { ...operandType(this.#schema, row), nullable: false } }
    const [ofNil, ofRow] = [nil, some].map((one) =>
      this.#refer(
        rule,
        args.map((operand) => (operand === row ? one : operand)),
        span,
      ),
    )
    if (!ofNil || !ofRow) return undefined
    const compare = (operator: '=' | '!='): Condition => ({ kind: 'compare', operator, left: row, right: nil, span })
    const whenRow = ofRow.kind === 'false' ? FALSE : and(compare('!='), ofRow)
    return ofNil.kind === 'false' ? whenRow : or(and(compare('='), ofNil), whenRow)
  }

  /**
   * Returns a reference to the definition of a call; undefined if the call leaves goals to its
   * caller.
   */
  #refer(rule: string, args: readonly Operand[], span: Span): Condition | undefined {
    const types = args.map((operand) => operandType(this.#schema, operand))
    return this.#definitions.refer(rule, args, types, this.#negations, span, (inner, end) =>
      this.#rules(rule, inner, span, end),
    )
  }

  /**
   * Derives all rules of a call of operands. A rule beyond conditions becomes an opaque arm; if it
   * contains a `cut`, the whole call becomes opaque.
   */
  #rules(rule: string, args: readonly Operand[], span: Span, end: Next): Condition {
    const terms = args.map((operand): Symbolic => ({ kind: 'operand', operand }))
    const types = args.map((operand) => operandType(this.#schema, operand))
    const rules = candidates(this.#policy, this.#schema, rule, terms, types)
    const depth = this.#inline
    this.#inline = 0
    try {
      return choose(rules.map((one) => this.#settledRule(one, terms, end)))
    } catch (error) {
      if (!(error instanceof BeyondConditions)) throw error
      return opaqueCall(rule, args, error.at?.span ?? span, error)
    } finally {
      this.#inline = depth
    }
  }

  #settledRule(rule: Rule, args: readonly Symbolic[], end: Next): Condition | Committed {
    try {
      return this.#rule(rule, args, Substitution.empty, end)
    } catch (error) {
      if (!(error instanceof BeyondConditions) || (rule.body && hasCut(rule.body))) throw error
      const { parameters, goals } = plainRule(rule)
      const scope = new Scope(occurrences(...parameters, ...goals))
      const opaque = inOrder(this.#headSteps(parameters, args, scope), 0, Substitution.empty, (bound) =>
        opaqueGoals(parameters, goals, scope, bound, error),
      )
      return this.#markedWith(rule, opaque)
    }
  }

  /**
   * Returns the steps of a head: first the unification of all arguments with the parameters, then
   * the pattern matches.
   */
  #headSteps(parameters: readonly Parameter[], args: readonly Symbolic[], scope: Scope): readonly HeadStep[] {
    // Each term is created once, because every `_` is a new variable.
    const terms: Symbolic[] = []
    const unify = parameters.map(
      ({ term, span }, index): HeadStep =>
        (bound) => {
          const isNew = term.kind === 'variable' && !scope.unknowns.has(term.name)
          const evaluated = this.#evaluator.term(term, scope, bound)
          if (!('term' in evaluated)) return { bound, conditions: [evaluated] }
          terms[index] = evaluated.term
          const arg = bound.resolve(args[index]!)
          // A new variable is bound as an alias of the argument, which is stronger than a
          // unification.
          if (isNew && arg.kind === 'unknown' && evaluated.term.kind === 'unknown')
            return { bound: bound.bind(evaluated.term.unknown, arg), conditions: [] }
          return this.#unifier.unify(args[index]!, evaluated.term, evaluated.bound, span)
        },
    )
    const match = parameters.flatMap(({ pattern }, index): HeadStep[] =>
      pattern ? [(bound) => this.#unifier.match(terms[index]!, pattern, scope, bound)] : [],
    )
    return [...unify, ...match]
  }
}

/** A unification or pattern match of a rule's head. */
type HeadStep = (bound: Substitution) => Unified

/**
 * Derives the steps of a head in order, each followed by the goals that it wakes, then the
 * continuation.
 */
function inOrder(steps: readonly HeadStep[], at: number, bound: Substitution, next: Next): Condition {
  const step = steps[at]
  return step ? onward(step(bound), (inner) => inOrder(steps, at + 1, inner, next)) : next(bound)
}

function isRowOrNil(type: OperandType): boolean {
  return type.nullable && family(type) === 'row'
}

function isCut({ kind }: Expression): boolean {
  return kind === 'cut'
}
