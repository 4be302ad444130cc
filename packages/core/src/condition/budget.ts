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
/** Between two looks at the clock, where a step is one part of a condition. */
const partsBetweenLooks = 1_000_000

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
export class Budget {
  /** What predicates count themselves: steps that were taken, and how many there are when it looks at the clock again. */
  steps = 0
  mark: number
  // No `#`: there is one of these for each evaluation, and making private fields takes longer than many a decision.
  private readonly limits: BudgetLimits
  /** Steps between two looks at the clock. */
  private readonly slice: number
  private since: number | undefined = undefined
  private depth = 0
  private calls = 0
  private nested = 0
  private tables: Table | undefined = undefined

  constructor(limits: BudgetLimits, slice: number, mark: number) {
    this.limits = limits
    this.slice = slice
    this.mark = mark
  }

  /**
   * What begins the account of an evaluation.
   * @param parts - How many parts of a condition a step can take.
   */
  static of(limits: BudgetLimits, parts: number): () => Budget {
    const slice = Math.ceil(partsBetweenLooks / parts)
    const mark = Math.min(slice, limits.steps)
    return () => new Budget(limits, slice, mark)
  }

  spend(steps: number): void {
    this.steps += steps
    if (this.steps > this.mark) this.look()
  }

  /** Before the machine is asked, which can take long. */
  ask(): void {
    this.steps++
    this.look()
  }

  /** Where more steps have been taken than the mark says. */
  look(): void {
    if (this.steps > this.limits.steps) bailOut()
    const now = Date.now()
    this.since ??= now
    if (now - this.since > this.limits.syncTime) bailOut()
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

function entryOf(table: Table, key: unknown): Table {
  let entry = table.get(key)
  if (entry === undefined) {
    entry = new Map()
    table.set(key, entry)
  }
  // what is above the last argument leads on
  return entry as Table
}
