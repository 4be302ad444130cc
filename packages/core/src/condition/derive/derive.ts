import type { Compare, Expression } from '../../language/ast.js'
import { isCut, occurrences } from '../../language/mentions.js'
import type { Span } from '../../language/source.js'
import { has, own } from '../../own.js'
import type { Policy } from '../../policy/policy.js'
import type { Schema } from '../../schema/schema.js'
import type { Condition, Operand } from '../condition.js'
import { and, FALSE, not, TRUE } from '../construct.js'
import { canFail } from '../fallible.js'
import { Calls, type Goals } from './calls.js'
import { type Committed, choose, countedOnce, hasOneSolution, hasSearched } from './committed.js'
import { decided, demands, unanswered } from './constraints.js'
import { Definitions } from './definitions.js'
import { Evaluator, ground, isGround, unknownsAmong, value } from './evaluate.js'
import { Membership, type Share } from './membership.js'
import { onward } from './onward.js'
import { opaqueCall } from './opaque.js'
import { shareContinuation } from './rest.js'
import { StandingRecursion } from './standing.js'
import type { Next } from './terms.js'
import { BeyondConditions, type Scope, type Substitution, type Symbolic, type Unknown, type Waiting } from './terms.js'
import { Unifier } from './unify.js'

/** The machine evaluates conditions with more nodes than this. */
const maxSize = 20_000

/** The maximum number of conditions and operands that a derivation copies. */
const maxCopies = 40_000

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
  readonly #evaluator: Evaluator
  readonly #unifier: Unifier
  readonly #definitions = new Definitions()
  readonly #standing = new StandingRecursion()
  readonly #membership: Membership
  readonly #calls: Calls
  readonly #silent: boolean
  /** The number of negations around the current goal. */
  #negations = 0
  #size = 0
  #copies = 0

  /**
   * @param options.origins - Whether conditions are marked with the rules that they come from.
   * Default false.
   * @param options.silent - Whether `print` and `debug` are true, without an effect. Default false:
   * they are opaque.
   */
  constructor(
    private readonly policy: Policy,
    private readonly schema: Schema,
    options: { readonly origins?: boolean; readonly silent?: boolean } = {},
  ) {
    const { origins = false, silent = false } = own(options)
    this.#silent = silent
    this.#evaluator = new Evaluator(
      schema,
      (...terms) => this.#unifier.unify(...terms),
      (at) => this.#grow(at),
    )
    this.#unifier = new Unifier(policy, schema, this.#evaluator)
    const share: Share = (...branches) => this.#once(...branches)
    this.#membership = new Membership(schema, this.#evaluator, this.#unifier, share)
    this.#calls = new Calls({
      policy,
      schema,
      evaluator: this.#evaluator,
      unifier: this.#unifier,
      definitions: this.#definitions,
      goals: this.#goals(),
      share,
      origins,
    })
  }

  #goals(): Goals {
    return {
      negations: () => this.#negations,
      all: (goals, scope, bound, next) => this.#all(goals, 0, scope, bound, next),
      commit: (goals, scope, bound, next) => this.#commit(goals, scope, bound, next),
    }
  }

  /**
   * Returns the condition under which a rule holds for operands. Goals that only the machine can
   * evaluate are opaque in it.
   * @param rule - The name of the rule.
   * @param span - The position for errors.
   */
  derive(rule: string, args: readonly Operand[], span: Span): Condition {
    this.#size = 0
    this.#copies = 0
    if (!this.policy.rules.has(rule)) {
      return opaqueCall(
        rule,
        args,
        span,
        new BeyondConditions('undefined-rule', `the policy has no rule ${rule}`, undefined),
      )
    }
    return this.#calls.rules(rule, args, span, decided)
  }

  #grow(at: Expression): void {
    if (++this.#size > maxSize) throw new BeyondConditions('too-large', 'the condition is too large', at)
  }

  #copy(): void {
    if (++this.#copies > maxCopies)
      throw new BeyondConditions('too-large', 'too many alternatives repeat a part of the condition', undefined)
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
      case 'unify':
        return onward(this.#unifier.unifyExpressions(goal.left, goal.right, scope, bound, goal.span), next)
      case 'assign': {
        const left = bound.resolve(this.#evaluator.variable(goal.left.name, scope))
        if (left.kind !== 'unknown' || bound.isLinked(left.unknown) || bound.isAwaited(left.unknown))
          throw new BeyondConditions('assignment', '`:=` to a variable that has a value', goal)
        return onward(this.#unifier.unifyExpressions(goal.left, goal.right, scope, bound, goal.span), next)
      }
      case 'compare': {
        const left = this.#evaluator.term(goal.left, scope, bound)
        if (!has(left, 'term')) return and(...left)
        const right = this.#evaluator.term(goal.right, scope, left.bound)
        if (has(right, 'term')) return this.#compare(goal, left.term, right.term, right.bound, next)
        return and(...this.#unifier.reads(left.term, left.bound, goal.span), ...right)
      }
      case 'in':
        return this.#membership.derive(goal, scope, bound, next)
      case 'matches': {
        const value = this.#evaluator.term(goal.value, scope, bound)
        if (!has(value, 'term')) return and(...value)
        const reads = this.#unifier.reads(value.term, value.bound, goal.span)
        return and(...reads, onward(this.#unifier.match(value.term, goal.pattern, scope, value.bound), next))
      }
      case 'call':
        return this.#calls.derive(goal, scope, bound, next)
      case 'boolean':
        return goal.value ? next(bound) : FALSE
      case 'variable':
      case 'dot': {
        const evaluated = this.#evaluator.term(goal, scope, bound)
        if (!has(evaluated, 'term')) return and(...evaluated)
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

  /** If the arms bind nothing for the continuation, they count once; otherwise it is derived behind each arm. */
  #any(arms: readonly Expression[], goal: Expression, scope: Scope, bound: Substitution, next: Next): Condition {
    const shared = [...occurrences(goal)].filter(([name, count]) => this.#isShared(name, count, scope, bound))
    if (shared.length === 0) return countedOnce(bound, next, (end) => this.#alternatives(arms, scope, bound, end))
    const terms = shared.map(([name]) => this.#evaluator.variable(name, scope))
    return this.#alternatives(arms, scope, bound, this.#once(terms, bound, goal.span, next))
  }

  /** Returns a continuation that alternatives which may bind `terms` share. */
  #once(terms: readonly Symbolic[], bound: Substitution, span: Span, next: Next): Next {
    return shareContinuation(this.schema, this.#definitions, terms, bound, span, next, () => this.#copy())
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
      if (solutions.length === 1 && (solution === bound || (hasOneSolution(goal) && !hasSearched(bound, solution)))) {
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
      const found = this.#all(rest, 0, scope, bound, (end) => {
        if (end.waitsLike(bound)) return TRUE
        throw new BeyondConditions(
          'cut',
          '`cut` keeps the first of several solutions, which depend on an unbound variable',
          goal,
        )
      })
      if (canFail(this.schema, found))
        throw new BeyondConditions('cut', '`cut` follows alternatives of which one can be an error', goal)
      return { condition: and(...conditions, found), bound }
    }
    return { condition: and(...conditions), bound }
  }

  /** Returns whether some goals bind a variable that also occurs outside them. */
  #isShared(name: string, count: number, scope: Scope, bound: Substitution): boolean {
    return !this.schema.isName(name) && count < scope.occurrences.get(name)! && this.#isOpen(name, scope, bound)
  }

  /** Returns whether a variable can still be bound. */
  #isOpen(name: string, scope: Scope, bound: Substitution): boolean {
    return !isGround(this.#evaluator.variable(name, scope), bound)
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
        return and(...asked.map(({ when }) => (when ? not(when) : FALSE)), ...unanswered(bound, end))
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
}
