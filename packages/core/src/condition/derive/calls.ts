import type { Call, Expression, Parameter, Pattern, Rule } from '../../language/ast.js'
import { plainRule } from '../../language/head.js'
import { hasCut, isCut, occurrences } from '../../language/mentions.js'
import type { Span } from '../../language/source.js'
import { has } from '../../own.js'
import type { Policy } from '../../policy/policy.js'
import { areSeparate } from '../../schema/classes.js'
import type { Schema } from '../../schema/schema.js'
import { builtinClasses } from '../../values/builtin.js'
import type { Condition, Operand, OperandType, Path } from '../condition.js'
import { and, FALSE, marked, or, TRUE } from '../construct.js'
import { family, operandType, rowType } from '../type.js'
import { Candidates } from './candidates.js'
import { type Committed, choose, countedOnce, within } from './committed.js'
import type { Definitions } from './definitions.js'
import { type Evaluator, isGround } from './evaluate.js'
import type { Share } from './membership.js'
import { onward, type Unified } from './onward.js'
import { opaqueCall, opaqueGoals } from './opaque.js'
import { BeyondConditions, type Next, Scope, Substitution, type Symbolic } from './terms.js'
import type { Unifier } from './unify.js'

/** The maximum nesting of calls with unbound arguments, which are derived inline. */
const maxInlineDepth = 60

/** The maximum number of classes that a call is divided by: each class has definitions that lead to all the others. */
const maxClasses = 16

/** Derives the goals of a rule's body. */
export interface Goals {
  /** Returns the number of negations around the current goal. */
  negations(): number
  /** Derives goals in order, followed by the continuation. */
  all(goals: readonly Expression[], scope: Scope, bound: Substitution, next: Next): Condition
  /** Derives goals with a `cut` among them. */
  commit(goals: readonly Expression[], scope: Scope, bound: Substitution, next: Next): Committed
}

/** The parts of a deriver that calls use. */
export interface CallContext {
  readonly policy: Policy
  readonly schema: Schema
  readonly evaluator: Evaluator
  readonly unifier: Unifier
  readonly definitions: Definitions
  readonly goals: Goals
  readonly share: Share
  /** Whether conditions are marked with the rules that they come from. */
  readonly origins: boolean
}

/** Derives calls of rules. */
export class Calls {
  readonly #candidates: Candidates
  readonly #heads: Heads
  #inline = 0

  constructor(private readonly context: CallContext) {
    this.#candidates = new Candidates(context.policy, context.schema)
    this.#heads = new Heads(context.evaluator, context.unifier)
  }

  /** Derives a call, followed by the continuation. */
  derive(goal: Call, scope: Scope, bound: Substitution, next: Next): Condition {
    if (goal.keywords.length > 0) throw new BeyondConditions('keywords', 'keyword arguments', goal)
    if (!this.context.policy.rules.has(goal.name))
      throw new BeyondConditions('undefined-rule', `the policy has no rule ${goal.name}`, goal)
    const args: Symbolic[] = []
    let from = bound
    for (const arg of goal.args) {
      const evaluated = this.context.evaluator.term(arg, scope, from)
      if (!has(evaluated, 'term'))
        return and(...args.flatMap((term) => this.context.unifier.reads(term, from, goal.span)), ...evaluated)
      const term = evaluated.bound.resolve(evaluated.term)
      from = term.kind === 'unknown' ? evaluated.bound.link(term.unknown) : evaluated.bound
      args.push(term)
    }
    // Arguments are read before any rule is evaluated, even if no rule depends on them.
    const reads = args.flatMap((term) => this.context.unifier.reads(term, from, goal.span))
    const operands = args.flatMap((term) => (term.kind === 'operand' ? [term.operand] : []))
    const defined = operands.length === args.length ? this.#define(goal.name, operands, goal.span) : undefined
    if (defined) return and(...reads, defined, next(from))
    const inline = (end: Next): Condition => this.#inlineCall(goal, args, from, end)
    return and(...reads, args.every((term) => isGround(term, from)) ? countedOnce(from, next, inline) : inline(next))
  }

  /**
   * Derives a call that may bind its arguments: each rule in order, followed by the continuation.
   */
  #inlineCall(goal: Call, args: readonly Symbolic[], bound: Substitution, next: Next): Condition {
    if (++this.#inline > maxInlineDepth)
      throw new BeyondConditions('recursion', 'a recursive call with unbound arguments', goal)
    try {
      const types = args.map((term) =>
        term.kind === 'operand' ? operandType(this.context.schema, term.operand) : undefined,
      )
      const rules = this.#candidates.of(goal.name, args, types)
      const after: Next = this.context.origins ? (end) => marked(next(end), 'rest') : next
      const rest = rules.length > 1 ? this.context.share(args, bound, goal.span, after) : after
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
    if (!this.context.origins) return derived
    if (!has(derived, 'guard')) return marked(derived, rule)
    const { guard, rest } = derived
    return { guard: guard.kind === 'true' ? guard : marked(guard, rule), rest: marked(rest, rule) }
  }

  #plainRule(rule: Rule, args: readonly Symbolic[], bound: Substitution, next: Next): Condition | Committed {
    const { parameters, goals } = plainRule(rule)
    const scope = new Scope(occurrences(...parameters, ...goals))
    const steps = this.#heads.steps(parameters, args, scope)
    if (!goals.some(isCut))
      return inOrder(steps, 0, bound, (inner) => this.context.goals.all(goals, scope, inner, next))
    if (bound.waiting.some(({ at }) => at.kind === 'in'))
      throw new BeyondConditions('cut', '`cut` follows an unknown list', rule.body)
    let head: Substitution | undefined
    const condition = inOrder(steps, 0, bound, (inner) => {
      head = inner
      return TRUE
    })
    return head ? within(condition, this.context.goals.commit(goals, scope, head, next)) : condition
  }

  /**
   * Returns the condition of a call of operands; undefined if the call leaves goals to its caller.
   * A nullable row is compared with nil first, since a rule is derived either for a row or for nil.
   */
  #define(rule: string, args: readonly Operand[], span: Span): Condition | undefined {
    const rows = args.filter(
      (operand) => operand.kind === 'path' && isRowOrNil(operandType(this.context.schema, operand)),
    )
    const [row] = rows
    if (row?.kind !== 'path' || rows.length > 1) return this.#byClass(rule, args, span) ?? this.#refer(rule, args, span)
    const nil: Operand = { kind: 'value', value: null }
    const some: Operand = { ...row, as: { ...operandType(this.context.schema, row), nullable: false } }
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
   * Divides a call by the class of an argument whose class is unknown: the rules for folders are not those for files.
   * Returns undefined if the rules do not divide.
   */
  #byClass(rule: string, args: readonly Operand[], span: Span): Condition | undefined {
    const types = args.map((operand) => operandType(this.context.schema, operand))
    const terms = args.map((operand): Symbolic => ({ kind: 'operand', operand }))
    const at = args.findIndex((operand, index) => operand.kind === 'path' && isUnknown(types[index]!))
    if (at < 0) return undefined
    const rules = this.#candidates.of(rule, terms, types)
    const classes = classesOf(
      this.context.schema,
      rules.map(({ parameters }) => parameters[at]!.pattern),
    )
    if (!classes) return undefined
    const row = args[at] as Path
    const arms: Condition[] = []
    for (const model of classes) {
      const own = this.#refer(rule, args.with(at, { ...row, as: rowType(this.context.schema, model, false) }), span)
      if (!own) return undefined
      arms.push(and({ kind: 'isa', of: row, model, exact: false, span }, own))
    }
    return or(...arms)
  }

  /**
   * Returns a reference to the definition of a call; undefined if the call leaves goals to its
   * caller.
   */
  #refer(rule: string, args: readonly Operand[], span: Span): Condition | undefined {
    const types = args.map((operand) => operandType(this.context.schema, operand))
    return this.context.definitions.refer(rule, args, types, this.context.goals.negations(), span, (inner, end) =>
      this.rules(rule, inner, span, end),
    )
  }

  /**
   * Derives all rules of a call of operands. A rule beyond conditions becomes an opaque arm; if it
   * contains a `cut` or depends on its negation, the whole call becomes opaque: the order of its rules counts.
   */
  rules(rule: string, args: readonly Operand[], span: Span, end: Next): Condition {
    const terms = args.map((operand): Symbolic => ({ kind: 'operand', operand }))
    const types = args.map((operand) => operandType(this.context.schema, operand))
    const rules = this.#candidates.of(rule, terms, types)
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
      if (!(error instanceof BeyondConditions) || error.code === 'negated-recursion') throw error
      if (rule.body && hasCut(rule.body)) throw error
      const { parameters, goals } = plainRule(rule)
      const scope = new Scope(occurrences(...parameters, ...goals))
      const opaque = inOrder(this.#heads.steps(parameters, args, scope), 0, Substitution.empty, (bound) =>
        opaqueGoals(parameters, goals, scope, bound, error),
      )
      return this.#markedWith(rule, opaque)
    }
  }
}

function isUnknown(type: OperandType): boolean {
  return family(type) === undefined && !type.list
}

/** Returns the classes of patterns, if there are several and they are separate; undefined if another pattern is among them. */
function classesOf(schema: Schema, patterns: readonly (Pattern | undefined)[]): readonly string[] | undefined {
  const classes = new Set<string>()
  for (const pattern of patterns) {
    if (pattern?.kind !== 'class pattern' || builtinClasses.has(pattern.tag)) return undefined
    classes.add(pattern.tag)
  }
  return classes.size > 1 && classes.size <= maxClasses && areSeparate(schema, [...classes]) ? [...classes] : undefined
}

function isRowOrNil(type: OperandType): boolean {
  return type.nullable && family(type) === 'row'
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

/** Matches arguments with the heads of rules. */
class Heads {
  constructor(
    private readonly evaluator: Evaluator,
    private readonly unifier: Unifier,
  ) {}

  /**
   * Returns the steps of a head: first the unification of all arguments with the parameters, then
   * the class tests, then the fields of patterns.
   */
  steps(parameters: readonly Parameter[], args: readonly Symbolic[], scope: Scope): readonly HeadStep[] {
    // Each term is created once, because every `_` is a new variable.
    const terms: Symbolic[] = []
    const unify = parameters.map(
      ({ term, span }, index): HeadStep =>
        (bound) => {
          const isNew = term.kind === 'variable' && !scope.unknowns.has(term.name)
          const evaluated = this.evaluator.term(term, scope, bound)
          if (!has(evaluated, 'term')) return { bound, conditions: evaluated }
          terms[index] = evaluated.term
          const arg = bound.resolve(args[index]!)
          // A new variable is bound as an alias of the argument, which is stronger than a
          // unification.
          if (isNew && arg.kind === 'unknown' && evaluated.term.kind === 'unknown')
            return { bound: bound.bind(evaluated.term.unknown, arg), conditions: [] }
          return this.unifier.unify(args[index]!, evaluated.term, evaluated.bound, span)
        },
    )
    const match = (patternOf: (pattern: Pattern) => Pattern | undefined): HeadStep[] =>
      parameters.flatMap(({ pattern }, index): HeadStep[] => {
        const part = pattern && patternOf(pattern)
        return part ? [(bound) => this.unifier.match(terms[index]!, part, scope, bound, true)] : []
      })
    return [...unify, ...match(classPart), ...match(fieldPart)]
  }
}

/** Returns the part of a pattern that reads no field; undefined if it reads fields alone. */
function classPart(pattern: Pattern): Pattern | undefined {
  if (pattern.kind === 'dictionary pattern' || pattern.kind === 'list pattern') return undefined
  return hasFields(pattern) ? { ...pattern, fields: [] } : pattern
}

/** Returns a pattern that reads fields. */
function fieldPart(pattern: Pattern): Pattern | undefined {
  const isRead = pattern.kind === 'dictionary pattern' || pattern.kind === 'list pattern' || hasFields(pattern)
  return isRead ? pattern : undefined
}

function hasFields(pattern: Pattern): pattern is Extract<Pattern, { kind: 'class pattern' }> {
  return pattern.kind === 'class pattern' && (pattern.fields?.length ?? 0) > 0
}
