import type { Compare, Condition, Operand, Or, Path, Some } from '../../condition/condition.js'
import { and, partsIn } from '../../condition/construct.js'
import { isSameOperand } from '../../condition/factor.js'
import { substitute } from '../../condition/substitute.js'
import { canFailToRead, declaredModel, unknownType } from '../../condition/type.js'
import { compileClosures } from '../../predicate/closures/closures.js'
import { type Arm, splitFirst } from '../../predicate/closures/loop.js'
import type { Predicate } from '../../predicate/compiler.js'
import type { Meaning } from '../../predicate/meaning.js'
import { equalsLiteral, read } from '../../predicate/read.js'
import type { Schema } from '../../schema/schema.js'

/** A quantifier that compares its rows with one thing beside them: `some x in r where x.a = b and …`, where the rest is of `x`. */
export class RowJoin {
  readonly some: Some
  /** What is compared of each row. */
  readonly own: Path
  /** What it is compared with. */
  readonly other: Path
  /** What else is asked of each row. */
  readonly tests: Condition
  /** Whether all of that is asked before. */
  readonly isLast: boolean
  readonly #compare: Compare
  #test: Predicate | null | undefined
  #canFail: boolean | undefined
  #isUndeclared: boolean | undefined

  constructor(some: Some, compare: Compare, own: Path, other: Path, parts: readonly Condition[]) {
    this.own = own
    this.other = other
    this.tests = and(...parts.filter((part) => part !== compare))
    this.isLast = parts.at(-1) === compare
    this.some = some
    this.#compare = compare
  }

  /** Whether reading the other thing can be an error. */
  canFail(schema: Schema): boolean {
    this.#canFail ??= canFailToRead(schema, this.other)
    return this.#canFail
  }

  /** Whether no relation leads to what is compared, so that its rows are told one by one. */
  isUndeclared(schema: Schema): boolean {
    this.#isUndeclared ??= declaredModel(schema, this.own) === undefined
    return this.#isUndeclared
  }

  /** That what one of some rows has is what the other thing has become. */
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

  /** Whether one pass over the rows tells what both say, one after the other. */
  isLike(link: RowJoin): boolean {
    const isOwnFirst = this.#compare.left === this.own
    return (
      this.isLast === link.isLast &&
      isOwnFirst === (link.#compare.left === link.own) &&
      isSameOperand(this.some.from, link.some.from) &&
      isSameOperand(this.other, link.other) &&
      isSameOperand(this.own, { ...link.own, root: this.own.root })
    )
  }

  /** Whether both ask the same of a row, which some rules do that inherit by several ways. */
  asksSame(link: RowJoin): boolean {
    const [one, other] = [this.#only, link.#only]
    return one?.field !== undefined && one.field === other?.field && one.literal === other.literal
  }

  /** What is asked of a row, where it is that one field equals a literal: the name of a role, mostly. */
  get #only(): Arm['first'] {
    const { first, rest } = splitFirst({ ...this.some, where: this.tests })
    return rest.kind === 'true' ? first : undefined
  }

  /**
   * What tells of a row, in the place of the resource, whether it passes the tests; undefined where they speak of more than the
   * row. It bails out where an answer takes more than what is there.
   */
  testFor(meaning: Meaning): Predicate | undefined {
    this.#test ??= compileTest(this.tests, this.some, meaning) ?? null
    return this.#test ?? undefined
  }
}

// Shared by all questions: conditions never change, and these depend on the condition alone.
const known = new WeakMap<Some, RowJoin | null>()

/** What a quantifier compares its rows with; undefined where it does not have this form. */
export function rowJoinOf(some: Some): RowJoin | undefined {
  let link = known.get(some)
  if (link === undefined) {
    link = findLink(some) ?? null
    known.set(some, link)
  }
  return link ?? undefined
}

/** Arms of a disjunction that stand in a row. */
export interface LinkedArms {
  readonly arms: readonly Condition[]
  /** What the arms compare rows with, each thing once, where they compare the same rows with the same thing. */
  readonly links: readonly RowJoin[]
}

const grouped = new WeakMap<Or, readonly LinkedArms[]>()

/** The arms of a disjunction, those together that one pass over rows can tell. */
export function joinedArms(condition: Or): readonly LinkedArms[] {
  let groups = grouped.get(condition)
  if (!groups) {
    groups = groupArms(condition.of)
    grouped.set(condition, groups)
  }
  return groups
}

function groupArms(arms: readonly Condition[]): readonly LinkedArms[] {
  const groups: { readonly arms: Condition[]; readonly links: RowJoin[] }[] = []
  for (const arm of arms) {
    const link = arm.kind === 'some' ? rowJoinOf(arm) : undefined
    const last = groups.at(-1)
    if (link && last?.links[0]?.isLike(link)) {
      last.arms.push(arm)
      if (!last.links.some((one) => one.asksSame(link))) last.links.push(link)
    } else groups.push({ arms: [arm], links: link ? [link] : [] })
  }
  return groups
}

function findLink(some: Some): RowJoin | undefined {
  const { each, where } = some
  const parts = where.kind === 'and' ? where.of : [where]
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

function compileTest(tests: Condition, some: Some, meaning: Meaning): Predicate | undefined {
  const { each } = some
  if (!isPlain(tests)) return undefined
  const { first, rest } = splitFirst({ ...some, where: tests })
  if (first?.field !== undefined && rest.kind === 'true') {
    const { field, literal } = first
    // The name of a role, mostly.
    return (_actor, _action, row) => equalsLiteral(meaning, read(row, field), literal)
  }
  const row: Path = {
    kind: 'path',
    root: { kind: 'resource', name: each.name, model: undefined, type: unknownType },
    steps: [],
  }
  let isOwn = true
  const ofRow = substitute(tests, (root) => {
    isOwn &&= root === each
    return row
  })
  return isOwn ? compileClosures(ofRow, meaning) : undefined
}

/** Whether a condition asks for nothing but what a row has. */
function isPlain(condition: Condition): boolean {
  switch (condition.kind) {
    case 'some':
    case 'ref':
    case 'opaque':
    case 'failure':
      return false
    default:
      return partsIn(condition).every(isPlain)
  }
}
