import { QueryError } from '../errors.js'
import { chargeOuter } from '../machine/state/evaluation.js'
import type { Account } from '../text/account.js'
import { entryOf } from '../values/entryOf.js'
import type { Decision } from '../values/semantics.js'
import { bailOut } from './bail.js'

/**
 * The limits of an evaluation. The machine has the same ones, and reports which of them is
 * exceeded.
 */
export interface BudgetLimits {
  readonly steps: number
  /** Milliseconds. */
  readonly syncTime: number
}

/** The depth of recursive calls at which the machine takes over: it needs no stack. */
const maxDepth = 1_000
/** Up to this number of recursive calls, memoizing results costs more than it saves. */
const untabledCalls = 1_000
/** Up to this depth of recursive calls, detecting cycles costs more than it saves. */
const untabledDepth = 250
/** Up to this number of nested loops, running them is as fast as memoizing their results. */
const fewLoops = 1
/** Steps between two checks of the time; fewer if a step has many parts. */
const stepsBetweenLooks = 256
const partsBetweenLooks = 1_000_000

/** Throws for an exceeded limit. */
export type EndEvaluation = (limit: keyof BudgetLimits, limits: BudgetLimits) => never

/** Throws the error of the limit. */
export const limitError: EndEvaluation = (limit, { steps, syncTime }) => {
  const isSteps = limit === 'steps'
  const excess = isSteps ? `takes more than ${steps} steps` : `computes for more than ${syncTime} ms`
  throw new QueryError(isSteps ? 'step-limit' : 'time-limit', `The query ${excess}.`, {
    hint: 'raise `limits`',
  })
}

/** Throws as `limitError` for time. For steps it bails out: the machine counts other steps. */
export const bailForSteps: EndEvaluation = (limit, limits) =>
  limit === 'steps' ? bailOut() : limitError(limit, limits)

/** A call of a recursive definition, or all rounds of a loop. */
export class TabledCall {
  /** Whether it has its result; otherwise it is open. */
  isOver = false
  answer: Decision = undefined
  /** Whether it was met below itself. */
  isMet = false
  /** The place of the outermost open call that the result rests on; infinite if there is none. */
  rest: number = Number.POSITIVE_INFINITY
  /** Whether the result has rested on a call that turned out not to be false. */
  isForgotten = false

  /**
   * @param at - Its place among the open calls.
   * @param earlier - The number of provisional results when it began.
   * @param outerRest - The `rest` of the call around it when it began.
   */
  constructor(
    readonly at: number,
    readonly earlier: number,
    readonly outerRest: number,
  ) {}
}
/** The result of an open call below itself: that is how the least fixpoint begins. */
const metBelowItself: TabledCall = /* @__PURE__ */ overAndFalse()

function overAndFalse(): TabledCall {
  return Object.assign(new TabledCall(-1, 0, 0), { isOver: true, answer: false })
}

/** Calls by their last argument. */
export type TabledCalls = Map<unknown, TabledCall>
/**
 * Nested maps with a level for each key before the last argument: the definition, and the other
 * arguments.
 */
type Table = Map<unknown, unknown>

/**
 * Counts the steps of evaluations that take few: visited elements of long collections, and the cost of methods. If a
 * limit is exceeded, the evaluation ends. Evaluations are synchronous, so there is one at a time. One that begins within
 * another, in a getter of the application, resets the outer count early.
 */
export class Meter implements Account {
  /** The steps taken, and the number of steps at the next check of the time; predicates count, too. */
  steps = 0
  mark: number
  // No `#`: nested evaluations make these, and private fields take longer to make than many a
  // decision.
  protected since: number | undefined = undefined

  /** @param end - Throws if a limit is exceeded. */
  constructor(
    readonly limits: BudgetLimits,
    protected readonly end: EndEvaluation,
    /** Steps between two checks of the time. */
    protected readonly slice: number = stepsBetweenLooks,
  ) {
    this.mark = Math.min(slice, limits.steps)
  }

  /** Begins an evaluation. */
  reset(): void {
    if (this.steps !== 0) this.renew()
  }

  protected renew(): void {
    this.steps = 0
    this.mark = Math.min(this.slice, this.limits.steps)
    this.since = undefined
  }

  spend(steps: number): void {
    this.steps += steps
    if (this.steps > this.mark) this.look()
  }

  endForTime(): never {
    return this.end('syncTime', this.limits)
  }

  /** Checks the limits; called when the steps exceed the mark. */
  look(): void {
    if (this.steps > this.limits.steps) this.end('steps', this.limits)
    chargeOuter(this.slice, this.limits)
    const now = Date.now()
    this.since ??= now
    if (now - this.since > this.limits.syncTime) this.endForTime()
    this.mark = Math.min(this.steps + this.slice, this.limits.steps)
  }
}

/** Visited elements of a collection between two checks of the time: a power of two. */
export const elementsBetweenLooks = 256

/**
 * The resources that one evaluation of a predicate has used. Steps are visited elements of
 * collections and calls of recursive definitions.
 * Results of recursive definitions are memoized once there are many calls. That makes quadratic or
 * worse evaluations linear, and detects cycles in the data: a call below itself is false. A result that
 * rests on that is provisional until the outer call ends. If it ends as false, the result is final;
 * otherwise it is forgotten, unless it is true.
 * Each evaluation has its own budget: one that has ended is used again.
 */
export class Budget extends Meter {
  private depth = 0
  private calls = 0
  private nested = 0
  private tables: Table | undefined = undefined
  private open = 0
  private rest: number = Number.POSITIVE_INFINITY
  private provisional: TabledCall[] = []
  private isFree = false

  /**
   * Returns a function that begins the budget of an evaluation. The evaluation should end it with
   * `finish`, so that the next one need not make another. One budget is kept for that: without a
   * live object of its shape, each major garbage collection would discard the optimized code of
   * predicates.
   * @param parts - The most parts of a condition that a step can evaluate.
   * @param end - Throws if a limit is exceeded. Default: bails out for steps.
   */
  static of(limits: BudgetLimits, parts: number, end: EndEvaluation = bailForSteps): () => Budget {
    const slice = Math.min(stepsBetweenLooks, Math.ceil(partsBetweenLooks / parts))
    const kept = new Budget(limits, end, slice)
    kept.isFree = true
    return () => {
      if (!kept.isFree) return new Budget(limits, end, slice)
      kept.isFree = false
      return kept
    }
  }

  /** Ends an evaluation: nothing may use its budget afterwards. */
  finish(): void {
    // Most evaluations neither memoize results, nor check the time, nor end early.
    if (this.tables !== undefined || this.since !== undefined || this.depth !== 0) this.renew()
    this.steps = 0
    this.calls = 0
    this.nested = 0
    this.isFree = true
  }

  protected override renew(): void {
    super.renew()
    this.depth = 0
    this.calls = 0
    this.nested = 0
    this.tables = undefined
    this.open = 0
    this.rest = Number.POSITIVE_INFINITY
    this.provisional = []
  }

  /** Counts a step and checks the limits before a call of the machine, which can take long. */
  ask(): void {
    this.steps++
    this.look()
  }

  /**
   * Begins a call of a recursive definition.
   * @returns How many calls are left before results are memoized.
   */
  enter(): number {
    if (++this.depth > maxDepth) bailOut()
    this.spend(1)
    return Math.min(untabledCalls - this.calls++, untabledDepth - this.depth)
  }

  /**
   * As `enter`, for a definition that is a loop. A loop in the rounds of another one reaches the
   * same places again and again: after a few times its results are memoized at once.
   */
  enterRounds(): number {
    const untabled = this.enter()
    return this.depth > 1 && ++this.nested > fewLoops ? 0 : untabled
  }

  /** Returns the call with these arguments, which is over if its result is known, or begins. */
  call(definition: unknown, args: readonly unknown[]): TabledCall {
    const calls = this.table(definition, args.slice(0, -1))
    const last = args[args.length - 1]
    const known = calls.get(last)
    if (known !== undefined && !known.isForgotten) return this.known(known)
    const call = this.begin()
    calls.set(last, call)
    return call
  }

  /** Ends a call. */
  leave(call: TabledCall | undefined, answer: Decision): Decision {
    this.depth--
    if (call !== undefined) this.settle(call, answer)
    return answer
  }

  /** Begins to memoize the rounds of a loop, which share one result. */
  rounds(): TabledCall {
    return this.begin()
  }

  /**
   * Returns the result of one more round, if known. A loop that returns to an earlier round is
   * false.
   */
  round(calls: TabledCalls, last: unknown, rounds: TabledCall): TabledCall | undefined {
    this.spend(1)
    const known = calls.get(last)
    if (known === rounds) return metBelowItself
    if (known !== undefined && !known.isForgotten) return this.known(known)
    calls.set(last, rounds)
    return undefined
  }

  /** Ends the rounds of a loop: the result of the last round is that of all. */
  leaveRounds(count: number, rounds: TabledCall | undefined, answer: Decision): Decision {
    this.depth--
    this.calls += count
    this.spend(count)
    if (rounds !== undefined) this.settle(rounds, answer)
    return answer
  }

  private begin(): TabledCall {
    const call = new TabledCall(this.open++, this.provisional.length, this.rest)
    this.rest = Number.POSITIVE_INFINITY
    return call
  }

  private known(call: TabledCall): TabledCall {
    this.rest = Math.min(this.rest, call.isOver ? call.rest : call.at)
    if (call.isOver) return call
    call.isMet = true
    return metBelowItself
  }

  private settle(call: TabledCall, answer: Decision): void {
    const { provisional, rest } = this
    this.open--
    call.isOver = true
    call.answer = answer
    if (call.isMet && answer !== false)
      for (const one of provisional.slice(call.earlier)) one.isForgotten ||= one.answer !== true
    if (rest < call.at) {
      call.rest = rest
      provisional.push(call)
    } else for (const one of provisional.splice(call.earlier)) one.rest = Number.POSITIVE_INFINITY
    this.rest = Math.min(call.outerRest, call.rest)
  }

  /** Returns the calls of a definition with these leading arguments, by their last argument. */
  table(definition: unknown, args: readonly unknown[]): TabledCalls {
    this.tables ??= new Map()
    // Sound: the maps above the last argument hold maps.
    let table = entryOf(this.tables, definition, newTable) as Table
    for (let at = 0; at < args.length; at++) table = entryOf(table, args[at], newTable) as Table
    // Sound: the maps at this depth are by the last argument.
    return table as TabledCalls
  }
}

function newTable(): Table {
  return new Map()
}
