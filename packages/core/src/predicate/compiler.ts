import { absorb } from '../condition/absorb.js'
import type { And, Condition, Definition, In, Operand, Or, Ref, Some, Variable } from '../condition/condition.js'
import { and, or } from '../condition/construct.js'
import { partsOf } from '../condition/cost.js'
import { isSameOperand } from '../condition/factor.js'
import { canFail, Fallible } from '../condition/fallible.js'
import { gather, isSame } from '../condition/gather.js'
import { settledBody } from '../condition/simplify.js'
import { operandType, unknownType } from '../condition/type.js'
import { partsIn } from '../condition/visit.js'
import type { Schema } from '../schema/schema.js'
import { Budget } from './budget.js'
import { type TextTest, textsOf } from './choices.js'
import type { Meaning } from './meaning.js'

/**
 * A compiled condition. Returns true or false; in any other case it throws `bail`, and the machine
 * takes over.
 */
export interface Predicate {
  (actor: unknown, action: unknown, resource: unknown): boolean
  readonly many?: DecideMany
}

/**
 * Decides consecutive resources of one class, beginning at `from`.
 * @returns The index at which it stopped: a resource of another class, or one for the machine.
 */
export type DecideMany = (
  actor: unknown,
  action: unknown,
  resources: readonly unknown[],
  from: number,
  answers: (boolean | undefined)[],
) => number

/** Compiles a condition to a function. */
export type CompilePredicate = (condition: Condition, meaning: Meaning) => Predicate

/** Like `Predicate`, but awaits the values that it reads. */
export type WaitingPredicate = (actor: unknown, action: unknown, resource: unknown, arrive: Arrive) => Promise<boolean>

/**
 * Returns the value to await in place of a promise or a missing attribute. Bails out if there is
 * none.
 */
export type Arrive = (value: unknown, object: unknown, name: string) => unknown

/** Decides the checks of known classes and actions; undefined for any other. */
export type Dispatch = (actor: unknown, action: unknown, resource: unknown) => boolean | undefined

/** Predicates by the class of the actor, the class of the resource, and the action. */
export type PredicatesOfClasses = readonly (readonly [
  actor: unknown,
  resource: unknown,
  predicates: readonly (readonly [action: string, predicate: Predicate])[],
])[]

/** A back end: compiles conditions to functions. */
export interface BackEnd {
  readonly compile: CompilePredicate
  /** Returns one function for many predicates, which finds them faster than a table. */
  readonly dispatch?: (predicates: PredicatesOfClasses) => Dispatch | undefined
  /**
   * Compiles a condition to a function that waits. Returns undefined if it can't; omitted by back
   * ends without such functions.
   */
  readonly compileWaiting?: (condition: Condition, meaning: Meaning) => WaitingPredicate | undefined
}

/** Returns a function that makes the budget of an evaluation. */
export function budgetFor(condition: Condition, { limits }: Meaning): () => Budget {
  return Budget.of(limits, partsOf(condition))
}

/** A condition compiled by a back end. */
export interface Compiled<Code> {
  readonly test: Code
  /**
   * Evaluates the solutions after the first one, and bails out if one is an error: the test is
   * already true. The machine tries the next solution of a goal when a later goal fails, so an error
   * in it counts then. Undefined if no later solution can be an error.
   */
  readonly rest: Code | undefined
}

/** One round of a definition whose recursive call is a tail call. */
export interface Round<Code> {
  /** If true, the result is true. */
  readonly found: Code
  /** If false, the result is false; otherwise there is another round. */
  readonly guard: Code
  /** The arguments of the next round. */
  readonly args: readonly Operand[]
}

/** A condition without others in it. */
export type Leaf =
  | Exclude<Condition, { kind: 'and' | 'or' | 'not' | 'some' | 'ref' | 'failure' }>
  | { readonly kind: 'failure' }

/**
 * The part shared by all back ends. It decides the order of evaluation, the conditions that share a
 * loop, and the solutions evaluated for their errors.
 */
export abstract class Compiler<Code> {
  readonly schema: Schema
  /** Whether an evaluation counts its steps. */
  readonly counts: boolean
  readonly #fallible = new Fallible()

  constructor(schema: Schema, counts: boolean) {
    this.schema = schema
    this.counts = counts
  }

  protected abstract leaf(condition: Leaf): Code
  protected abstract not(of: Code): Code
  /** Evaluates code for its errors, and is false. */
  protected abstract never(code: Code): Code
  /** Evaluates tests from left to right until one is false. */
  protected abstract all(tests: readonly Code[]): Code
  protected abstract or(arms: readonly Code[]): Code
  /** Compares one operand with several texts. */
  protected abstract texts(tests: readonly TextTest[]): Code
  /** Evaluates every arm, whatever the others return. */
  protected abstract orAll(arms: readonly Code[]): Code
  /**
   * Evaluates several successive quantifiers over one collection in one pass.
   * @param canFail - Whether an element can be an error: then errors that an earlier arm would
   * still reach count.
   */
  protected abstract loop(arms: readonly Some[], canFail: boolean): Compiled<Code>
  protected abstract ref(condition: Ref): Compiled<Code>

  compile(condition: Condition): Compiled<Code> {
    switch (condition.kind) {
      case 'and':
        return this.#conjunction(condition.of.map((one) => this.compile(one)))
      case 'or':
        return this.#alternatives(condition)
      case 'not':
        return once(this.not(this.compile(condition.of).test))
      case 'some':
      case 'in':
        return this.#run([condition])
      case 'ref': {
        const called = this.ref(condition)
        return this.#canFail(condition) ? called : once(called.test)
      }
      case 'opaque':
        // The machine was run for one solution; if more matter, it evaluates the whole query.
        return { test: this.leaf(condition), rest: this.leaf({ kind: 'failure' }) }
      default:
        return once(this.leaf(condition))
    }
  }

  /** Returns the condition of a definition. */
  protected bodyOf(definition: Definition): Condition {
    return gather(
      this.schema,
      definition.recursive ? absorb(this.schema, definition) : settledBody(this.schema, definition),
    )
  }

  /** Returns one round of a definition that is a loop; undefined for any other definition. */
  protected round(definition: Definition): Round<Code> | undefined {
    const condition = this.bodyOf(definition)
    if (condition.kind !== 'or') return undefined
    const last = condition.of.at(-1)!
    const goals = last.kind === 'and' ? last.of : [last]
    const again = goals.at(-1)!
    if (again.kind !== 'ref' || again.definition !== definition) return undefined
    const guard = this.compile(and(...goals.slice(0, -1)))
    if (guard.rest) return undefined
    return { found: this.compile(or(...condition.of.slice(0, -1))).test, guard: guard.test, args: again.args }
  }

  /** Compiles alternatives. Neighbors that compare one operand with texts become one test. */
  #alternatives(condition: Or): Compiled<Code> {
    const arms: Condition[] = []
    for (let at = 0; at < condition.of.length; ) {
      const texts = textsOf(condition.of.slice(at))
      const end = at + Math.max(1, texts.length)
      arms.push(texts.length > 1 ? { ...condition, of: texts } : condition.of[at]!)
      at = end
    }
    // A value that is an error for one text is an error for all.
    if (arms.length === 1) return once(this.texts(textsOf(condition.of)))
    const parts = segmentsOf(arms).flatMap((segment) =>
      segment.isInterleaved
        ? [{ code: this.#interleaved(segment.runs), conditions: segment.runs.flat() }]
        : segment.runs.map((run) => ({ code: this.#run(run), conditions: run })),
    )
    return this.#disjunction(parts)
  }

  /** @param between - Evaluated for its errors if the first part is false. */
  #disjunction([first, ...others]: readonly Part<Code>[], between?: Code): Compiled<Code> {
    if (others.length === 0) return first!.code
    const errors = between === undefined ? [] : [between]
    const fallible = others.filter(({ conditions }) => conditions.some((one) => this.#canFail(one)))
    return {
      test: this.or([
        first!.code.test,
        ...errors.map((one) => this.never(one)),
        ...others.map(({ code }) => code.test),
      ]),
      rest: this.#each([...restsOf([first!.code]), ...errors, ...fallible.map(({ code }) => this.whole(code))]),
    }
  }

  /**
   * Compiles alternatives that begin with the same condition, which is evaluated once. If the first of them is false, the
   * later solutions of that condition come before the others.
   */
  #beginningAlike(arms: readonly And[]): Compiled<Code> {
    const begin = this.compile(arms[0]!.of[0]!)
    const [first, ...others] = arms.map(({ of }) => and(...of.slice(1)))
    const parts = [[first!], others].map((conditions) => ({ code: this.compile(or(...conditions)), conditions }))
    const { test, rest } = this.#disjunction(parts, begin.rest)
    return { test: this.all([begin.test, test]), rest }
  }

  /**
   * Compiles alternatives in another order. All of them are evaluated, so that an error ends the evaluation wherever
   * it is.
   */
  #interleaved(runs: readonly (readonly Condition[])[]): Compiled<Code> {
    const parts = runs.map((run) => this.#run(run))
    const rests = parts.filter(({ rest }) => rest !== undefined).map((part) => this.whole(part))
    return { test: this.orAll(parts.map(({ test }) => test)), rest: this.#each(rests) }
  }

  /** Compiles neighboring arms over one collection to one loop, and those that begin alike to one condition. */
  #run(run: readonly Condition[]): Compiled<Code> {
    const [first] = run
    // Sound: arms of other kinds are alone.
    if (first?.kind === 'and' && run.length > 1) return this.#beginningAlike(run as readonly And[])
    if (first?.kind === 'some') {
      const arms = run as readonly Some[]
      return this.loop(
        arms,
        arms.some((arm) => this.#canFail(arm.where)),
      )
    }
    if (first?.kind !== 'in') return this.compile(first!)
    if (!isLiteral(first.item)) return once(this.leaf(first))
    // The elements are of unknown type: any of them may be a promise, or missing.
    const { test } = this.loop(
      (run as readonly In[]).map((one) => quantified(one, this.schema)),
      true,
    )
    return once(test)
  }

  /**
   * Evaluates parts from left to right. If one is false, the later solutions of those before it are
   * evaluated for errors.
   */
  #conjunction(parts: readonly Compiled<Code>[]): Compiled<Code> {
    let tests: Code[] = []
    for (const { test, rest } of [...parts].reverse()) {
      if (rest === undefined || tests.length === 0) tests.unshift(test)
      else tests = [test, this.or([this.all(tests), this.never(rest)])]
    }
    return { test: this.all(tests), rest: this.#each(restsOf(parts)) }
  }

  /** Evaluates every solution: the first one, and those after it if there is one. */
  protected whole({ test, rest }: Compiled<Code>): Code {
    return rest === undefined ? test : this.all([test, this.not(this.never(rest))])
  }

  #each(codes: readonly Code[]): Code | undefined {
    return codes.length === 0 ? undefined : this.orAll(codes)
  }

  #canFail(condition: Condition): boolean {
    return canFail(this.schema, condition, this.#fallible)
  }
}

/** An alternative, with the conditions that it was compiled from. */
interface Part<Code> {
  readonly code: Compiled<Code>
  readonly conditions: readonly Condition[]
}

function once<Code>(test: Code): Compiled<Code> {
  return { test, rest: undefined }
}

function restsOf<Code>(parts: readonly Compiled<Code>[]): readonly Code[] {
  return parts.flatMap(({ rest }) => (rest === undefined ? [] : [rest]))
}

/** Neighboring alternatives, as runs over one collection each. */
interface Segment {
  readonly runs: readonly (readonly Condition[])[]
  /** Whether the runs have alternatives in another order. */
  readonly isInterleaved: boolean
}

/**
 * Divides alternatives into segments. Where searches of one collection stand between searches of others, as with
 * each role of a person that two tables can give, they become one run.
 */
function segmentsOf(arms: readonly Condition[]): readonly Segment[] {
  const [from, to] = interleavedIn(arms)
  if (to - from < 2 || !arms.slice(from, to + 1).every(isSearch)) return [{ runs: runsOf(arms), isInterleaved: false }]
  const runs: Condition[][] = []
  for (const arm of arms.slice(from, to + 1)) {
    const run = runs.find(([first]) => isSameLoop(first!, arm))
    if (run) run.push(arm)
    else runs.push([arm])
  }
  return [
    { runs: runsOf(arms.slice(0, from)), isInterleaved: false },
    { runs, isInterleaved: true },
    ...segmentsOf(arms.slice(to + 1)),
  ]
}

/** Returns the first and the last place of the first alternatives that others stand between; -1 without any. */
function interleavedIn(arms: readonly Condition[]): readonly [from: number, to: number] {
  const lastOf = (at: number): number => arms.findLastIndex((one, place) => place >= at && isSameLoop(arms[at]!, one))
  const from = arms.findIndex(
    (arm, at) => lastOf(at) > at && arms.slice(at, lastOf(at)).some((one) => !isSameLoop(arm, one)),
  )
  if (from < 0) return [-1, -1]
  let to = lastOf(from)
  for (let at = from; at <= to; at++) to = Math.max(to, lastOf(at))
  return [from, to]
}

/** Returns whether a condition is a search, or a test, that is cheap enough to be evaluated although another one is true. */
function isSearch(condition: Condition): boolean {
  return condition.kind !== 'ref' && condition.kind !== 'opaque' && partsIn(condition).every(isSearch)
}

/** Groups neighboring arms that range over one collection, or begin alike; any other arm is a group of its own. */
function runsOf(arms: readonly Condition[]): readonly (readonly Condition[])[] {
  const runs: Condition[][] = []
  for (const arm of arms) {
    const last = runs.at(-1)
    if (last && (isSameLoop(last[0]!, arm) || beginWithSame(last[0]!, arm))) last.push(arm)
    else runs.push([arm])
  }
  return runs
}

function beginWithSame(one: Condition, other: Condition): boolean {
  return one.kind === 'and' && other.kind === 'and' && isSame(one.of[0]!, other.of[0]!)
}

function isSameLoop(one: Condition, other: Condition): boolean {
  if (one.kind === 'some' && other.kind === 'some') return isSameOperand(one.from, other.from)
  if (one.kind !== 'in' || other.kind !== 'in' || !isLiteral(one.item) || !isLiteral(other.item)) return false
  return isSameOperand(one.list, other.list)
}

/** Returns `literal in list` as a quantifier. */
function quantified({ item, list, span }: In, schema: Schema): Some {
  const { scalar } = operandType(schema, list)
  const each: Variable = { kind: 'variable', name: 'element', model: undefined, type: { ...unknownType, scalar } }
  const element: Operand = { kind: 'path', root: each, steps: [] }
  return {
    kind: 'some',
    each,
    from: list,
    where: { kind: 'compare', operator: '=', left: element, right: item, span },
    span,
  }
}

/**
 * Returns whether an operand is a text, a number, a boolean or nil: equal only to itself, apart
 * from objects.
 */
export function isLiteral(operand: Operand): operand is Extract<Operand, { kind: 'value' }> {
  return operand.kind === 'value' && isPlainLiteral(operand.value)
}

/** Returns whether a value is a text, a number, a boolean or nil. */
export function isPlainLiteral(value: unknown): value is string | number | boolean | null {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && !Number.isNaN(value))
  )
}
