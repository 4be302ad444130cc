import type { Question } from '../diff/answer.js'

/** Questions of the same classes and the same action: their conditions are the same. */
interface Group {
  /** Whether they are about all fields of the resource. */
  readonly ofFields: boolean
  readonly questions: Question[]
}

/**
 * The questions of a test run, in the order in which mutants are asked. Those that told the last mutants from the
 * policy are first: the next mutant often changes the same rule.
 */
export class QuestionOrder {
  readonly #groups: Group[]

  /**
   * @param modelOf - Returns the name of an object's model.
   * @param fields - The questions about all fields of a resource.
   */
  constructor(
    modelOf: (value: unknown) => string | undefined,
    questions: readonly Question[],
    fields: readonly Question[],
  ) {
    const groups = new Map<string, Group>()
    const kindOf = (value: unknown): string =>
      value === null ? 'nil' : typeof value === 'object' ? `object ${modelOf(value) ?? ''}` : typeof value
    const add = (one: Question, ofFields: boolean): void => {
      const { actor, action, resource, field } = one
      const key = JSON.stringify([kindOf(actor), action, kindOf(resource), field !== undefined, ofFields])
      const group = groups.get(key) ?? { ofFields, questions: [] }
      groups.set(key, group)
      group.questions.push(one)
    }
    for (const one of questions) add(one, false)
    for (const one of fields) add(one, true)
    this.#groups = [...groups.values()]
  }

  /**
   * Returns whether a question has another answer, and asks no more once there is one.
   * @param canDiffer - Returns whether the answers to the questions of some classes can differ.
   * @param differs - Asks one question.
   */
  async some(
    canDiffer: (question: Question) => boolean,
    differs: (question: Question, ofFields: boolean) => Promise<boolean>,
  ): Promise<boolean> {
    for (const [at, { ofFields, questions }] of this.#groups.entries()) {
      // Any field: the classes alone decide whether there can be a difference.
      if (!canDiffer(ofFields ? { ...questions[0]!, field: '' } : questions[0]!)) continue
      for (const [place, question] of questions.entries()) {
        if (!(await differs(question, ofFields))) continue
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
