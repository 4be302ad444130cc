import type {
  Condition,
  Definite,
  DefiniteSome,
  Definition,
  Operand,
  Path,
  Ref,
  Root,
} from '../../condition/condition.js'
import { partsOf } from '../../condition/cost.js'
import { canFail, Fallible, presentWhen } from '../../condition/fallible.js'
import { substitute } from '../../condition/substitute.js'
import { conditionsIn, partsIn } from '../../condition/visit.js'
import { UnsupportedFilterError } from '../../errors.js'
import type { Span } from '../../language/source.js'
import type { Budget } from '../../predicate/budget.js'
import type { Schema } from '../../schema/schema.js'
import { complement } from '../algebra/complement.js'
import { all, any, FALSE, TRUE } from '../algebra/logic.js'
import { assertSize } from '../algebra/size.js'
import { type Question, Recursions, refusal } from '../reach/recursions.js'
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
 * false. Printers print this form. With T and F for "is true" and "is false":
 * - T(a and b) = T(a) and T(b)
 * - T(a or b) = T(a) or (F(a) and T(b))
 * - T(not c) = F(c)
 * - F(a and b) = F(a) or (T(a) and F(b)), if no further solution of `a` is an error
 * @throws UnsupportedFilterError if a part has no equivalent in the database: an opaque part, a
 * method of a row, an undeclared field, a recursion along a list before a condition that can be an
 * error.
 * @throws QueryError `filter-too-large`, and the errors of the budget.
 */
export function definite(condition: Condition, schema: Schema, { budget, ...choices }: DefiniteOptions = {}): Definite {
  const found = new Definer(schema, choices, false, budget).define(condition)
  if (!isUnmet(found)) return found
  const exact = new Definer(schema, choices, true, budget).define(condition)
  if (!isUnmet(exact)) return exact
  throw refusal(exact.definition, exact.span, unmet, lastInstead)
}

function isUnmet(found: Definite | Ref): found is Ref {
  return found.kind === 'ref'
}

/**
 * Returns whether two conditions begin with tests for exactly one class each, of the same root. If
 * one holds, the other is false.
 */
function areOfOtherClasses(a: Condition, b: Condition): boolean {
  const [left, right] = [a, b].map((one) => (one.kind === 'and' ? one.of[0] : one))
  if (left?.kind !== 'isa' || right?.kind !== 'isa' || !left.exact || !right.exact) return false
  if (left.of.kind !== 'path' || right.of.kind !== 'path') return false
  if (left.of.steps.length > 0 || right.of.steps.length > 0) return false
  const [one, other] = [left.of.root, right.of.root]
  return (one === other || (one.kind === 'resource' && other.kind === 'resource')) && left.model !== right.model
}

/** Returns the first call of a matching definition among those that decide a condition. */
function callIn(condition: Condition, isMeant: (definition: Definition) => boolean): Ref | undefined {
  for (const one of conditionsIn(condition)) if (one.kind === 'ref' && isMeant(one.definition)) return one
  return undefined
}

/** Returns the first recursive call that decides a condition. */
function recursiveIn(condition: Condition): Ref | undefined {
  return callIn(condition, (definition) => definition.recursive)
}

function callsItself(condition: Condition): boolean {
  return recursiveIn(condition) !== undefined
}

/**
 * Returns whether evaluating all solutions of a condition can be an error when its first solution
 * is not.
 */
function canMeetMore(condition: Condition): boolean {
  switch (condition.kind) {
    case 'or':
    case 'opaque':
      return true
    case 'not':
      return false
    case 'ref':
      return condition.definition.recursive || canMeetMore(condition.definition.condition)
    default:
      return partsIn(condition).some(canMeetMore)
  }
}

const unmet = 'calls itself before a goal that can be an error, and SQL cannot stop at the first solution'
const lastInstead = 'put the recursive rule last, or test values that can be nil before you read them'

class Definer {
  readonly #schema: Schema
  readonly #leaves: Leaves
  readonly #fallible = new Fallible()
  readonly #recursions: Recursions
  readonly #isExact: boolean
  /** Paths that are not nil wherever the current condition is evaluated. */
  #present: readonly Path[] = []
  readonly #budget: Budget | undefined
  #size = 0
  /**
   * The recursive definition whose body is being written. Its calls under a negation are not a
   * least fixpoint.
   */
  #within: Definition | undefined
  /**
   * Whether the result may count errors that evaluation never reaches, because a recursive call
   * before them is true. Within that call, SQL cannot test whether it is.
   */
  #tellsUnmet = false
  /** A recursive call whose errors count even if it is true; undefined if no call needs that. */
  #asked: Ref | undefined

  /** @param isExact - Whether to exclude unreachable errors if that can be tested. */
  constructor(schema: Schema, choices: LeafChoices, isExact: boolean, budget: Budget | undefined) {
    this.#schema = schema
    this.#budget = budget
    this.#isExact = isExact
    this.#leaves = new Leaves(schema, choices)
    this.#recursions = new Recursions(schema, (one, question, within) => {
      this.#within = within
      return this.#answer(one, question)
    })
  }

  /** @returns The rows, or the recursive call whose unreachable errors would change them. */
  define(condition: Condition): Definite | Ref {
    // Each part is written at least once, wherever it is referred to.
    assertSize(partsOf(condition))
    const found = this.#recursions.close(this.whenTrue(condition))
    return (this.#tellsUnmet && this.#asked) || found
  }

  #answer(condition: Condition, question: Question): Definite {
    switch (question) {
      case 'true':
        return this.whenTrue(condition)
      case 'not false':
        return complement(this.#schema, this.whenFalse(condition))
      case 'error':
      case 'unsound':
        return this.#whenError(condition, question === 'error')
    }
  }

  /** Inlines a definition at its call. Recursive ones are solved later. */
  #call(ref: Ref, question: Question): Definite {
    const { definition, args } = ref
    if (definition.recursive) return this.#recursions.call(ref, question)
    const operands = new Map<Root, Operand>(definition.parameters.map((parameter, index) => [parameter, args[index]!]))
    return this.#answer(
      substitute(definition.condition, (root) => operands.get(root)),
      question,
    )
  }

  #canFail(condition: Condition): boolean {
    return canFail(this.#schema, condition, this.#fallible, this.#present)
  }

  /**
   * Returns whether evaluating a condition can be an error: a part fails, or a reference leads to no
   * row and the caller excludes such rows. A quantifier that is true does not need it: the row that
   * decides can come before the error.
   */
  #canMiss(condition: Condition): boolean {
    return this.#canFail(condition) || this.#leaves.followsReference(condition)
  }

  whenTrue(condition: Condition): Definite {
    this.#count()
    switch (condition.kind) {
      case 'true':
        return TRUE
      case 'false':
      case 'failure':
        return FALSE
      case 'and':
        return all(this.#oneByOne(condition.of).map((given) => given((one) => this.whenTrue(one))))
      case 'or':
        return any(
          this.#withEarlier(condition.of, (one, before) => {
            const earlier = before.filter((other) => !areOfOtherClasses(other, one))
            return all([...earlier.map((other) => this.#whenPassed(other)), this.whenTrue(one)])
          }),
        )
      case 'not':
        return this.whenFalse(condition.of)
      case 'some': {
        const { where } = condition
        const some = this.#some(condition, this.whenTrue(where))
        if (!this.#canFail(where)) return some
        // Rows of a database have no order: if one is an error, the whole quantifier is one.
        return all([some, complement(this.#schema, this.#some(condition, this.#whenErrorOf(condition)))])
      }
      case 'test':
      case 'compare':
      case 'in':
      case 'isa':
      case 'text':
      case 'reads':
        return this.#leaves.whenTrue(condition)
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
      case 'ref':
        return this.#call(condition, 'true')
    }
  }

  whenFalse(condition: Condition): Definite {
    this.#count()
    switch (condition.kind) {
      case 'true':
      case 'failure':
      case 'reads':
        return FALSE
      case 'false':
        return TRUE
      case 'and':
        return this.#oneByOne(condition.of).reduceRight<Definite>(
          (rest, given) => given((one) => this.#whenEitherFalse(one, rest)),
          FALSE,
        )
      case 'or':
        return all(condition.of.map((one) => this.whenFalse(one)))
      case 'not':
        return this.whenTrue(condition.of)
      case 'some': {
        const { where } = condition
        const counter = this.#canMiss(where) ? complement(this.#schema, this.whenFalse(where)) : this.whenTrue(where)
        return all([
          this.#leaves.iterable(condition.from, condition.span),
          complement(this.#schema, this.#some(condition, counter)),
        ])
      }
      case 'ref':
        return complement(this.#schema, this.#call(condition, 'not false'))
      case 'test':
      case 'compare':
      case 'in':
      case 'isa':
      case 'text':
        return this.#leaves.whenFalse(condition)
      default:
        return this.whenTrue(condition)
    }
  }

  /**
   * Returns the condition that the conjunction of a part and others is false, given that of the
   * others.
   */
  #whenEitherFalse(one: Condition, whenRestFalse: Definite): Definite {
    if (!this.#canMiss(one)) return any([this.whenFalse(one), whenRestFalse])
    // A false condition has no errors: in this form the recursive condition occurs only once.
    if (callsItself(one)) return all([this.#isSound(one), any([this.whenFalse(one), whenRestFalse])])
    return any([this.whenFalse(one), all([this.whenTrue(one), this.#isSound(one), whenRestFalse])])
  }

  /**
   * Returns the condition that an earlier arm of a disjunction is not an error. If it is true, the
   * disjunction is too.
   */
  #whenPassed(condition: Condition): Definite {
    return callsItself(condition)
      ? complement(this.#schema, this.#whenError(condition, true))
      : this.whenFalse(condition)
  }

  /** Returns the condition that the test of a row is an error. */
  #whenErrorOf({ where }: Extract<Condition, { kind: 'some' }>): Definite {
    if (!this.#leadsBack(where)) return complement(this.#schema, any([this.whenTrue(where), this.whenFalse(where)]))
    this.#note(where)
    return this.#whenError(where, true)
  }

  /** Records a recursive call whose errors count even if the condition is true. */
  #note(condition: Condition): void {
    if (!this.#isExact || this.#leadsBack(condition)) this.#asked ??= recursiveIn(condition)
  }

  /** Returns whether a condition calls the definition being written. */
  #leadsBack(condition: Condition): boolean {
    return this.#within !== undefined && callIn(condition, (one) => one === this.#within) !== undefined
  }

  /**
   * Returns the condition that evaluating a condition reaches an error, in whatever order the rows
   * come.
   * @param isLast - Whether nothing is evaluated after the condition. Otherwise every solution is
   * evaluated.
   */
  #whenError(condition: Condition, isLast: boolean): Definite {
    this.#count()
    if (!this.#canFail(condition)) return FALSE
    switch (condition.kind) {
      case 'failure':
        return TRUE
      case 'and':
        return any(
          this.#oneByOne(condition.of).map((given, index, parts) =>
            all([
              ...parts.slice(0, index).map((before) => before((other) => this.#answer(other, 'not false'))),
              given((one) =>
                isLast && index < parts.length - 1
                  ? this.#whenErrorBefore(one, condition.of.slice(index + 1))
                  : this.#whenError(one, isLast),
              ),
            ]),
          ),
        )
      case 'or':
        return any(
          condition.of.map((one, index) => {
            const error = this.#whenError(one, isLast)
            const before =
              isLast && error.kind !== 'false'
                ? condition.of.slice(0, index).filter((other) => !areOfOtherClasses(other, one))
                : []
            const asked = before.filter((other) => !this.#leadsBack(other))
            if (asked.length < before.length) this.#tellsUnmet = true
            return all([...asked.map((other) => complement(this.#schema, this.whenTrue(other))), error])
          }),
        )
      case 'not':
        this.#note(condition)
        return this.#whenError(condition.of, true)
      case 'some':
        return any([
          complement(this.#schema, this.#leaves.iterable(condition.from, condition.span)),
          this.#some(condition, this.#whenError(condition.where, isLast)),
        ])
      case 'ref': {
        const error = this.#call(condition, isLast ? 'error' : 'unsound')
        if (!this.#isExact || !isLast || !condition.definition.recursive || this.#leadsBack(condition)) return error
        // A true call reaches no error before its solution.
        return all([error, complement(this.#schema, this.whenTrue(condition))])
      }
      default:
        return complement(this.#schema, any([this.whenTrue(condition), this.whenFalse(condition)]))
    }
  }

  /**
   * Returns the condition that the first part of a conjunction reaches an error: before it is true,
   * or after that if the rest fails.
   */
  #whenErrorBefore(one: Condition, rest: readonly Condition[]): Definite {
    const before = this.#whenError(one, true)
    if (!canMeetMore(one)) return before
    const behind = this.#whenError(one, false)
    if (behind.kind === 'false') return before
    const asked = rest.filter((other) => !this.#leadsBack(other))
    if (asked.length < rest.length) {
      this.#tellsUnmet = true
      return behind
    }
    return any([before, all([behind, complement(this.#schema, all(asked.map((other) => this.whenTrue(other))))])])
  }

  /**
   * Splits a conjunction: each part is evaluated only if those before it are true. If one is not,
   * it alone decides the conjunction.
   */
  #oneByOne(parts: readonly Condition[]): readonly (<T>(write: (one: Condition) => T) => T)[] {
    let present = this.#present
    return parts.map((one) => {
      const here = present
      present = [...present, ...presentWhen(this.#schema, one)]
      return (write) => {
        const outside = this.#present
        this.#present = here
        try {
          return write(one)
        } finally {
          this.#present = outside
        }
      }
    })
  }

  /** Writes parts one by one, each with the earlier parts that can be an error. */
  #withEarlier(
    parts: readonly Condition[],
    print: (one: Condition, before: readonly Condition[]) => Definite,
  ): readonly Definite[] {
    const before: Condition[] = []
    return parts.map((one) => {
      const printed = print(one, before)
      if (this.#canFail(one)) before.push(one)
      return printed
    })
  }

  #count(): void {
    assertSize(++this.#size)
    this.#budget?.spend(1)
  }

  /**
   * Returns the condition that no solution of a condition, the first or a later one, is an error.
   */
  #isSound(condition: Condition): Definite {
    this.#count()
    if (!this.#canMiss(condition)) return TRUE
    if (callsItself(condition)) return complement(this.#schema, this.#whenError(condition, false))
    switch (condition.kind) {
      case 'or':
        return all(condition.of.map((one) => this.#isSound(one)))
      case 'and':
        return all(
          this.#oneByOne(condition.of).map((given, index, parts) => {
            const sound = given((one) => this.#isSound(one))
            if (sound.kind === 'true') return sound
            return any([...parts.slice(0, index).map((before) => before((other) => this.whenFalse(other))), sound])
          }),
        )
      case 'some':
        return all([
          this.#leaves.iterable(condition.from, condition.span),
          complement(this.#schema, this.#some(condition, complement(this.#schema, this.#isSound(condition.where)))),
        ])
      default:
        return any([this.whenTrue(condition), this.whenFalse(condition)])
    }
  }

  #some(
    condition: { readonly each: DefiniteSome['each']; readonly from: Operand; readonly span: Span },
    where: Definite,
  ): Definite {
    if (where.kind === 'false' || isNever(this.#schema, condition.from)) return FALSE
    return {
      kind: 'some',
      each: condition.each,
      from: definitePath(this.#schema, condition.from, condition.span),
      where,
      span: condition.span,
    }
  }
}
