import { Cell } from './cell.js'
import { Fault } from './fault.js'
import { DictTerm, Float, ListTerm } from './term.js'

/** `recall` returns it for a question that has no recorded answer. */
export const unanswered: unique symbol = Symbol('unanswered')

/** How many values one record takes: what asked, of which object, what of it, and the answer. */
const width = 4
/** Longer records are dropped rather than kept for the next query. */
const kept = 64 * width

/**
 * The questions that the running step has asked the host, with the answers. A step that met a promise runs again once the
 * promise has settled; until it comes to that question, it gets the recorded answers. An answer belongs to its question: the
 * operand or call, the object, and the name or the bindings. A step that asks anything else when it runs again ends the query.
 *
 * Nothing is recorded before the query first has to wait. The step that waits then asks again what it asked before the promise;
 * where that leads it to another question, it waits for the answer to that one instead.
 */
export class Replay {
  readonly #records: unknown[] = []
  /** Length of the records of this step, and how much of them the step has asked again. */
  #length = 0
  #at = 0

  #isRecording = false
  /** What the query first waited for, until the step has come to it again. */
  #first: First | undefined = undefined

  // the question that was asked last
  #asker: unknown = undefined
  #object: unknown = undefined
  #detail: unknown = undefined

  /** Whether questions and answers are recorded. */
  get isRecording(): boolean {
    return this.#isRecording
  }

  /** Whether the step has still to ask what it asked before. */
  get isReplaying(): boolean {
    return this.#at < this.#length || this.#first !== undefined
  }

  /** How many answers the step has. */
  get size(): number {
    return this.#length / width
  }

  /** Begins the records of another step. @throws Fault where the last one did not ask all that it had asked before. */
  begin(): void {
    if (this.#at < this.#length) throw mismatch(this.#records[this.#at + 2])
    this.#length = 0
    this.#at = 0
    this.#first = undefined
  }

  /** Runs the same step again. */
  again(): void {
    this.#at = 0
  }

  /** The recorded answer to a question. @throws Fault where another question was recorded here. */
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

  /** Notes a question that has not been asked before, as its answer comes next. */
  note(asker: unknown, object: unknown, detail: unknown): void {
    this.#asker = asker
    this.#object = object
    this.#detail = detail
  }

  /** Records the answer to the question that was recalled or noted last. */
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

  /** Takes the answer that the query has waited for. */
  arrive(answer: unknown): void {
    if (this.#isRecording) this.answer(answer)
    else this.#first = { asker: this.#asker, object: this.#object, detail: this.#detail, answer }
    this.#isRecording = true
  }

  /** Forgets everything: nothing of one query is left for the next. */
  clear(): void {
    this.#object = undefined
    this.#detail = undefined
    if (!this.#isRecording) return
    this.#isRecording = false
    this.#first = undefined
    this.#length = 0
    this.#at = 0
    if (this.#records.length > kept) this.#records.length = 0
    else this.#records.fill(undefined)
  }
}

/** A question, and the answer that was waited for. */
interface First {
  readonly asker: unknown
  readonly object: unknown
  readonly detail: unknown
  readonly answer: unknown
}

/** Whether two parts of questions are one; a step makes its own lists, dictionaries and variables anew when it runs again. */
function areSame(recorded: unknown, now: unknown): boolean {
  return Object.is(recorded, now) || (isMade(recorded) && isMade(now) && recorded.constructor === now.constructor)
}

function isMade(term: unknown): term is object {
  return term instanceof ListTerm || term instanceof DictTerm || term instanceof Float || term instanceof Cell
}

function mismatch(detail: unknown): Fault {
  const name = typeof detail === 'string' ? ` "${detail}"` : ''
  return new Fault(
    'replay-mismatch',
    `The policy read other things${name} after it had waited for a promise than before.`,
    {
      hint: 'getters and constants that a policy reads must return the same object each time',
    },
  )
}
