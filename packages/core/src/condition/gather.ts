import type { Schema } from '../schema/schema.js'
import { entryOf } from '../values/entryOf.js'
import type { And, Condition, Definition, Operand, Some } from './condition.js'
import { and, or, TRUE } from './construct.js'
import { factor, isSameOperand, isSameTest } from './factor.js'
import { canFail, Fallible } from './fallible.js'
import { substitute } from './substitute.js'
import { partsIn } from './visit.js'

/**
 * Returns a condition with the same outcomes that iterates over each collection once. For example,
 * `some r in u.roles where r.name = "a" and r.of = x`, a test of something else, and the same of
 * `"b"`, become the test and `some r in u.roles where (r.name = "a" or r.name = "b") and r.of = x`.
 *
 * Only parts that can't be an error change places, according to the schema.
 */
export function gather(schema: Schema, condition: Condition): Condition {
  return new Gathering(schema).gather(condition)
}

class Gathering {
  readonly #schema: Schema
  readonly #fallible = new Fallible()

  constructor(schema: Schema) {
    this.#schema = schema
  }

  gather(condition: Condition): Condition {
    switch (condition.kind) {
      case 'and':
        return and(...condition.of.map((one) => this.gather(one)))
      case 'or':
        return this.#disjunction(condition.of.map((one) => this.gather(one)))
      case 'not':
        return { kind: 'not', of: this.gather(condition.of) }
      case 'some':
        return { ...condition, where: this.gather(condition.where) }
      default:
        return condition
    }
  }

  #canFail(condition: Condition): boolean {
    return canFail(this.#schema, condition, this.#fallible)
  }

  #disjunction(arms: readonly Condition[]): Condition {
    const found: Condition[] = []
    let free: Condition[] = []
    const calls = new Map<Definition, Condition[]>()
    const close = (): void => {
      const merged = sharing(this.#merged(free), (rests) => this.#disjunction(rests))
      // Tests that need no search come first, and searches within searches last.
      found.push(...[...merged].sort((one, other) => searchesIn(one) - searchesIn(other)))
      free = []
    }
    for (const arm of arms) {
      if (isRepeated(arm, calls)) continue
      if (!this.#canFail(arm)) free.push(arm)
      else {
        close()
        found.push(arm)
      }
    }
    close()
    return or(...found)
  }

  /** Merges arms over one collection at the place of the first. None of the arms can fail. */
  #merged(arms: readonly Condition[]): readonly Condition[] {
    const groups: { readonly arms: Condition[]; readonly quantifiers: Some[] }[] = []
    for (const arm of arms) {
      const some = asQuantifier(arm)
      const group = some && groups.find(({ quantifiers: [first] }) => first && isSameOperand(first.from, some.from))
      if (group) {
        group.arms.push(arm)
        group.quantifiers.push(some)
      } else groups.push({ arms: [arm], quantifiers: some ? [some] : [] })
    }
    return groups.flatMap((group) => {
      if (group.arms.length === 1) return group.arms
      const union = this.#union(group.quantifiers)
      // The test that made a read safe may come after that read now.
      return this.#canFail(union) ? group.arms : [union]
    })
  }

  #union([first, ...others]: readonly Some[]): Condition {
    const { each } = first!
    const row: Operand = { kind: 'path', root: each, steps: [] }
    const wheres = others.map((some) => substitute(some.where, (root) => (root === some.each ? row : undefined)))
    return { ...first!, where: this.#alternatives([first!.where, ...wheres].flatMap(armsOf)) }
  }

  /** Joins alternatives about one row: those with the same last test share it, and then those with the same first one. */
  #alternatives(wheres: readonly Condition[]): Condition {
    const groups: { readonly last: Condition; readonly heads: Condition[] }[] = []
    for (const where of wheres) {
      const parts = where.kind === 'and' ? where.of : [where]
      const last = parts.at(-1)!
      const head = and(...parts.slice(0, -1))
      const group = groups.find((one) => isSame(one.last, last))
      if (group) group.heads.push(head)
      else groups.push({ last, heads: [head] })
    }
    return factor(this.#disjunction(groups.map(({ last, heads }) => and(this.#distinct(heads), last))))
  }

  /** Returns the disjunction of conditions without those that another one implies. */
  #distinct(conditions: readonly Condition[]): Condition {
    if (conditions.some(({ kind }) => kind === 'true')) return TRUE
    const kept = conditions.filter(
      (one, at) =>
        !conditions.some((other, place) => place !== at && implies(one, other) && (place < at || !implies(other, one))),
    )
    return this.#disjunction(kept)
  }
}

/**
 * Joins arms that begin alike: `A and B or C or A and D` becomes `A and (B or D) or C`. None of the arms can fail.
 * @param join - Returns the disjunction of the rests.
 */
function sharing(arms: readonly Condition[], join: (rests: readonly Condition[]) => Condition): readonly Condition[] {
  const groups: { readonly first: Condition; readonly arms: Condition[] }[] = []
  for (const arm of arms) {
    const first = arm.kind === 'and' ? arm.of[0]! : arm
    const group = arm.kind === 'and' ? groups.find((one) => isSame(one.first, first)) : undefined
    if (group) group.arms.push(arm)
    else groups.push({ first, arms: [arm] })
  }
  return groups.map((group) => {
    if (group.arms.length === 1) return group.arms[0]!
    const rests = group.arms.map((arm) => (arm.kind === 'and' ? and(...arm.of.slice(1)) : TRUE))
    return and(group.first, join(rests))
  })
}

/** Returns whether a call is among the earlier ones, which had no solution when it is reached; otherwise adds it. */
function isRepeated(arm: Condition, calls: Map<Definition, Condition[]>): boolean {
  if (arm.kind !== 'ref') return false
  const known = entryOf(calls, arm.definition, () => [])
  if (known.some((one) => isSame(one, arm))) return true
  known.push(arm)
  return false
}

/** Returns an arm as a quantifier: tests before it that need no search become its last tests. */
function asQuantifier(arm: Condition): Some | undefined {
  if (arm.kind === 'some') return arm
  if (arm.kind !== 'and') return undefined
  const some = arm.of.at(-1)!
  const tests = arm.of.slice(0, -1)
  if (some.kind !== 'some' || !tests.every(isTest)) return undefined
  return { ...some, where: within(some.where, tests) }
}

/** Adds tests to each alternative, before its last test: that is the one that alternatives share. */
function within(where: Condition, tests: readonly Condition[]): Condition {
  return or(
    ...armsOf(where).map((one) => {
      const parts = one.kind === 'and' ? one.of : [one]
      return and(...parts.slice(0, -1), ...tests, parts.at(-1)!)
    }),
  )
}

/** Returns a condition as alternatives: also a disjunction before one last test. */
function armsOf(where: Condition): readonly Condition[] {
  if (where.kind === 'or') return where.of.flatMap(armsOf)
  const alternatives = unfolded(where)
  return alternatives?.flatMap(armsOf) ?? [where]
}

/** Returns the alternatives of `(a or b) and last`; undefined for another condition. */
export function unfolded(where: Condition): readonly Condition[] | undefined {
  if (where.kind !== 'and' || where.of.length !== 2) return undefined
  const [first, last] = (where as And).of as readonly [Condition, Condition]
  return first.kind === 'or' ? first.of.map((one) => and(one, last)) : undefined
}

/** Estimates how many collections an evaluation visits; those within others count several times. */
function searchesIn(condition: Condition): number {
  const inParts = partsIn(condition).reduce((sum, part) => sum + searchesIn(part), 0)
  switch (condition.kind) {
    case 'in':
      return 1
    case 'some':
      return 2 + 4 * inParts
    case 'ref':
    case 'opaque':
      // The last arm of a recursive definition stays its last.
      return 1000
    default:
      return inParts
  }
}

function isTest({ kind }: Condition): boolean {
  return kind === 'compare' || kind === 'test' || kind === 'isa'
}

/** Returns whether a test relies on an earlier class test. */
function isNarrowed(test: Condition): boolean {
  const operands = test.kind === 'compare' ? [test.left, test.right] : 'of' in test ? [test.of as Operand] : []
  return operands.some(hasNarrowedType)
}

function hasNarrowedType(operand: Operand): boolean {
  return operand.kind === 'path' && operand.as !== undefined && Object.hasOwn(operand, 'as')
}

function isSameRead(one: Operand, other: Operand): boolean {
  return isSameOperand(one, other) && !hasNarrowedType(one) && !hasNarrowedType(other)
}

/** Returns whether a conjunction has all parts of another one. */
function implies(one: Condition, other: Condition): boolean {
  const parts = one.kind === 'and' ? one.of : [one]
  const needed = other.kind === 'and' ? other.of : [other]
  return needed.every((part) => parts.some((known) => isSame(known, part)))
}

/** Returns whether two conditions test the same, as far as this is easy to see. */
export function isSame(one: Condition, other: Condition): boolean {
  if (one === other || (isSameTest(one, other) && !isNarrowed(one) && !isNarrowed(other))) return true
  if (one.kind === 'not' && other.kind === 'not') return isSame(one.of, other.of)
  if (one.kind === 'ref' && other.kind === 'ref') {
    return one.definition === other.definition && one.args.every((arg, at) => isSameRead(arg, other.args[at]!))
  }
  if ((one.kind !== 'and' && one.kind !== 'or') || one.kind !== other.kind) return false
  return one.of.length === other.of.length && one.of.every((part, at) => isSame(part, other.of[at]!))
}
