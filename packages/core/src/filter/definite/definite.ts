import type { Condition, Definite, Operand, Path, Ref, Root, Some } from '../../condition/condition.js'
import { partsOf } from '../../condition/cost.js'
import { canFail, Fallible, presentWhen } from '../../condition/fallible.js'
import { assertFilterSize } from '../../condition/filterSize.js'
import { substitute } from '../../condition/substitute.js'
import { UnsupportedFilterError } from '../../errors.js'
import { own } from '../../own.js'
import type { Budget } from '../../predicate/budget.js'
import type { Schema } from '../../schema/schema.js'
import { complement } from '../algebra/complement.js'
import { all, any, FALSE, TRUE } from '../algebra/logic.js'
import { Recursions } from '../reach/recursions.js'
import { type LeafChoices, Leaves } from './leaves.js'
import { definitePath, isNever } from './operand.js'

export interface DefiniteOptions {
  /**
   * Leaves comparisons of whole rows, for printers that know how to compare rows. Default false:
   * rows are compared by the columns of their key.
   */
  readonly wholeRows?: boolean
  /**
   * Keeps the references of a comparison that no row can fulfil, for a caller that excludes the rows
   * whose reference leads to no row. Default false: such a comparison is false for every row.
   */
  readonly keepReferences?: boolean
  /**
   * Counts the parts and checks the time. Default: no budget; the size of a filter is limited in
   * any case.
   */
  readonly budget?: Budget
}

/**
 * Returns the rows for which a filter's condition is true, as a condition that is only ever true or
 * false. Printers print this form. The table of conditions as two questions, "is true" (T) and "is
 * false" (F); an error is neither:
 *
 * ```
 *           T                F
 * a and b   T(a) and T(b)    F(a) or (T(a) and F(b))
 * a or b    T(a) or T(b)     F(a) and F(b)
 * some: a   some: T(a)       not some: not F(a)
 * not a     F(a)             T(a)
 * ```
 * @throws UnsupportedFilterError if a part has no equivalent in the database: an opaque part, a
 * method of a row, an undeclared field, a recursion that follows no relations.
 * @throws QueryError `filter-too-large`, and the errors of the budget.
 */
export function definite(condition: Condition, schema: Schema, options: DefiniteOptions = {}): Definite {
  const choices = own(options)
  // Each part is written at least once, wherever it is referred to.
  assertFilterSize(partsOf(condition))
  return new Definer(schema, choices, choices.budget).define(condition)
}

class Definer {
  readonly #leaves: Leaves
  readonly #fallible = new Fallible()
  readonly #recursions: Recursions
  #size = 0

  constructor(
    private readonly schema: Schema,
    choices: LeafChoices,
    private readonly budget: Budget | undefined,
  ) {
    this.#leaves = new Leaves(schema, choices)
    this.#recursions = new Recursions(schema, (body, question) =>
      question === 'true' ? this.#when(true, body, []) : complement(schema, this.#when(false, body, [])),
    )
  }

  define(condition: Condition): Definite {
    return this.#recursions.close(this.#when(true, condition, []))
  }

  /**
   * Returns the rows for which a condition has an outcome, true or false.
   * @param present - Paths that are not nil wherever the condition is evaluated.
   */
  #when(outcome: boolean, condition: Condition, present: readonly Path[]): Definite {
    this.#count()
    switch (condition.kind) {
      case 'true':
      case 'false':
        return (condition.kind === 'true') === outcome ? TRUE : FALSE
      case 'failure':
        return FALSE
      case 'and': {
        if (!outcome) return this.#whenOneIsFalse(condition.of, present)
        const inside = this.#presentBefore(condition.of, present)
        return all(condition.of.map((one, at) => this.#when(true, one, inside[at]!)))
      }
      case 'or':
        return (outcome ? any : all)(condition.of.map((one) => this.#when(outcome, one, present)))
      case 'not':
        return this.#when(!outcome, condition.of, present)
      case 'some': {
        const { where, from, span } = condition
        if (outcome) return this.#some(condition, this.#when(true, where, present))
        const other = this.#canMiss(where, present)
          ? complement(this.schema, this.#when(false, where, present))
          : this.#when(true, where, present)
        return all([this.#leaves.iterable(from, span), complement(this.schema, this.#some(condition, other))])
      }
      case 'ref':
        if (!condition.definition.recursive) return this.#when(outcome, bodyOf(condition), present)
        return outcome
          ? this.#recursions.call(condition, 'true')
          : complement(this.schema, this.#recursions.call(condition, 'not false'))
      case 'opaque':
        throw new UnsupportedFilterError(
          'opaque-condition',
          `This part of the policy cannot be a filter: ${condition.reason.message}.`,
          {
            span: condition.span,
            hint: 'rewrite it with relations and fields of the resource, or check the rows one by one with can()',
            data: { reason: condition.reason.code },
          },
        )
      case 'reads':
        return outcome ? this.#leaves.whenTrue(condition) : FALSE
      default:
        return outcome ? this.#leaves.whenTrue(condition) : this.#leaves.whenFalse(condition)
    }
  }

  /** F(a and b) = F(a) or (T(a) and F(b)), or F(a) or F(b) if `a` is never an error. */
  #whenOneIsFalse(parts: readonly Condition[], present: readonly Path[]): Definite {
    const inside = this.#presentBefore(parts, present)
    let isFalse: Definite = FALSE
    for (let at = parts.length - 1; at >= 0; at--) {
      const [one, here] = [parts[at]!, inside[at]!]
      const isRest =
        isFalse.kind === 'false' || !this.#canMiss(one, here) ? isFalse : all([this.#when(true, one, here), isFalse])
      isFalse = any([this.#when(false, one, here), isRest])
    }
    return isFalse
  }

  /** Returns the paths that are not nil where each part of a conjunction is evaluated: the parts before it are true. */
  #presentBefore(parts: readonly Condition[], present: readonly Path[]): readonly (readonly Path[])[] {
    let here = present
    return parts.map((one) => {
      const before = here
      const found = presentWhen(this.schema, one)
      if (found.length > 0) here = [...here, ...found]
      return before
    })
  }

  /**
   * Returns whether a condition can be neither true nor false: an error, or a reference leads to no
   * row and the caller excludes such rows.
   */
  #canMiss(condition: Condition, present: readonly Path[]): boolean {
    return canFail(this.schema, condition, this.#fallible, present) || this.#leaves.followsReference(condition)
  }

  #some({ each, from, span }: Some, where: Definite): Definite {
    if (where.kind === 'false' || isNever(this.schema, from)) return FALSE
    return { kind: 'some', each, from: definitePath(this.schema, from, span), where, span }
  }

  #count(): void {
    assertFilterSize(++this.#size)
    this.budget?.spend(1)
  }
}

/** Returns the body of a definition with the operands of its call. */
function bodyOf({ definition, args }: Ref): Condition {
  const operands = new Map<Root, Operand>(definition.parameters.map((parameter, index) => [parameter, args[index]!]))
  return substitute(definition.condition, (root) => operands.get(root))
}
