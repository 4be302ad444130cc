import type { Question } from '../diff/answer.js'

/**
 * The questions of a test run, in the order in which mutants are asked. Those that told the last mutants from the
 * policy are first: the next mutant often changes the same rule.
 */
export class QuestionOrder {
  /** Questions of the same classes and the same action: their conditions are the same. */
  readonly #groups: Question[][]

  /** @param modelOf - Returns the name of an object's model. */
  constructor(modelOf: (value: unknown) => string | undefined, questions: readonly Question[]) {
    const groups = new Map<string, Question[]>()
    const kindOf = (value: unknown): string =>
      value === null ? 'nil' : typeof value === 'object' ? `object ${modelOf(value) ?? ''}` : typeof value
    for (const one of questions) {
      const { actor, action, resource, field, ofFields } = one
      const key = JSON.stringify([kindOf(actor), action, kindOf(resource), field !== undefined, ofFields])
      const group = groups.get(key) ?? []
      groups.set(key, group)
      group.push(one)
    }
    this.#groups = [...groups.values()]
  }

  /**
   * Returns whether a question has another answer, and asks no more once there is one.
   * @param canDiffer - Returns whether the answers to the questions of some classes can differ.
   * @param differs - Asks one question.
   */
  async some(
    canDiffer: (question: Question) => boolean,
    differs: (question: Question) => Promise<boolean>,
  ): Promise<boolean> {
    for (const [at, questions] of this.#groups.entries()) {
      if (!canDiffer(questions[0]!)) continue
      for (const [place, question] of questions.entries()) {
        if (!(await differs(question))) continue
        toFront(questions, place)
        toFront(this.#groups, at)
        return true
      }
    }
    return false
  }
}

function toFront<T>(list: T[], at: number): void {
  list.unshift(...list.splice(at, 1))
}
