import { stackExhausted } from '../../condition/stack.js'
import { isStackOverflow } from '../../values/stackOverflow.js'

/** A check that failed, and the one around it. */
interface Failed {
  readonly error: unknown
  readonly actor: unknown
  readonly action: string
  readonly resource: unknown
  readonly before: Failed | undefined
}

/**
 * The errors of checks inside checks: a getter or a method of the application may ask the authorizer
 * again. If such a check fails, the machine evaluates the outer one again, to decide whether another
 * rule allows it. The inner check then fails at once with the same error. Otherwise each level would
 * evaluate the next one twice.
 */
export class NestedChecks {
  readonly #questions = new WeakMap<object, Failed>()
  /** The failed checks that the machine may meet again. Undefined most of the time. */
  known: Failed | undefined = undefined

  /** @throws the error of a check that has failed inside the present one. */
  assertNew(actor: unknown, action: string, resource: unknown): void {
    for (let at = this.known; at !== undefined; at = at.before)
      if (at.actor === actor && at.action === action && at.resource === resource) throw at.error
  }

  /**
   * Evaluates a check.
   * @param met - The errors that a predicate met in this check.
   * @throws the error of the check. It is a `QueryError` if checks inside checks exhaust the stack.
   */
  evaluate(actor: unknown, action: string, resource: unknown, met: readonly unknown[], prove: () => boolean): boolean {
    const before = this.known
    for (const error of met) {
      const failed = isObject(error) ? this.#questions.get(error) : undefined
      if (failed) this.known = { ...failed, before: this.known }
    }
    try {
      return prove()
    } catch (thrown) {
      const error = isStackOverflow(thrown) ? stackExhausted(thrown) : thrown
      if (isObject(error)) this.#questions.set(error, { error, actor, action, resource, before: undefined })
      throw error
    } finally {
      this.known = before
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
