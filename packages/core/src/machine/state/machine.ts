import type { Expression } from '../../language/ast.js'
import type { Span } from '../../language/source.js'
import { type Account, unitsPerMillisecond, unitsPerStep } from '../../text/account.js'
import { abandon } from '../../values/abandon.js'
import type { Host } from '../host/host.js'
import type { Running } from './caller.js'
import { Cell } from './cell.js'
import { Fault } from './fault.js'
import { Choice, Frame, type Retry } from './frame.js'
import { closeIterator } from './iteration.js'
import { defaultLimits, type Limits } from './limits.js'
import type { Loop } from './loop.js'
import type { Refuted } from './refuted.js'
import { Replay, unanswered } from './replay.js'
import { pending } from './signal.js'
import { fail, type Step, stop } from './step.js'
import { Suspended, type Suspension, type Undo, wake } from './suspension.js'
import { isThenable, type Term } from './term.js'
import { Turns } from './turns.js'
import { Variable } from './variable.js'

export type State = 'ready' | 'solution' | 'exhausted' | 'waiting'

/** Up to so many elements it is quicker to take them off one by one than to set the length of an array. */
const few = 32

function clear(array: unknown[]): void {
  if (array.length > few) array.length = 0
  else while (array.length > 0) array.pop()
}

/** How many steps are taken between two looks at the clock. */
const slice = 256

/**
 * The state of one query, and what steps do to it. Nothing recurses: calls are frames on the heap, what can still be tried
 * is a stack of choices, and what has to be undone on the way back to one is the trail.
 */
export class Machine implements Account {
  host: Host
  limits: Limits
  frame: Frame
  readonly trail: (Cell | Undo)[] = []
  readonly choices: Choice[] = []
  state: State = 'ready'
  /** What runs, for those who explain an error. */
  program: Running | undefined = undefined
  /** The query, where it is an expression. */
  goal: Expression | undefined = undefined
  /** How many goals wait for a variable. */
  suspended = 0
  /** Goals whose variable has been bound, to be proven before the query goes on. */
  woken: Suspension[] | undefined = undefined
  /** Whether promises can be awaited. */
  asynchronous = false
  /** What the host has to settle before the step can be run again. */
  waitingFor: PromiseLike<unknown> | undefined = undefined
  /** Where that is the value of a field: the field, and whose. */
  #field: { readonly of: unknown; readonly name: string } | undefined = undefined
  /** How many iterators of the application choices hold open. */
  iterators = 0
  /** The place in the policy for which the host is being asked. */
  at: Span | undefined = undefined
  /** Whether even a TypeError that the host throws now ends the query as it is. */
  raw = false
  /** How many calls of recursive predicates there were, and which are known to fail. */
  recursiveCalls = 0
  refuted: Refuted | undefined = undefined
  /** How often a call failed because it is a part of itself whatever the data are, and the last one that did. */
  stalls = 0
  stalled: Loop | undefined = undefined
  /** The questions that the running step has asked the host; recorded once it has had to wait. */
  readonly replay: Replay = new Replay()

  #next: Step = stop
  #serial = 0
  readonly #numbers = new Map<unknown, number>()
  #shown: WeakMap<Variable, Cell> | undefined = undefined
  #stepsLeft: number
  /** When the present run began, once it has taken more than one slice. */
  #since: number | undefined = undefined
  #computed = 0

  // how far the running step may have to be undone, and whether it runs again
  #trailAtStep = 0
  #again = false
  #turns: Turns | undefined = undefined

  constructor(host: Host, limits: Limits = defaultLimits) {
    this.host = host
    this.limits = limits
    this.#stepsLeft = limits.steps
    this.frame = new Frame([], undefined, stop, undefined, 0, 0, 0, undefined)
  }

  /** Makes it as new, for a query in the frame that is given, whose goal is this step. */
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
    // A variable that the application kept means nothing to another query.
    this.#shown = undefined
    if (this.#numbers.size > 0) this.#numbers.clear()
  }

  /** Looks for the next solution, until the state says what was found. @throws QueryError and what the host throws. */
  run(): void {
    let step = this.state === 'solution' ? fail : this.#next
    this.state = 'ready'
    if (this.#again) step = this.#rerun(step)
    for (;;) {
      let left = Math.min(this.#stepsLeft, slice)
      const from = left
      while (step !== stop && left > 0) {
        step = step(this)
        left--
      }
      this.#stepsLeft -= from - left
      if (step === stop) {
        this.#pause()
        return
      }
      this.#look()
    }
  }

  /**
   * Runs the step that had to wait, now that the answer is there. Each time the step gets further by one answer at least, and
   * what it asks again counts as steps: so a step can't run again for ever.
   */
  #rerun(step: Step): Step {
    this.#stepsLeft -= 1 + (this.replay.size >> 4)
    if (this.#stepsLeft <= 0) this.#look()
    this.replay.again()
    const next = step(this)
    this.#again = false
    if (this.state !== 'waiting') this.replay.begin()
    return next
  }

  /** Counts work inside a step, such as the elements of two long lists that are compared. */
  spend(amount: number): void {
    this.#stepsLeft -= amount
    this.#look()
  }

  /** Pays for work of the host that can't be interrupted. @throws Fault when the limits do not allow as much. */
  charge(units: number): void {
    if (units < unitsPerStep) return
    if (units > this.limits.syncTime * unitsPerMillisecond) throw this.#timeLimit()
    this.spend(Math.ceil(units / unitsPerStep))
  }

  /** @throws Fault when a limit is passed. */
  #look(): void {
    if (this.#stepsLeft <= 0)
      throw new Fault('step-limit', `The query takes more than ${this.limits.steps} steps.`, raise)
    const now = Date.now()
    this.#since ??= now
    if (this.#computed + now - this.#since > this.limits.syncTime) throw this.#timeLimit()
  }

  #timeLimit(): Fault {
    return new Fault('time-limit', `The query computes for more than ${this.limits.syncTime} ms.`, {
      ...raise,
      span: this.at,
    })
  }

  #pause(): void {
    if (this.#since === undefined) return
    this.#computed += Date.now() - this.#since
    this.#since = undefined
  }

  /** Lets go of all that a query that has ended made. */
  release(frame: Frame): void {
    if (this.iterators > 0) this.cut(0)
    clear(this.trail)
    clear(this.choices)
    this.replay.clear()
    this.frame = frame
  }

  /** The query is proven: `run` returns. */
  solved(): Step {
    this.state = 'solution'
    return stop
  }

  /** Notes that a call fails because it is a part of itself whatever the data are: under a negation that is no answer. */
  stall(loop: Loop): void {
    this.stalls++
    this.stalled = loop
  }

  /** A number for a value, the same whenever the value is the same. */
  number(value: unknown): number {
    let number = this.#numbers.get(value)
    if (number === undefined) {
      number = this.#numbers.size
      this.#numbers.set(value, number)
    }
    return number
  }

  // choices

  push(steps: readonly Step[]): void {
    this.choices.push(new Choice(this.trail.length, this.frame, steps, 1, undefined, undefined))
  }

  pushRetry(retry: Retry, data: unknown, trail: number = this.trail.length): void {
    this.choices.push(new Choice(trail, this.frame, undefined, 0, retry, data))
  }

  /** Undoes everything since the last choice and goes on with its next alternative. */
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

  /** A goal that still waits for a variable. */
  pendingNode(): Expression | undefined {
    for (const entry of this.trail)
      if (entry instanceof Suspended && entry.suspension.active) return entry.suspension.constraint.node
    return undefined
  }

  /** Forgets all choices above a height: what was decided since stands. */
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

  /** A new variable of the rule that runs. */
  cell(linked: boolean): Cell {
    return new Cell(this.#serial++, linked)
  }

  namedCell(name: string): Cell {
    return new Cell(this.#serial++, false, name)
  }

  /** The variable that stands for a cell where the application gets to see it. */
  variableFor(cell: Cell): Variable {
    const variable = new Variable(cell.name ?? '_')
    this.#shown ??= new WeakMap()
    this.#shown.set(variable, cell)
    return variable
  }

  /** What the application gave, with a variable of this query as what it stands for. */
  import(value: unknown): Term {
    return value instanceof Variable ? (this.#shown?.get(value) ?? value) : value
  }

  /** All variables made from now on have this serial or a higher one. */
  get serial(): number {
    return this.#serial
  }

  bind(cell: Cell, value: Term): void {
    cell.value = value
    this.trail.push(cell)
    if (cell.goals !== undefined) wake(this, cell.goals)
  }

  /** Notes that a variable is known elsewhere. */
  link(cell: Cell): void {
    if (cell.linked) return
    cell.linked = true
    this.trail.push(new Linked(cell))
  }

  /** What comes next after variables may have been bound: the goals that waited for them, if any, then `next`. */
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

  /** A frame for a call from the present one. @throws Fault when calls nest too deep. */
  enter(frame: Frame): void {
    if (frame.depth > this.limits.frames) {
      throw new Fault('frame-limit', `Rule calls nest more than ${this.limits.frames} deep.`, raise)
    }
    this.frame = frame
  }

  // the host

  /** To be called first in a step that may ask the host. */
  asking(): void {
    this.#trailAtStep = this.trail.length
    // The records of a step that runs again are its own.
    if (this.#again) this.#again = false
    else if (this.replay.isRecording) this.replay.begin()
  }

  /**
   * The answer to a question, where this step was answered before it had to wait; else `unanswered`.
   * @param asker - The operand, the call or the kind of question: what asks, with the same meaning each time.
   * @param object - Whom it is asked of.
   * @param detail - What of it: a name, or the variables of the rule.
   */
  recall(asker: unknown, object: unknown, detail: unknown): unknown {
    return this.asynchronous ? this.replay.recall(asker, object, detail) : unanswered
  }

  /**
   * Takes the answer to the question that was recalled last. Where it is a promise the result is `pending` and the step has
   * to end in `wait`; it will run again, and recall the answer.
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

  /** As `settle`, for the value of a field. */
  settleField(value: unknown, of: unknown, name: string): unknown {
    const settled = this.settle(value)
    if (settled === pending) this.#field = { of, name }
    return settled
  }

  /** What a promise among the values has become, or `pending`. */
  awaited(promise: PromiseLike<unknown>): unknown {
    const known = this.recall(awaiting, promise, undefined)
    return known === unanswered ? this.settle(promise) : known
  }

  /** Ends a step that met `pending`: all that it did is undone, and it runs again when the answer is there. */
  wait(step: Step): Step {
    this.undo(this.#trailAtStep)
    this.woken = undefined
    this.#next = step
    this.state = 'waiting'
    return stop
  }

  /** Waits for what was asked for; then the query can go on. */
  async arrival(): Promise<void> {
    let answer: unknown
    try {
      answer = await this.waitingFor
    } catch (thrown) {
      // what the application rejects with is its own error, whatever it is
      this.raw = true
      throw thrown
    }
    const field = this.#field
    this.waitingFor = undefined
    this.#field = undefined
    this.replay.arrive(field ? this.host.arrived(answer, field.of, field.name) : answer)
    this.#again = true
    this.state = 'ready'
    this.#turns ??= new Turns()
    const turn = this.#turns.due()
    if (turn) await turn
  }
}

/** Asks for what a promise becomes. */
const awaiting: unique symbol = Symbol('awaiting')

const exhausted: Retry = (m) => {
  m.state = 'exhausted'
  return stop
}

class Linked implements Undo {
  readonly linked: Cell
  constructor(cell: Cell) {
    this.linked = cell
  }
  undo(): void {
    this.linked.linked = false
  }
}

const raise = { hint: 'endless recursion ends like this; a query that needs more can be given more: see `limits`' }

/** A synchronous query can't go on. */
export function asyncValue(span: Span | undefined): Fault {
  return new Fault('async-value', 'A synchronous query meets a promise.', {
    span,
    hint: 'ask asynchronously: isAllowed, authorize or query, and await the answer',
  })
}
