import type { Schema } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'
import type { Condition, Definition, In, Operand, Some, Variable } from '../condition.js'
import { and, or } from '../construct.js'
import { canFail, Fallible } from '../fallible.js'
import { isSame, isSameOperand, likenessOf, likenessOfOperand } from '../same.js'
import { substitute } from '../substitute.js'
import { areTextTests } from '../texts.js'
import { operandType, stepField, unknownType } from '../type.js'
import { alternativesOf, goalsOf, mapParts, operandsIn, partsIn, pathsIn, variablesIn } from '../visit.js'
import { groupsOf } from './groups.js'
import { unite } from './unite.js'

/**
 * Returns a condition with the same outcomes that iterates over each collection once. For example,
 * `some r in u.roles where r.name = "a" and r.of = x`, a test of something else, and the same of
 * `"b"`, become the test and `some r in u.roles where (r.name = "a" or r.name = "b") and r.of = x`.
 *
 * Alternatives can change places, and those that begin alike can be joined. Other parts move only if
 * no error can become visible or invisible by that: an error is not false under a `not`.
 *
 * @param definition - The recursive definition that it is the body of. Its calls stay the last alternatives, and
 * apart from others: such a call can be a loop.
 */
export function gather(schema: Schema, condition: Condition, definition?: Definition): Condition {
  const gathering = new Gathering(schema)
  const arms = unite(alternativesOf(condition))
  const steps = arms.filter((arm) => endsWithCall(arm, definition))
  const others = arms.filter((arm) => !steps.includes(arm))
  return or(gathering.gather(or(...others)), ...steps.map((step) => gathering.gather(step)))
}

class Gathering {
  readonly #fallible = new Fallible()

  constructor(private readonly schema: Schema) {}

  gather(condition: Condition): Condition {
    const gathered = mapParts(condition, (one) => this.gather(one))
    if (gathered.kind === 'ref') return or(...unite([gathered]))
    return gathered.kind === 'or' ? this.#disjunction(gathered.of) : gathered
  }

  #canFail(condition: Condition): boolean {
    return canFail(this.schema, condition, this.#fallible)
  }

  /** Joins alternatives. Tests that need no search come first, and searches within searches last. */
  #disjunction(arms: readonly Condition[]): Condition {
    const all = or(...unite(arms))
    if (all.kind !== 'or') return all
    const joined = this.#sharing(this.#merged(all.of))
    const weighed = joined.map((arm) => ({ arm, searches: searchesIn(arm) }))
    return or(...weighed.sort((one, other) => one.searches - other.searches).map(({ arm }) => arm))
  }

  /** Joins alternatives that begin alike: `a and b or c or a and d` becomes `a and (b or d) or c`. */
  #sharing(arms: readonly Condition[]): readonly Condition[] {
    const first = (arm: Condition): Condition => goalsOf(arm)[0]!
    const groups = groupsOf(
      arms,
      (arm) => likenessOf(first(arm)),
      (one, other) => isSame(first(one), first(other)),
    )
    return groups.map((group) => {
      if (group.length === 1) return group[0]!
      const rests = group.map((arm) => and(...goalsOf(arm).slice(1)))
      return and(goalsOf(group[0]!)[0]!, this.#disjunction(rests))
    })
  }

  /** Joins alternatives over one collection. */
  #merged(arms: readonly Condition[]): readonly Condition[] {
    const quantifiers = new Map(arms.map((arm) => [arm, this.#asQuantifier(arm)]))
    const groups = groupsOf(
      arms,
      (arm) => {
        const some = quantifiers.get(arm)
        return some ? likenessOfOperand(some.from) : arm
      },
      (one, other) => {
        const [some, another] = [quantifiers.get(one), quantifiers.get(other)]
        return some !== undefined && another !== undefined && isSameOperand(some.from, another.from)
      },
    )
    return groups.map((group) =>
      // Sound: alternatives of a larger group are quantifiers.
      group.length === 1 ? group[0]! : this.#union(group.map((arm) => quantifiers.get(arm)!)),
    )
  }

  #union([first, ...others]: readonly Some[]): Condition {
    const { each } = first!
    const row: Operand = { kind: 'path', root: each, steps: [] }
    const wheres = others.map((some) => substitute(some.where, (root) => (root === some.each ? row : undefined)))
    return { ...first!, where: this.#alternatives([first!.where, ...wheres].flatMap((where) => this.#armsOf(where))) }
  }

  /** Joins alternatives about one row: those with the same last test share it, and then those with the same first one. */
  #alternatives(wheres: readonly Condition[]): Condition {
    const last = (where: Condition): Condition => goalsOf(where).at(-1)!
    const groups = groupsOf(
      wheres,
      (where) => likenessOf(last(where)),
      (one, other) => isSame(last(one), last(other)) && this.#failAlike([headOf(one), headOf(other)]),
    )
    return this.#disjunction(groups.map((group) => and(this.#distinct(group.map(headOf)), goalsOf(group[0]!).at(-1)!)))
  }

  /** Returns the disjunction of conditions without those that another one implies. */
  #distinct(conditions: readonly Condition[]): Condition {
    /** The conditions by their first part: one that another one implies has this part, too. */
    const places = new Map<unknown, number[]>()
    for (const [at, one] of conditions.entries()) entryOf(places, likenessOf(goalsOf(one)[0]!), () => []).push(at)
    const kept = conditions.filter((one, at) => {
      const isImplied = (place: number): boolean => {
        const other = conditions[place]!
        return place !== at && implies(one, other) && (place < at || !implies(other, one))
      }
      return this.#canFail(one) || !goalsOf(one).some((part) => places.get(likenessOf(part))?.some(isImplied))
    })
    return this.#disjunction(kept)
  }

  /**
   * Returns whether none of some conditions is an error where another one is true. Then `a and c or b and c` is
   * `(a or b) and c`.
   */
  #failAlike([first, ...others]: readonly Condition[]): boolean {
    return others.every((other) => this.#failsWith(other, first!) && this.#failsWith(first!, other))
  }

  /** Returns whether a condition is an error only if another one is, or is false. */
  #failsWith(condition: Condition, other: Condition): boolean {
    const isTested = (part: Condition): boolean =>
      goalsOf(other).some((one) => isSame(one, part) || areTextTests(one, part))
    return !this.#canFail(condition) || goalsOf(condition).every((part) => !this.#canFail(part) || isTested(part))
  }

  /**
   * Returns an alternative as a quantifier, also a test whether a list has a literal. Tests before it that need no
   * search become its last tests, if no part of it can fail, and they read no relation, which may not be loaded.
   */
  #asQuantifier(arm: Condition): Some | undefined {
    if (arm.kind === 'in') return arm.item.kind === 'value' ? quantified(arm, this.schema) : undefined
    const parts = goalsOf<Condition>(arm)
    const some = parts.at(-1)!
    const tests = parts.slice(0, -1)
    if (some.kind !== 'some') return undefined
    if (tests.length === 0) return some
    if (tests.some((one) => !isTest(one) || readsRelation(this.schema, one))) return undefined
    if ([...tests, some].some((one) => this.#canFail(one))) return undefined
    const wheres = this.#armsOf(some.where).map((one) => and(headOf(one), ...tests, goalsOf(one).at(-1)!))
    return { ...some, where: or(...wheres) }
  }

  /** Returns a condition as alternatives: also a disjunction before one last test. */
  #armsOf(where: Condition): readonly Condition[] {
    if (where.kind === 'or') return where.of.flatMap((one) => this.#armsOf(one))
    const alternatives = unfolded(where)
    if (!alternatives || !this.#failAlike(alternatives.map(headOf))) return [where]
    return alternatives.flatMap((one) => this.#armsOf(one))
  }
}

/** Returns the goals before the last one. */
function headOf(condition: Condition): Condition {
  return and(...goalsOf(condition).slice(0, -1))
}

function endsWithCall(arm: Condition, definition: Definition | undefined): boolean {
  const last = goalsOf(arm).at(-1)
  return last?.kind === 'ref' && last.definition === definition
}

/** Returns the alternatives of `(a or b) and last`; undefined for another condition. */
export function unfolded(where: Condition): readonly Condition[] | undefined {
  if (where.kind !== 'and' || where.of.length !== 2) return undefined
  const [first, last] = where.of as readonly [Condition, Condition]
  return first.kind === 'or' ? first.of.map((one) => and(one, last)) : undefined
}

/** Returns `literal in list` as a quantifier. */
function quantified({ item, list, span }: In, schema: Schema): Some {
  const { scalar } = operandType(schema, list)
  const each: Variable = { kind: 'variable', name: 'element', model: undefined, type: { ...unknownType, scalar } }
  const element: Operand = { kind: 'path', root: each, steps: [] }
  const where: Condition = { kind: 'compare', operator: '=', left: element, right: item, span }
  return { kind: 'some', each, from: list, where, span }
}

/** Estimates how many collections an evaluation visits; those within others count several times. */
function searchesIn(condition: Condition): number {
  const inParts = partsIn(condition).reduce((sum, part) => sum + searchesIn(part), 0)
  switch (condition.kind) {
    case 'in':
      return 1
    case 'ref':
    case 'opaque':
      return 1000
    default:
      return variablesIn(condition).length > 0 ? 2 + 4 * inParts : inParts
  }
}

function isTest({ kind }: Condition): boolean {
  return kind === 'compare' || kind === 'test' || kind === 'isa'
}

function readsRelation(schema: Schema, condition: Condition): boolean {
  const paths = operandsIn(condition).flatMap(pathsIn)
  return paths.some(({ steps }) => steps.some((step) => stepField(schema, step)?.kind === 'relation'))
}

/** Returns whether a conjunction has all parts of another one. */
function implies(one: Condition, other: Condition): boolean {
  return goalsOf(other).every((part) => goalsOf(one).some((known) => isSame(known, part)))
}
