/**
 * The decisions of one request. While the request only reads, a question is asked once; while it may change what the policy
 * looks at, only askers that wait at the same time share an answer. Errors are not remembered. It belongs to one request, so to
 * one actor; an answer is found by the very resource and the action.
 */
export class DecisionMemory {
  readonly #answers = new Map<unknown, Map<string, Promise<boolean>>>()
  readonly #lasting: boolean

  /** @param lasting - Whether nothing that a decision depends on changes during the request. */
  constructor(lasting: boolean) {
    this.#lasting = lasting
  }

  /** The answer to a question about a resource (the same object, not an equal one). */
  answer(action: string, resource: unknown, ask: () => Promise<boolean>): Promise<boolean> {
    const known = this.#answers.get(resource)?.get(action)
    if (known) return known
    const asked = ask()
    this.#keep(action, resource, asked)
    const forget = (): void => {
      if (this.#answers.get(resource)?.get(action) === asked) this.#answers.get(resource)?.delete(action)
    }
    asked.then(this.#lasting ? undefined : forget, forget)
    return asked
  }

  #keep(action: string, resource: unknown, answer: Promise<boolean>): void {
    const answers = this.#answers.get(resource)
    if (answers) answers.set(action, answer)
    else this.#answers.set(resource, new Map([[action, answer]]))
  }
}
