import { Replay, unanswered } from '../../../packages/core/src/machine/state/replay.js'

/** What a step asked and was answered, by how many questions it had asked before. */
interface Count {
  asked: number
  question: number
  /** Whether the last question counted twice, as it does where its answer is a promise. */
  isDouble: boolean
  readonly answers: Map<number, unknown>
}

/**
 * Plants a mistake in the machine while some work is done: answers that were waited for are found by their number. A promise that
 * is read from an object of the class that the same operand met last counts twice: it is read in place, then the general way.
 */
export async function replayingByCount<Result>(work: () => Promise<Result>): Promise<Result> {
  const original = Object.getOwnPropertyDescriptors(Replay.prototype)
  const counts = new WeakMap<Replay, Count>()
  const lastClasses = new Map<unknown, unknown>()
  const of = (replay: Replay): Count => {
    const count = counts.get(replay) ?? { asked: 0, question: 0, isDouble: false, answers: new Map() }
    counts.set(replay, count)
    return count
  }
  const planted: Record<keyof Replay, PropertyDescriptor> = {
    isRecording: { get: () => true },
    // Reads in place are counted here.
    isReplaying: { get: () => true },
    size: {
      get(this: Replay) {
        return of(this).answers.size
      },
    },
    begin: method((replay) => counts.delete(replay)),
    abandon: method((replay) => counts.delete(replay)),
    again: method((replay) => {
      of(replay).asked = 0
    }),
    recall: method((replay, asker, object, detail) => {
      const count = of(replay)
      // Names are read of the objects of an operand.
      const isRead = typeof detail === 'string' && typeof asker === 'object' && asker !== null && 'kind' in asker
      const cls: unknown = isRead && typeof object === 'object' && object !== null ? object.constructor : undefined
      // Plain objects are never read in place.
      count.isDouble = cls !== undefined && cls !== Object && lastClasses.get(asker) === cls
      lastClasses.set(asker, cls)
      if (count.isDouble) count.asked++
      count.question = count.asked++
      return count.answers.has(count.question) ? count.answers.get(count.question) : unanswered
    }),
    note: method(() => {}),
    answer: method((replay) => {
      const count = of(replay)
      if (count.isDouble) count.asked--
      count.isDouble = false
    }),
    arrive: method((replay, answer) => {
      const count = of(replay)
      count.answers.set(count.question, answer)
    }),
  }
  for (const [name, descriptor] of Object.entries(planted))
    Object.defineProperty(Replay.prototype, name, { ...descriptor, configurable: true })
  try {
    return await work()
  } finally {
    Object.defineProperties(Replay.prototype, original)
  }
}

function method(body: (replay: Replay, ...args: unknown[]) => unknown): PropertyDescriptor {
  return {
    value(this: Replay, ...args: unknown[]) {
      return body(this, ...args)
    },
  }
}
