import type { Expression } from '../../language/ast.js'
import type { Span } from '../../language/source.js'
import type { Account } from '../../text/account.js'
import { asyncValue, Fault, undefinedValue } from '../../values/fault.js'
import { abandon, isThenable } from '../../values/thenable.js'
import type { Host } from '../host/host.js'
import type { Running } from './caller.js'
import { Cell } from './cell.js'
import { endsQuery, Failures } from './failures.js'
import { Choice, closeIterator, type Failure, Frame, type Retry } from './frame.js'
import { defaultLimits, type Limits } from './limits.js'
import type { Loop } from './loop.js'
import { Outside } from './outside.js'
import type { Refuted } from './refuted.js'
import { Replay, unanswered } from './replay.js'
import { pending } from './signal.js'
import { fail, type Step, stop } from './step.js'
import { Linked, Suspended, type Suspension, type Undo, wake } from './suspension.js'
import type { Term } from './term.js'
import { Turns } from './turns.js'
import { raise, slice, Work } from './work.js'

export type State = 'ready' | 'solution' | 'exhausted' | 'waiting'

/**
 * The state of one query and the operations of its steps. Nothing recurses: calls are frames on the
 * heap, open alternatives are a stack of choice points, and the trail records the bindings to undo
 * on backtracking.
 */
export class Machine implements Account {
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
  readonly failures: Failures = new Failures()
  readonly outside: Outside = new Outside()
  readonly #work: Work
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
  // Height of the trail to which the running step may be undone, and whether the step runs again.
  #trailAtStep = 0
  #again = false
  #turns: Turns | undefined = undefined

  constructor(
    readonly host: Host,
    readonly limits: Limits = defaultLimits,
  ) {
    this.#work = new Work(limits)
    this.frame = new Frame([], undefined, stop, undefined, 0, 0, 0, undefined)
  }

  /**
   * Begins the query.
   * @param frame - The frame of the query.
   * @param step - The first step of its goal.
   */
  begin(frame: Frame, step: Step): void {
    this.choices.push(new Choice(0, frame, undefined, 0, exhausted, undefined))
    this.frame = frame
    this.#next = step
  }

  /**
   * Searches for the next solution; `state` then holds the outcome.
   * @throws the first error that was met, if there are no more solutions; at once an error that
   * ends the query.
   */
  run(): void {
    const work = this.#work
    let step = this.state === 'solution' ? fail : this.#next
    this.state = 'ready'
    for (;;) {
      let left = Math.min(work.stepsLeft, slice)
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
      work.stepsLeft -= from - left
      if (step === stop) {
        work.pause()
        return
      }
      work.check(from - left, this.at)
    }
  }

  /**
   * Records an error: the path of the search that met it ends.
   * @throws the error if it ends the query.
   */
  fail(thrown: unknown): Step {
    if (this.state === 'exhausted' || endsQuery(thrown)) throw thrown
    this.failures.add({ thrown, frame: this.frame, at: this.at, raw: this.raw })
    this.raw = false
    this.#again = false
    this.replay.abandon()
    return fail
  }

  /**
   * Ends a query that has no more solutions.
   * @throws an error that the search has met.
   */
  exhaust(): Step {
    this.state = 'exhausted'
    const { reported } = this.failures
    if (!reported) return stop
    const { thrown, frame, at, raw } = reported
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
    this.#work.stepsLeft -= 1 + (this.replay.size >> 4)
    if (this.#work.stepsLeft <= 0) this.#work.check(0, this.at)
    this.replay.again()
    const next = step(this)
    this.#again = false
    if (this.state !== 'waiting') this.replay.begin()
    return next
  }

  /** Counts work inside a step, such as comparing the elements of two long lists. */
  spend(amount: number): void {
    this.#work.stepsLeft -= amount
    this.#work.check(amount, this.at)
  }

  /** @throws Fault `time-limit` */
  endForTime(): never {
    return this.#work.endForTime(this.at)
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

  // choices

  push(steps: readonly Step[]): void {
    this.choices.push(new Choice(this.trail.length, this.frame, steps, 1, undefined, undefined))
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
    shorten(this.choices, height)
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

  /**
   * Returns the settled value of a promise among the values, or `pending`.
   * @throws Fault `missing-attribute` for undefined, unless the host takes it for a value.
   */
  awaited(promise: PromiseLike<unknown>): unknown {
    const known = this.recall(awaiting, promise, undefined)
    if (known === unanswered) return this.settle(promise)
    if (known === undefined) this.meetUndefined('The value of a promise')
    return known
  }

  /** @throws Fault `missing-attribute` for undefined, unless the host takes it for a value. */
  meetUndefined(what?: string): void {
    if (this.host.refusesUndefined) throw undefinedValue(what)
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

/** Up to this many elements, popping one by one is quicker than setting the length of an array. */
const few = 32

/** Removes the elements of an array from a position on. */
function shorten(array: unknown[], length: number): void {
  if (array.length - length > few) array.length = length
  else while (array.length > length) array.pop()
}
