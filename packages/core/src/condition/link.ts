import type { Schema } from '../schema/schema.js'
import { compileClosures } from './closures.js'
import type { Compare, Condition, Operand, Path, Some } from './condition.js'
import { and } from './construct.js'
import { splitFirst } from './loop.js'
import type { Meaning } from './meaning.js'
import type { Predicate } from './predicate.js'
import { equalsLiteral, read } from './read.js'
import { substitute } from './substitute.js'
import { canFailToRead, unknownType } from './type.js'

/** A quantifier that compares its rows with one thing beside them: `some x in r where x.a = b and …`, where the rest is of `x`. */
export class Link {
  /** What is compared of each row. */
  readonly own: Path
  /** What it is compared with. */
  readonly other: Path
  /** What else is asked of each row. */
  readonly tests: Condition
  /** Whether all of that is asked before. */
  readonly isLast: boolean
  readonly #some: Some
  readonly #compare: Compare
  #test: Predicate | null | undefined
  #canFail: boolean | undefined

  constructor(some: Some, compare: Compare, own: Path, other: Path, parts: readonly Condition[]) {
    this.own = own
    this.other = other
    this.tests = and(...parts.filter((part) => part !== compare))
    this.isLast = parts.at(-1) === compare
    this.#some = some
    this.#compare = compare
  }

  /** Whether reading the other thing can be an error. */
  canFail(schema: Schema): boolean {
    this.#canFail ??= canFailToRead(schema, this.other)
    return this.#canFail
  }

  /** That what one of some rows has is what the other thing has become. */
  compare(owns: readonly Operand[], other: Operand): Condition {
    const { left, span } = this.#compare
    const isOwnFirst = left === this.own
    const of: Compare[] = []
    for (const own of owns)
      of.push({
        kind: 'compare',
        operator: '=',
        left: isOwnFirst ? own : other,
        right: isOwnFirst ? other : own,
        span,
      })
    return of.length === 1 ? of[0]! : { kind: 'or', of }
  }

  /**
   * What tells of a row, in the place of the resource, whether it passes the tests; undefined where they speak of more than the
   * row. It bails out where an answer takes more than what is there.
   */
  testFor(meaning: Meaning): Predicate | undefined {
    this.#test ??= compileTest(this.tests, this.#some, meaning) ?? null
    return this.#test ?? undefined
  }
}

const known = new WeakMap<Some, Link | null>()

/** What a quantifier compares its rows with; undefined where it does not have this form. */
export function linkOf(some: Some): Link | undefined {
  let link = known.get(some)
  if (link === undefined) {
    link = findLink(some) ?? null
    known.set(some, link)
  }
  return link ?? undefined
}

function findLink(some: Some): Link | undefined {
  const { each, where } = some
  const parts = where.kind === 'and' ? where.of : [where]
  for (const part of parts) {
    if (part.kind !== 'compare' || part.operator !== '=') continue
    for (const [own, other] of [
      [part.left, part.right],
      [part.right, part.left],
    ] as const) {
      if (own.kind === 'path' && own.root === each && other.kind === 'path' && other.root !== each)
        return new Link(some, part, own, other, parts)
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
    case 'and':
    case 'or':
      return condition.of.every(isPlain)
    case 'not':
      return isPlain(condition.of)
    case 'some':
    case 'ref':
    case 'opaque':
    case 'failure':
      return false
    default:
      return true
  }
}
