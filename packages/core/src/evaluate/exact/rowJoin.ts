import type { Compare, Condition, Operand, Or, Path, Some, Variable } from '../../condition/condition.js'
import { and } from '../../condition/construct.js'
import { isSameOperand } from '../../condition/same.js'
import { canFailToRead, declaredModel } from '../../condition/type.js'
import { goalsOf } from '../../condition/visit.js'
import { isLiteral } from '../../predicate/graph/values.js'
import type { Schema } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'

/**
 * A quantifier that compares its rows with one path outside them. For example,
 * `some x in r where x.a = b and …`, if the other tests are of `x`.
 */
export class RowJoin {
  /** The other tests of each row. */
  readonly tests: Condition
  /** Whether all of those tests come before the comparison. */
  readonly isLast: boolean
  readonly #compare: Compare
  #canFail: boolean | undefined
  #isUndeclared: boolean | undefined

  constructor(
    readonly some: Some,
    compare: Compare,
    /** The path of the row that is compared. */
    readonly own: Path,
    /** The path that it is compared with. */
    readonly other: Path,
    parts: readonly Condition[],
  ) {
    this.tests = and(...parts.filter((part) => part !== compare))
    this.isLast = parts.at(-1) === compare
    this.#compare = compare
  }

  /** Returns whether reading the other path can be an error. */
  canFail(schema: Schema): boolean {
    this.#canFail ??= canFailToRead(schema, this.other)
    return this.#canFail
  }

  /**
   * Returns whether no relation leads to the compared path, so that its rows are compared one by
   * one.
   */
  isUndeclared(schema: Schema): boolean {
    this.#isUndeclared ??= declaredModel(schema, this.own) === undefined
    return this.#isUndeclared
  }

  /**
   * Compares the values of some rows with the bound other operand: true if one of them is equal.
   */
  compare(owns: readonly unknown[], other: Operand): Condition {
    const { span } = this.#compare
    const isOwnFirst = this.#compare.left === this.own
    const of: Compare[] = []
    for (const value of owns) {
      const own: Operand = { kind: 'value', value }
      const [left, right] = isOwnFirst ? [own, other] : [other, own]
      of.push({ kind: 'compare', operator: '=', left, right, span })
    }
    return of.length === 1 ? of[0]! : { kind: 'or', of }
  }

  /** Returns whether one pass over the rows decides both quantifiers, one after the other. */
  isLike(join: RowJoin): boolean {
    const isOwnFirst = this.#compare.left === this.own
    return (
      this.isLast === join.isLast &&
      isOwnFirst === (join.#compare.left === join.own) &&
      isSameOperand(this.some.from, join.some.from) &&
      isSameOperand(this.other, join.other) &&
      isSameOperand(this.own, { ...join.own, root: this.own.root })
    )
  }

  /**
   * Returns whether both test the same field for the same literal, as rules do that inherit in
   * several ways.
   */
  hasSameTest(join: RowJoin): boolean {
    const [one, other] = [this.#only, join.#only]
    return one?.field !== undefined && one.field === other?.field && one.literal === other.literal
  }

  /** The test of a row if it is only that one field equals a literal: mostly the name of a role. */
  get #only(): FieldLiteral | undefined {
    return fieldLiteral(this.tests, this.some.each)
  }
}

// Shared by all evaluations: conditions never change, and these depend on the condition alone.
const known = new WeakMap<Some, RowJoin | null>()

/** Returns the comparison of a quantifier with one path; undefined if the condition has another form. */
export function rowJoinOf(some: Condition): RowJoin | undefined {
  if (some.kind !== 'some') return undefined
  const join = entryOf(known, some, () => findJoin(some) ?? null)
  return join ?? undefined
}

/** Neighboring arms of a disjunction. */
export interface JoinedArms {
  readonly arms: readonly Condition[]
  /**
   * The comparisons of the arms, without repetitions, if the arms compare the same rows with the
   * same path.
   */
  readonly joins: readonly RowJoin[]
}

const grouped = new WeakMap<Or, readonly JoinedArms[]>()

/** Groups the arms of a disjunction: the arms of a group share one pass over the rows. */
export function joinedArms(condition: Or): readonly JoinedArms[] {
  return entryOf(grouped, condition, () => groupArms(condition.of))
}

function groupArms(arms: readonly Condition[]): readonly JoinedArms[] {
  const groups: { readonly arms: Condition[]; readonly joins: RowJoin[] }[] = []
  for (const arm of arms) {
    const join = rowJoinOf(arm)
    const last = groups.at(-1)
    if (join && last?.joins[0]?.isLike(join)) {
      last.arms.push(arm)
      if (!last.joins.some((one) => one.hasSameTest(join))) last.joins.push(join)
    } else groups.push({ arms: [arm], joins: join ? [join] : [] })
  }
  return groups
}

function findJoin(some: Some): RowJoin | undefined {
  const { each, where } = some
  const parts = goalsOf(where)
  for (const part of parts) {
    if (part.kind !== 'compare' || part.operator !== '=') continue
    for (const [own, other] of [
      [part.left, part.right],
      [part.right, part.left],
    ] as const) {
      if (own.kind === 'path' && own.root === each && other.kind === 'path' && other.root !== each)
        return new RowJoin(some, part, own, other, parts)
    }
  }
  return undefined
}

/** The comparison of an element, or of a field of it, with a literal. */
interface FieldLiteral {
  /** Undefined for the element itself. */
  readonly field: string | undefined
  readonly literal: unknown
}

/** Returns a condition as the comparison of an element with a literal; undefined for any other condition. */
function fieldLiteral(condition: Condition, each: Variable): FieldLiteral | undefined {
  if (condition.kind !== 'compare' || condition.operator !== '=') return undefined
  const { left, right } = condition
  const [own, other] = isLiteral(right) ? [left, right] : [right, left]
  return isField(own, each) && isLiteral(other) ? { field: own.steps[0]?.name, literal: other.value } : undefined
}

function isField(one: Operand, each: Variable): one is Path {
  return one.kind === 'path' && one.root === each && one.steps.length <= 1
}
