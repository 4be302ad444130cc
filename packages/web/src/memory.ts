/**
 * The remembered decisions of one request, and so of one actor. If the request only reads, each
 * decision is made once. If it may change data that the policy reads, only concurrent callers share
 * a decision. Errors are not remembered. The key of a decision is the identity of the resource, and
 * the action.
 */
export class DecisionMemory {
  readonly #answers = new Map<unknown, Map<string, Promise<boolean>>>()

  /**
   * @param lasting - Whether all data that decisions depend on stays unchanged during the request.
   */
  constructor(private readonly lasting: boolean) {}

  /**
   * Returns the decision about a resource, by object identity. It calls `ask` only if the decision
   * is not remembered.
   */
  answer(action: string, resource: unknown, ask: () => Promise<boolean>): Promise<boolean> {
    const known = this.#answers.get(resource)?.get(action)
    if (known) return known
    const asked = ask()
    this.#keep(action, resource, asked)
    const forget = (): void => {
      if (this.#answers.get(resource)?.get(action) === asked) this.#answers.get(resource)?.delete(action)
    }
    asked.then(this.lasting ? undefined : forget, forget)
    return asked
  }

  #keep(action: string, resource: unknown, answer: Promise<boolean>): void {
    const answers = this.#answers.get(resource)
    if (answers) answers.set(action, answer)
    else this.#answers.set(resource, new Map([[action, answer]]))
  }
}
