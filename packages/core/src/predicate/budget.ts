import { QueryError } from '../errors.js'
import { type Account, unitsPerMillisecond, unitsPerStep } from '../text/account.js'
import { bailOut } from './bail.js'

/** What an evaluation may use; the machine, which has the same limits, says which of them is passed. */
export interface BudgetLimits {
  readonly steps: number
  /** Milliseconds. */
  readonly syncTime: number
}

/** Calls of recursive definitions within each other, before the machine takes over: it needs no stack. */
const maxDepth = 1_000
/** So many calls of recursive definitions cost less than remembering their answers. */
const untabledCalls = 1_000
/** So many loops in loops are as fast as remembering their answers. */
const fewLoops = 1
/** Between two looks at the clock; steps that have more parts are fewer. */
const stepsBetweenLooks = 256
const partsBetweenLooks = 1_000_000

/** What a limit that is passed throws. */
export type EndEvaluation = (limit: keyof BudgetLimits, limits: BudgetLimits) => never

/** Ends an evaluation by the error of the limit. */
export const limitError: EndEvaluation = (limit, { steps, syncTime }) => {
  const hint = 'a query that needs more can be given more: see `limits`'
  if (limit === 'steps') throw new QueryError('step-limit', `The query takes more than ${steps} steps.`, { hint })
  throw new QueryError('time-limit', `The query computes for more than ${syncTime} ms.`, { hint })
}

/** As `limitError` for time; for steps, the machine counts again, which needs others. */
export const bailForSteps: EndEvaluation = (limit, limits) =>
  limit === 'steps' ? bailOut() : limitError(limit, limits)

/** A call of a recursive definition, or all rounds of one that is a loop, and the answer once it is known. */
export interface TabledCall {
  answer: boolean | undefined
}
/** By the last argument. */
export type TabledCalls = Map<unknown, TabledCall>
/** By what comes before it, one after the other: the definition, and the other arguments. */
type Table = Map<unknown, unknown>

/**
 * What one evaluation of a predicate has used. Steps are elements of collections that were looked at, and calls of recursive
 * definitions. Where it has used up what it may, it bails out. Answers of recursive definitions are remembered once there have
 * been many of them: what was quadratic or worse is linear then, and data that go round in a circle are noticed. Each evaluation
 * has its own.
 */
export class Budget implements Account {
  /** What predicates count themselves: steps that were taken, and how many there are when it looks at the clock again. */
  steps = 0
  mark: number
  // No `#`: there is one of these for each evaluation, and making private fields takes longer than many a decision.
  private readonly limits: BudgetLimits
  private readonly end: EndEvaluation
  /** Steps between two looks at the clock. */
  private readonly slice: number
  private since: number | undefined = undefined
  private depth = 0
  private calls = 0
  private nested = 0
  private tables: Table | undefined = undefined

  constructor(limits: BudgetLimits, slice: number, mark: number, end: EndEvaluation) {
    this.limits = limits
    this.end = end
    this.slice = slice
    this.mark = mark
  }

  /**
   * What begins the account of an evaluation.
   * @param parts - How many parts of a condition a step can take.
   * @param end - Throws when a limit is passed.
   */
  static of(limits: BudgetLimits, parts: number, end: EndEvaluation = bailForSteps): () => Budget {
    const slice = Math.min(stepsBetweenLooks, Math.ceil(partsBetweenLooks / parts))
    const mark = Math.min(slice, limits.steps)
    return () => new Budget(limits, slice, mark, end)
  }

  spend(steps: number): void {
    this.steps += steps
    if (this.steps > this.mark) this.look()
  }

  /** Pays for a method of a text, a list or a pattern. */
  charge(units: number): void {
    if (units < unitsPerStep) return
    if (units > this.limits.syncTime * unitsPerMillisecond) this.end('syncTime', this.limits)
    this.spend(Math.ceil(units / unitsPerStep))
  }

  /** Before the machine is asked, which can take long. */
  ask(): void {
    this.steps++
    this.look()
  }

  /** Where more steps have been taken than the mark says. */
  look(): void {
    if (this.steps > this.limits.steps) this.end('steps', this.limits)
    const now = Date.now()
    this.since ??= now
    if (now - this.since > this.limits.syncTime) this.end('syncTime', this.limits)
    this.mark = Math.min(this.steps + this.slice, this.limits.steps)
  }

  /** Begins a call of a recursive definition. @returns how many calls there may still be before answers are remembered */
  enter(): number {
    if (++this.depth > maxDepth) bailOut()
    this.spend(1)
    return untabledCalls - this.calls++
  }

  /**
   * As `enter`, for a definition that is a loop. A loop in the rounds of another one comes by the same places again and again:
   * after a few times its answers are remembered at once.
   */
  enterRounds(): number {
    const untabled = this.enter()
    return this.depth > 1 && ++this.nested > fewLoops ? 0 : untabled
  }

  /** The call with these arguments; what is asked again while it is not yet answered goes round in a circle. */
  call(definition: unknown, args: readonly unknown[]): TabledCall {
    const calls = this.table(definition, args.slice(0, -1))
    const last = args[args.length - 1]
    const known = calls.get(last)
    if (known !== undefined) return known.answer === undefined ? bailOut() : known
    const call: TabledCall = { answer: undefined }
    calls.set(last, call)
    return call
  }

  /** Ends a call. */
  leave(call: TabledCall | undefined, answer: boolean): boolean {
    this.depth--
    if (call !== undefined) call.answer = answer
    return answer
  }

  /** Begins to remember the rounds of a loop: their answer is one. */
  rounds(): TabledCall {
    return { answer: undefined }
  }

  /** The answer of one more round, where it is known: a loop that comes back to where it was has found nothing. */
  round(calls: TabledCalls, last: unknown, rounds: TabledCall): boolean | undefined {
    this.spend(1)
    const known = calls.get(last)
    if (known === undefined) {
      calls.set(last, rounds)
      return undefined
    }
    return known === rounds ? false : (known.answer ?? bailOut())
  }

  /** Ends a call that went round: the last round's answer is that of all. */
  leaveRounds(count: number, rounds: TabledCall | undefined, answer: boolean): boolean {
    this.depth--
    this.calls += count
    this.spend(count)
    if (rounds !== undefined) rounds.answer = answer
    return answer
  }

  /** The calls of a definition with these arguments, by the one behind them. */
  table(definition: unknown, args: readonly unknown[]): TabledCalls {
    this.tables ??= new Map()
    let table = entryOf(this.tables, definition)
    for (let at = 0; at < args.length; at++) table = entryOf(table, args[at])
    // what is as deep as this is by the last argument
    return table as TabledCalls
  }
}

/** How many elements of a collection are looked at between two looks at the clock: a power of two. */
export const elementsBetweenLooks = 256

/**
 * The budget of evaluations that seldom need one: it begins when something is charged first, or a collection turns out to be long.
 * Evaluations do not wait, so there is one at a time; one that begins within another, in a getter of the application, ends the
 * account of that one early.
 */
export class LateBudget implements Account {
  private readonly begin: () => Budget
  private budget: Budget | undefined = undefined
  /** Whether a predicate takes anything from it. */
  isUsed = false

  constructor(begin: () => Budget) {
    this.begin = begin
  }

  /** When an evaluation begins. */
  reset(): void {
    if (this.budget !== undefined) this.budget = undefined
  }

  charge(units: number): void {
    if (units < unitsPerStep) return
    this.budget ??= this.begin()
    this.budget.charge(units)
  }

  /** When as many elements of a collection have been looked at as there are between two looks. */
  look(): void {
    this.budget ??= this.begin()
    this.budget.spend(elementsBetweenLooks)
    this.budget.look()
  }
}

function entryOf(table: Table, key: unknown): Table {
  let entry = table.get(key)
  if (entry === undefined) {
    entry = new Map()
    table.set(key, entry)
  }
  // what is above the last argument leads on
  return entry as Table
}
