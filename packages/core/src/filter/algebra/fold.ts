import type { Condition, Definition } from '../../condition/condition.js'
import { FALSE } from '../../condition/construct.js'
import { isSameTest } from '../../condition/same.js'
import { formOf, mapParts, partsIn, variablesIn } from '../../condition/visit.js'
import type { ArcturusError } from '../../errors.js'

/**
 * Folds the condition of a filter that no row makes true, in any order of its parts. Such as
 * `(…) and false`: it is false whether its first part is true, false or an error.
 * @throws the error of a condition that is an error for every row.
 */
export function fold(condition: Condition): Condition {
  const constancy = new Constancy(true)
  if (!constancy.isNever(condition)) return condition
  const error = constancy.errorOf(condition)
  // What the application threw is thrown as it is, as checks do.
  if (error) throw error.code === 'application-error' ? error.cause : error
  return FALSE
}

/** Returns a condition that is true for the same rows, without the parts that are an error for every row. */
export function withoutFailures(condition: Condition): Condition {
  if (condition.kind === 'failure') return FALSE
  // Below a negation an error is not false.
  return condition.kind === 'not' ? condition : mapParts(condition, withoutFailures)
}

/** Up to this number, the tests of a part are compared with the negations beside them. */
const fewTests = 32

/**
 * Returns whether a condition never has an outcome, true or false. An error is neither.
 *
 * ```
 *              never true              never false
 * a and b      a or b is never true    a and b are never false
 * a or b       a and b are never true  a or b is never false
 * not a        a is never false        a is never true
 * some x: a    a is never true         (an empty list is false)
 * ```
 */
class Constancy {
  readonly #definitions = new Map<Definition, boolean>()
  /** What is assumed or found of definitions within the first one. */
  readonly #within = new Map<Definition, boolean>()

  constructor(
    private readonly outcome: boolean,
    private opposite?: Constancy,
  ) {}

  isNever(condition: Condition): boolean {
    switch (condition.kind) {
      case 'failure':
        return true
      case 'true':
        return !this.outcome
      case 'false':
        return this.outcome
      case 'ref':
        return this.#isNeverIn(condition.definition)
    }
    const parts = partsIn(condition)
    switch (formOf(condition, this.outcome)) {
      case 'all':
        // A list without rows.
        return variablesIn(condition).length === 0 && this.#some(parts)
      case 'any':
        return parts.every((one) => this.isNever(one))
      case 'not':
        this.opposite ??= new Constancy(!this.outcome, this)
        return this.opposite.isNever(parts[0]!)
      default:
        return false
    }
  }

  /** Returns the error that a condition which is never true is for every row. */
  errorOf(condition: Condition): ArcturusError | undefined {
    switch (condition.kind) {
      case 'failure':
        return condition.error
      case 'not':
        return this.errorOf(condition.of)
      case 'and':
        return this.errorOf(condition.of[0]!)
      case 'or':
        if (!this.isNever(condition)) return undefined
        return condition.of.map((one) => this.errorOf(one)).find((error) => error !== undefined)
      default:
        return undefined
    }
  }

  /** Returns whether one of the parts suffices, or a test and its negation. */
  #some(parts: readonly Condition[]): boolean {
    const tests: Condition[] = []
    const denied: Condition[] = []
    for (const one of parts) {
      if (this.isNever(one)) return true
      const [test, own, others] = one.kind === 'not' ? [one.of, denied, tests] : [one, tests, denied]
      if (others.length <= fewTests && others.some((other) => isSameTest(test, other))) return true
      own.push(test)
    }
    return false
  }

  #isNeverIn(definition: Definition): boolean {
    const known = this.#definitions.get(definition) ?? this.#within.get(definition)
    if (known !== undefined) return known
    const isFirst = this.#within.size === 0
    // A definition that calls itself has an outcome only if one of its other parts has.
    this.#within.set(definition, this.outcome)
    const isNever = this.isNever(definition.condition)
    this.#within.set(definition, isNever)
    // Inside a recursion, the result rests on the assumption above.
    if (!isFirst) return isNever
    this.#definitions.set(definition, isNever)
    this.#within.clear()
    return isNever
  }
}
