import type { Expression } from '../../language/ast.js'
import type { Span } from '../../language/source.js'
import type { Account } from '../../text/account.js'
import { abandon, isThenable } from '../../values/thenable.js'
import type { Host } from '../host/host.js'
import type { Running } from './caller.js'
import { Cell } from './cell.js'
import { chargeOuter } from './evaluation.js'
import { endsQuery, placeOf, reported } from './failure.js'
import { Fault } from './fault.js'
import { Choice, type Failure, Frame, type Retry } from './frame.js'
import { closeIterator } from './iteration.js'
import { defaultLimits, type Limits } from './limits.js'
import type { Loop } from './loop.js'
import type { Refuted } from './refuted.js'
import { Replay, unanswered } from './replay.js'
import { pending } from './signal.js'
import { fail, type Step, stop } from './step.js'
import { Suspended, type Suspension, type Undo, wake } from './suspension.js'
import type { Term } from './term.js'
import { Turns } from './turns.js'
import { Variable } from './variable.js'

export type State = 'ready' | 'solution' | 'exhausted' | 'waiting'

/** Up to this many elements, popping one by one is quicker than setting the length of an array. */
const few = 32

function clear(array: unknown[]): void {
  if (array.length > few) array.length = 0
  else while (array.length > 0) array.pop()
}

/** Steps between two readings of the clock. */
const slice = 256

/**
 * The state of one query and the operations of its steps. Nothing recurses: calls are frames on the
 * heap, open alternatives are a stack of choice points, and the trail records the bindings to undo
 * on backtracking.
 */
export class Machine implements Account {
  host: Host
  limits: Limits
  frame: Frame
  readonly trail: (Cell | Undo)[] = []
  readonly choices: Choice[] = []
  state: State = 'ready'
  /** The program that runs, for error messages. */
  program: Running | undefined = undefined
  /** The query, if it is an expression. */
  goal: Expression | undefined = undefined
  /** Number of goals that wait for a variable. */
  suspended = 0
  /** Goals whose variable has been bound; they are proven before the query goes on. */
  woken: Suspension[] | undefined = undefined
  /** Whether promises can be awaited. */
  asynchronous = false
  /** The promise that has to settle before the step can run again. */
  waitingFor: PromiseLike<unknown> | undefined = undefined
  /** The field and its object, if the promise is the value of a field. */
  #field: { readonly of: unknown; readonly name: string } | undefined = undefined
  /** Number of iterators of the application that choice points hold open. */
  iterators = 0
  /** The place in the policy that the current call of the host evaluates. */
  at: Span | undefined = undefined
  /** Whether even a TypeError thrown by the host is the application's own error. */
  raw = false
  /** The errors that the search has met and that still count: they decide a query without a proof. */
  readonly failures: Failure[] = []
  /** The errors that no longer count: a goal that counts once was proven. */
  readonly #dropped: Failure[] = []
  /** Whether a goal that counts once is proven again, as in a query for all solutions. */
  keepsDuplicates = false
  /** Number of calls of recursive predicates so far, and the calls that are known to fail. */
  recursiveCalls = 0
  refuted: Refuted<Failure> | undefined = undefined
  /**
   * Number of calls that failed because they contain themselves whatever the data are, and the last
   * of them.
   */
  stalls = 0
  stalled: Loop | undefined = undefined
  /** Lists and dictionaries that contain no variable. */
  closed: WeakSet<object> = new WeakSet()
  /** Number of calls that failed because they repeat a call around them. */
  loops = 0
  /** The questions of the running step to the host; recorded once the step has had to wait. */
  readonly replay: Replay = new Replay()

  #next: Step = stop
  #serial = 0
  readonly #numbers = new Map<unknown, number>()
  #shown: WeakMap<Variable, Cell> | undefined = undefined
  #stepsLeft: number
  /** Start of the present run, set once it has taken more than one slice. */
  #since: number | undefined = undefined
  #computed = 0

  // Height of the trail to which the running step may be undone, and whether the step runs again.
  #trailAtStep = 0
  #again = false
  #turns: Turns | undefined = undefined

  constructor(host: Host, limits: Limits = defaultLimits) {
    this.host = host
    this.limits = limits
    this.#stepsLeft = limits.steps
    this.frame = new Frame([], undefined, stop, undefined, 0, 0, 0, undefined)
  }

  /**
   * Resets the machine for a new query.
   * @param frame - The frame of the query.
   * @param step - The first step of its goal.
   */
  begin(frame: Frame, step: Step): void {
    clear(this.trail)
    clear(this.choices)
    this.choices.push(new Choice(0, frame, undefined, 0, exhausted, undefined))
    this.frame = frame
    this.suspended = 0
    this.woken = undefined
    this.waitingFor = undefined
    this.iterators = 0
    this.at = undefined
    this.raw = false
    clear(this.failures)
    clear(this.#dropped)
    this.recursiveCalls = 0
    this.refuted = undefined
    this.stalls = 0
    this.stalled = undefined
    this.state = 'ready'
    this.#next = step
    this.#stepsLeft = this.limits.steps
    this.#since = undefined
    this.#computed = 0
    this.#again = false
    this.#field = undefined
    this.#turns = undefined
    // A variable that the application kept has no meaning in another query.
    this.#shown = undefined
    if (this.#numbers.size > 0) this.#numbers.clear()
  }

  /**
   * Searches for the next solution; `state` then holds the outcome.
   * @throws the first error that was met, if there are no more solutions; at once an error that
   * ends the query.
   */
  run(): void {
    let step = this.state === 'solution' ? fail : this.#next
    this.state = 'ready'
    for (;;) {
      let left = Math.min(this.#stepsLeft, slice)
      const from = left
      try {
        if (this.#again) step = this.#rerun(step)
        while (step !== stop && left > 0) {
          step = step(this)
          left--
        }
      } catch (thrown) {
        left--
        step = this.fail(thrown)
      }
      this.#stepsLeft -= from - left
      if (step === stop) {
        this.#pause()
        return
      }
      this.#look(from - left)
    }
  }

  /**
   * Records an error: the path of the search that met it ends.
   * @throws the error if it ends the query.
   */
  fail(thrown: unknown): Step {
    if (this.state === 'exhausted' || endsQuery(thrown)) throw thrown
    this.failures.push({ thrown, frame: this.frame, at: this.at, raw: this.raw })
    this.raw = false
    this.#again = false
    this.replay.abandon()
    return fail
  }

  /** Drops the errors that were met since there were only so many. */
  dropFailures(size: number): void {
    while (this.failures.length > size) {
      // Sound: there is one more.
      const failure = this.failures.pop()!
      if (this.#dropped.length < few) this.#dropped.push(failure)
    }
  }

  /** Returns the places of the errors that a solution has outlived, each once. */
  outlived(): readonly Span[] {
    if (this.failures.length === 0 && this.#dropped.length === 0) return []
    return [...new Set([...this.failures.slice(0, few), ...this.#dropped].flatMap((one) => placeOf(one) ?? []))]
  }

  /**
   * Ends a query that has no more solutions.
   * @throws an error that the search has met.
   */
  exhaust(): Step {
    this.state = 'exhausted'
    if (this.failures.length === 0) return stop
    const { thrown, frame, at, raw } = reported(this.failures)
    this.frame = frame
    this.at = at
    this.raw = raw
    throw thrown
  }

  /**
   * Runs the waiting step again, now that its promise has settled. Each run gets at least one
   * answer further, and repeated questions count as steps. A step therefore can't run again for
   * ever.
   */
  #rerun(step: Step): Step {
    this.#stepsLeft -= 1 + (this.replay.size >> 4)
    if (this.#stepsLeft <= 0) this.#look(0)
    this.replay.again()
    const next = step(this)
    this.#again = false
    if (this.state !== 'waiting') this.replay.begin()
    return next
  }

  /** Counts work inside a step, such as comparing the elements of two long lists. */
  spend(amount: number): void {
    this.#stepsLeft -= amount
    this.#look(amount)
  }

  /**
   * Checks the limits of steps and of computing time.
   * @param steps - The number of steps since the last call.
   * @throws Fault if a limit is exceeded.
   */
  #look(steps: number): void {
    if (this.#stepsLeft <= 0)
      throw new Fault('step-limit', `The query takes more than ${this.limits.steps} steps.`, raise)
    chargeOuter(steps, this.limits)
    const now = Date.now()
    this.#since ??= now
    if (this.#computed + now - this.#since > this.limits.syncTime) this.endForTime()
  }

  /** @throws Fault `time-limit` */
  endForTime(): never {
    throw new Fault('time-limit', `The query computes for more than ${this.limits.syncTime} ms.`, {
      ...raise,
      span: this.at,
    })
  }

  #pause(): void {
    if (this.#since === undefined) return
    this.#computed += Date.now() - this.#since
    this.#since = undefined
  }

  /** Releases everything that a finished query made. */
  release(frame: Frame): void {
    if (this.iterators > 0) this.cut(0)
    clear(this.trail)
    clear(this.choices)
    clear(this.failures)
    clear(this.#dropped)
    this.replay.clear()
    this.frame = frame
  }

  /** Marks the query as proven: `run` returns. */
  solved(): Step {
    this.state = 'solution'
    return stop
  }

  /**
   * Records that a call fails because it contains itself whatever the data are. Such a failure does
   * not decide a negation.
   */
  stall(loop: Loop): void {
    this.stalls++
    this.stalled = loop
  }

  /** Returns a number for a value, always the same for the same value. */
  number(value: unknown): number {
    let number = this.#numbers.get(value)
    if (number === undefined) {
      number = this.#numbers.size
      this.#numbers.set(value, number)
    }
    return number
  }

  // choices

  /** @param at - The index of the next alternative. */
  push(steps: readonly Step[], at = 1): void {
    this.choices.push(new Choice(this.trail.length, this.frame, steps, at, undefined, undefined))
  }

  pushRetry(retry: Retry, data: unknown, trail: number = this.trail.length): void {
    this.choices.push(new Choice(trail, this.frame, undefined, 0, retry, data))
  }

  /** Undoes everything since the last choice point and goes on with its next alternative. */
  backtrack(): Step {
    const choice = this.choices[this.choices.length - 1]!
    this.undo(choice.trail)
    this.woken = undefined
    this.frame = choice.frame
    const steps = choice.steps
    if (steps === undefined) return choice.retry!(this, choice)
    const at = choice.at++
    if (at + 1 === steps.length) this.choices.pop()
    return steps[at]!
  }

  /** Returns the expression of a goal that still waits for a variable, if there is one. */
  pendingNode(): Expression | undefined {
    for (const entry of this.trail)
      if (entry instanceof Suspended && entry.suspension.active) return entry.suspension.constraint.node
    return undefined
  }

  /** Removes all choice points above a height; the bindings made since then remain. */
  cut(height: number): void {
    if (this.choices.length <= height) return
    if (this.iterators > 0) {
      for (let at = this.choices.length - 1; at >= height; at--) this.iterators -= closeIterator(this.choices[at]!)
    }
    if (this.choices.length - height > few) this.choices.length = height
    else while (this.choices.length > height) this.choices.pop()
  }

  undo(height: number): void {
    const trail = this.trail
    while (trail.length > height) {
      const entry = trail.pop()!
      if (entry instanceof Cell) entry.unbind()
      else entry.undo(this)
    }
  }

  // variables

  /** Makes a variable for the running rule. */
  cell(linked: boolean): Cell {
    return new Cell(this.#serial++, linked)
  }

  namedCell(name: string): Cell {
    return new Cell(this.#serial++, false, name)
  }

  /** Returns the variable that represents a cell in the application. */
  variableFor(cell: Cell, name: string = cell.name ?? `_${cell.serial}`): Variable {
    const variable = new Variable(name)
    this.#shown ??= new WeakMap()
    this.#shown.set(variable, cell)
    return variable
  }

  /** Returns a value of the application as a term: a variable of this query becomes its cell. */
  import(value: unknown): Term {
    return value instanceof Variable ? (this.#shown?.get(value) ?? value) : value
  }

  /** The lowest serial of variables made from now on. */
  get serial(): number {
    return this.#serial
  }

  bind(cell: Cell, value: Term): void {
    cell.value = value
    this.trail.push(cell)
    if (cell.goals !== undefined) wake(this, cell.goals)
  }

  /** Records that a variable is known elsewhere. */
  link(cell: Cell): void {
    if (cell.linked) return
    cell.linked = true
    this.trail.push(new Linked(cell))
  }

  /**
   * Returns the step after variables may have been bound: the goals that waited for them, if any,
   * then `next`.
   */
  proceed(next: Step): Step {
    const woken = this.woken
    if (woken === undefined) return next
    this.woken = undefined
    let after = next
    let frame = this.frame
    for (let at = woken.length - 1; at >= 0; at--) {
      const goal = woken[at]!
      frame = new Frame(
        goal.slots,
        frame,
        after,
        undefined,
        this.choices.length,
        frame.depth,
        frame.negations,
        frame.loop,
      )
      after = goal.step
    }
    this.frame = frame
    return after
  }

  /**
   * Enters the frame of a call from the present frame.
   * @throws Fault if calls nest too deep.
   */
  enter(frame: Frame): void {
    if (frame.depth > this.limits.frames) {
      throw new Fault('frame-limit', `Rule calls are nested more than ${this.limits.frames} deep.`, raise)
    }
    this.frame = frame
  }

  // the host

  /** Must be called first in a step that may call the host. */
  asking(): void {
    this.#trailAtStep = this.trail.length
    // A step that runs again keeps its own records.
    if (this.#again) this.#again = false
    else if (this.replay.isRecording) this.replay.begin()
  }

  /**
   * Returns the recorded answer to a question if this step received one before it had to wait;
   * otherwise returns `unanswered`.
   * @param asker - The operand, the call or the kind of question; it must be the same in each run.
   * @param object - The object of the question.
   * @param detail - The name that is read from the object, or the variables of the rule.
   */
  recall(asker: unknown, object: unknown, detail: unknown): unknown {
    return this.asynchronous ? this.replay.recall(asker, object, detail) : unanswered
  }

  /**
   * Takes the answer to the question that was recalled last. For a promise it returns `pending`,
   * and the step has to end in `wait`. The step then runs again and recalls the answer.
   * @throws Fault for a promise in a synchronous query.
   */
  settle(answer: unknown): unknown {
    if (isThenable(answer)) {
      abandon(answer)
      if (!this.asynchronous) throw asyncValue(this.at)
      this.waitingFor = answer
      return pending
    }
    if (this.replay.isRecording) this.replay.answer(answer)
    return answer
  }

  /** Does the same as `settle` for the value of a field. */
  settleField(value: unknown, of: unknown, name: string): unknown {
    const settled = this.settle(value)
    if (settled === pending) this.#field = { of, name }
    return settled
  }

  /** Returns the settled value of a promise among the values, or `pending`. */
  awaited(promise: PromiseLike<unknown>): unknown {
    const known = this.recall(awaiting, promise, undefined)
    return known === unanswered ? this.settle(promise) : known
  }

  /**
   * Ends a step that received `pending`: undoes all its effects and runs it again once the promise
   * has settled.
   */
  wait(step: Step): Step {
    this.undo(this.#trailAtStep)
    this.woken = undefined
    this.#next = step
    this.state = 'waiting'
    return stop
  }

  /** Waits for the promise; afterwards the query can go on. */
  async arrival(): Promise<void> {
    let answer: unknown
    try {
      answer = await this.waitingFor
    } catch (thrown) {
      // any rejection is an error of the application
      this.raw = true
      this.waitingFor = undefined
      this.#field = undefined
      this.#next = this.fail(thrown)
      this.state = 'ready'
      return
    }
    const field = this.#field
    this.waitingFor = undefined
    this.#field = undefined
    this.state = 'ready'
    try {
      this.replay.arrive(field ? this.host.arrived(answer, field.of, field.name) : answer)
      this.#again = true
    } catch (thrown) {
      this.#next = this.fail(thrown)
    }
    this.#turns ??= new Turns()
    const turn = this.#turns.due()
    if (turn) await turn
  }
}

/** Key of the question for the settled value of a promise. */
const awaiting: unique symbol = Symbol('awaiting')

const exhausted: Retry = (m) => m.exhaust()

class Linked implements Undo {
  readonly linked: Cell
  constructor(cell: Cell) {
    this.linked = cell
  }
  undo(): void {
    this.linked.linked = false
  }
}

const raise = { hint: 'look for an endless recursion, or raise `limits` if the query needs more' }

/** Returns the error of a synchronous query that would have to wait. */
export function asyncValue(span: Span | undefined): Fault {
  return new Fault('async-value', 'A synchronous query needs the value of a promise.', {
    span,
    hint: 'use isAllowed, authorize or query, and await the result',
  })
}
