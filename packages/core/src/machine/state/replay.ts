import { Fault } from '../../values/fault.js'
import { OwnTerm } from './term.js'

/** Result of `recall` for a question without a recorded answer. */
export const unanswered: unique symbol = Symbol('unanswered')

/** Number of values in one record: the asker, the object, the detail and the answer. */
const width = 4

/**
 * The questions of the running step to the host, with the answers. A step that received a promise
 * runs again once the promise has settled. Up to that question it receives the recorded answers. An
 * answer belongs to its question: the operand or call, the object, and the name or the bindings. A
 * step that reads anything else when it runs again ends the query.
 *
 * Nothing is recorded before the query first has to wait. The waiting step then repeats its
 * questions from before the promise. If that leads to another question, it waits for the answer to
 * that question instead.
 */
export class Replay {
  readonly #records: unknown[] = []
  /** Length of the records of this step, and the part of them that the step has repeated. */
  #length = 0
  #at = 0

  #isRecording = false
  /** The first promise of the query, until the step has reached it again. */
  #first: First | undefined = undefined

  // the last question
  #asker: unknown = undefined
  #object: unknown = undefined
  #detail: unknown = undefined

  /** Whether questions and answers are recorded. */
  get isRecording(): boolean {
    return this.#isRecording
  }

  /** Whether the step still has questions to repeat. */
  get isReplaying(): boolean {
    return this.#at < this.#length || this.#first !== undefined
  }

  /** Number of answers of the step. */
  get size(): number {
    return this.#length / width
  }

  /**
   * Begins the records of another step.
   * @throws Fault if the last step did not repeat all its questions.
   */
  begin(): void {
    if (this.#at < this.#length) throw mismatch(this.#records[this.#at + 2])
    this.#length = 0
    this.#at = 0
    this.#first = undefined
  }

  /** Drops the records of a step that ended in an error. */
  abandon(): void {
    this.#length = 0
    this.#at = 0
    this.#first = undefined
  }

  /** Begins another run of the same step. */
  again(): void {
    this.#at = 0
  }

  /**
   * Returns the recorded answer to a question, or `unanswered`.
   * @throws Fault if another question was recorded here.
   */
  recall(asker: unknown, object: unknown, detail: unknown): unknown {
    const at = this.#at
    if (at < this.#length) {
      const records = this.#records
      const isSame = records[at] === asker && areSame(records[at + 1], object) && areSame(records[at + 2], detail)
      if (!isSame) throw mismatch(detail)
      this.#at = at + width
      return records[at + 3]
    }
    this.note(asker, object, detail)
    const first = this.#first
    if (!first || first.asker !== asker || !areSame(first.object, object) || !areSame(first.detail, detail))
      return unanswered
    this.#first = undefined
    this.answer(first.answer)
    return first.answer
  }

  /** Stores a new question; its answer comes next. */
  note(asker: unknown, object: unknown, detail: unknown): void {
    this.#asker = asker
    this.#object = object
    this.#detail = detail
  }

  /** Records the answer to the last question that was recalled or noted. */
  answer(answer: unknown): void {
    const records = this.#records
    const at = this.#length
    records[at] = this.#asker
    records[at + 1] = this.#object
    records[at + 2] = this.#detail
    records[at + 3] = answer
    this.#length = at + width
    this.#at = this.#length
  }

  /** Stores the answer that the query waited for. */
  arrive(answer: unknown): void {
    if (this.#isRecording) this.answer(answer)
    else this.#first = { asker: this.#asker, object: this.#object, detail: this.#detail, answer }
    this.#isRecording = true
  }
}

/** A question, and its awaited answer. */
interface First {
  readonly asker: unknown
  readonly object: unknown
  readonly detail: unknown
  readonly answer: unknown
}

/**
 * Returns whether two parts of questions are the same. A step that runs again makes new lists,
 * dictionaries and variables.
 */
function areSame(recorded: unknown, now: unknown): boolean {
  if (Object.is(recorded, now)) return true
  return recorded instanceof OwnTerm && now instanceof OwnTerm && recorded.constructor === now.constructor
}

function mismatch(detail: unknown): Fault {
  const name = typeof detail === 'string' ? ` "${detail}"` : ''
  return new Fault(
    'replay-mismatch',
    `The policy read different data${name} after it waited for a promise than before.`,
    {
      hint: 'return the same object each time from getters and constants that the policy reads',
    },
  )
}
