import type { Span } from '@arcturus/core'
import {
  type Compare,
  type Formula,
  goalsOf,
  type KnownRow,
  mapParts,
  type Operand,
  type SomeFormula,
  type Variable,
} from '@arcturus/core/internal/prisma'
import { type Path, rowOf, samePath, sameRow } from '../schema/path.js'
import type { PrismaModel, PrismaRelation } from '../schema/schema.js'
import type { Tables } from '../schema/tables.js'
import { and, moved, or, rootsOf } from './formula.js'

/**
 * Rewrites a quantifier over a relation of a known row so that it starts at the resource: a `where`
 * can only start there. Every relation of Prisma can be followed both ways, so
 * `some role in User(1).roles where role.repoId = repo.id` becomes
 * `some role in repo.roles where role.userId = 1`.
 */
export function reroot(formula: Formula, tables: Tables): Formula {
  if (formula.kind === 'reach') return formula
  const turned = formula.kind === 'some' ? new Rerooting(tables).turned(formula) : undefined
  return turned ?? mapParts(formula, (one) => reroot(one, tables))
}

/**
 * Separates two columns that are both nil from two that are equal by a value. Nil columns are equal
 * but refer to no row, so they relate nothing.
 */
export function splitNils(formula: Formula, tables: Tables): Formula {
  // A negated comparison relates nothing.
  if (formula.kind === 'reach' || (formula.kind === 'not' && formula.of.kind !== 'some')) return formula
  if (formula.kind !== 'compare') return mapParts(formula, (one) => splitNils(one, tables))
  const { left, right, operator, span } = formula
  const areColumns = left.kind === 'path' && right.kind === 'path' && left.root !== right.root
  if (!areColumns || operator !== '=' || !isNullable(left, tables) || !isNullable(right, tables)) return formula
  const isNil = (one: Path): Compare => ({ kind: 'compare', operator: '=', left: one, right: nil, span })
  return or([
    and([isNil(left), isNil(right)]),
    and([{ ...isNil(left), operator: '!=' }, { ...isNil(right), operator: '!=' }, formula]),
  ])
}

function isNullable(path: Path, tables: Tables): boolean {
  const last = path.steps.at(-1)
  const field = last && tables.field(last.model, last.name)
  return field !== undefined && field.kind !== 'relation' && field.nullable
}

const nil: Operand = { kind: 'value', value: null }

/** Builds a condition on a row. */
type About = (row: Path) => Formula

/** Builds a formula that some related row satisfies a condition. */
type Way = (about: About) => Formula

/** Two equal columns: one of the own row, one of another row. */
interface Pair {
  readonly own: Path
  readonly other: Path
  /** The relations that must have a row for the two to be equal. */
  readonly present: readonly Path[]
}

class Rerooting {
  constructor(private readonly tables: Tables) {}

  /**
   * @returns undefined if it ranges over no known row, or if its rows are not related to a
   * reachable one
   */
  turned({ each, from, where, span }: SomeFormula): Formula | undefined {
    if (from.kind !== 'path' || from.root.kind !== 'row') return undefined
    const { root } = from
    const back = this.#back(from, span)
    if (!back) return undefined
    const way = this.#way(each, where, span)
    return way?.((row) => back(row)((known) => this.#isKnown(known, root, span)))
  }

  /** Returns the way from another row to the rows of a quantifier that satisfy its condition. */
  #way(each: Variable, where: Formula, span: Span): Way | undefined {
    const parts = goalsOf(where)
    const foreign = parts.filter((one) => [...rootsOf(one)].some((root) => root !== each))
    const rest = parts.filter((one) => !foreign.includes(one))
    const [only] = foreign
    const way =
      foreign.length === 1 && only?.kind === 'some'
        ? this.#throughSome(only, each)
        : this.#throughColumns(foreign, rest, each, span)
    return way && ((about) => way((row) => and([...rest.map((one) => moved(one, each, row)), about(row)])))
  }

  #throughSome(some: SomeFormula, each: Variable): Way | undefined {
    const { each: inner, from, where, span } = some
    if (from.kind !== 'path' || from.root.kind === 'row') return undefined
    if (from.root !== each) return this.#fromRows(some, each)
    const back = this.#back(from, span)
    if (!back) return undefined
    const way = this.#way(inner, where, span)
    return way && ((about) => way((row) => back(row)(about)))
  }

  /** Goes to the rows of another row's relation first. */
  #fromRows(some: SomeFormula, each: Variable): Way | undefined {
    const parts = some.where.kind === 'and' ? some.where.of : [some.where]
    const about = parts.filter((one) => rootsOf(one).has(each))
    const others = parts.filter((one) => !about.includes(one))
    const way = this.#way(each, and(about), some.span)
    return way && ((found) => ({ ...some, where: and([...others, way(found)]) }))
  }

  /**
   * Goes through equal columns of two rows: either one relation leads from one to the other, or two
   * lead from both to a third.
   */
  #throughColumns(foreign: readonly Formula[], rest: readonly Formula[], each: Variable, span: Span): Way | undefined {
    const pairs = foreign.flatMap((one) => (one.kind === 'compare' ? (this.#pair(one, each) ?? []) : []))
    const [first] = pairs
    if (!first || pairs.length !== foreign.length) return undefined
    if (!pairs.every((one) => sameRow(one.own, first.own) && sameRow(one.other, first.other))) return undefined
    for (const [own, other] of this.#sameRows(pairs, rest, span)) {
      const back = this.#back(own, span)
      if (!back) continue
      const way = back(other)
      const model = this.#modelOf(other)?.name
      if (other.steps.length === 0 || model === undefined) return way
      return (about) => and([isThere(other, model, span), way(about)])
    }
    return undefined
  }

  #pair({ left, right, operator }: Compare, each: Variable): Pair | undefined {
    if (left.kind !== 'path' || right.kind !== 'path' || operator !== '=') return undefined
    const [own, other] = left.root === each ? [left, right] : [right, left]
    if (own.root !== each || other.root === each || other.root.kind === 'row') return undefined
    const [a, b] = [this.tables.canonical(own), this.tables.canonical(other)]
    if (a.path.steps.length === 0 || b.path.steps.length === 0) return undefined
    return { own: a.path, other: b.path, present: [...a.present, ...b.present] }
  }

  /**
   * Yields paths of the own row and of the other one that lead to the same row if all these columns
   * are equal.
   */
  *#sameRows(
    pairs: readonly Pair[],
    rest: readonly Formula[],
    span: Span,
  ): Generator<readonly [own: Path, other: Path]> {
    const [own, other] = [rowOf(pairs[0]!.own), rowOf(pairs[0]!.other)]
    const [ownModel, otherModel] = [this.#modelOf(own), this.#modelOf(other)]
    if (!ownModel || !otherModel || pairs.some((pair) => this.#canBeNil(pair, rest))) return
    const equal = namesOf(pairs.map((pair) => [nameOf(pair.own), nameOf(pair.other)]))
    const isEqual = (names: readonly (readonly [string | undefined, string | undefined])[]) => namesOf(names) === equal
    const fits = (rows: readonly [Path, Path]): boolean =>
      pairs.every(({ present }) =>
        present.every((path) => rows.some((row) => samePath(row, path)) || this.#isKept(path)),
      )
    const found: (readonly [Path, Path])[] = []
    if (ownModel === otherModel && isEqual(ownModel.key.map((name) => [name, name]))) found.push([own, other])
    for (const one of this.#references(ownModel)) {
      if (one.model === otherModel.name && isEqual(one.from.map((name, at) => [name, one.to[at]]))) {
        found.push([stepped(own, one, ownModel, span), other])
      }
    }
    for (const two of this.#references(otherModel)) {
      if (two.model === ownModel.name && isEqual(two.from.map((name, at) => [two.to[at], name]))) {
        found.push([own, stepped(other, two, otherModel, span)])
      }
      for (const one of this.#references(ownModel)) {
        const isSame =
          one.model === two.model && isEqual(one.from.map((name, at) => [name, two.from[two.to.indexOf(one.to[at]!)]]))
        if (isSame) found.push([stepped(own, one, ownModel, span), stepped(other, two, otherModel, span)])
      }
    }
    for (const rows of found) if (fits(rows) && this.#isThere(rows, pairs)) yield rows
  }

  /** Whether both columns can be nil: then they are equal, and refer to no row. */
  #canBeNil({ own, other, present }: Pair, rest: readonly Formula[]): boolean {
    const isSaid = present.length > 0 || rest.some((one) => isNotNil(one, own))
    return !isSaid && isNullable(own, this.tables) && isNullable(other, this.tables)
  }

  /**
   * Whether the row at both ends exists: it is one of the two compared rows, or a reference of
   * either always leads to it.
   */
  #isThere(rows: readonly [own: Path, other: Path], pairs: readonly Pair[]): boolean {
    const ends = [rowOf(pairs[0]!.own), rowOf(pairs[0]!.other)]
    const isEnd = rows.some((row) => ends.some((end) => samePath(end, row)))
    const isPresent = pairs.some(({ present }) => present.some((path) => rows.some((row) => samePath(row, path))))
    return isEnd || isPresent || rows.some((row) => this.#isKept(row))
  }

  #references({ fields }: PrismaModel): PrismaRelation[] {
    return fields.filter((field): field is PrismaRelation => field.kind === 'relation' && this.tables.names(field))
  }

  #isKept(path: Path): boolean {
    const relation = this.tables.relation(path)
    return relation !== undefined && this.tables.isKept(relation)
  }

  /**
   * Returns the way from the row that a path leads to back to the rows where it starts.
   * @returns undefined if the way back is not part of the schema
   */
  #back(path: Path, span: Span): ((row: Path) => Way) | undefined {
    const inverses: PrismaRelation[] = []
    let model = this.tables.model(path.root.model)
    for (const { name } of path.steps) {
      const relation = this.tables.field(model?.name, name)
      const inverse = relation?.kind === 'relation' ? this.tables.inverse(relation) : undefined
      if (relation?.kind !== 'relation' || !inverse) return undefined
      inverses.unshift(inverse)
      model = this.tables.model(relation.model)
    }
    return (row) => (about) => this.#along(row, inverses, about, span)
  }

  #along(row: Path, [relation, ...others]: readonly PrismaRelation[], about: About, span: Span): Formula {
    if (!relation) return about(row)
    const model = this.tables.holder(relation)
    const next = stepped(row, relation, model, span)
    if (relation.list) {
      const each: Variable = { kind: 'variable', name: relation.name, model: relation.model, type: row.root.type }
      const where = this.#along({ kind: 'path', root: each, steps: [] }, others, about, span)
      return { kind: 'some', each, from: next, where, span }
    }
    const found = this.#along(next, others, about, span)
    if (!this.tables.canBeMissing(relation)) return found
    return and([isThere(next, relation.model, span), found])
  }

  #isKnown(row: Path, { key }: KnownRow, span: Span): Formula {
    return and(
      key.map(({ field, value }): Formula => {
        const column: Path = { ...row, steps: [...row.steps, { name: field, model: this.#modelOf(row)?.name, span }] }
        const { path, present } = this.tables.canonical(column)
        const left = present.every((one) => this.#isKept(one)) ? path : column
        return { kind: 'compare', operator: '=', left, right: { kind: 'value', value }, span }
      }),
    )
  }

  /** Returns the model of the row that a path leads to. */
  #modelOf(path: Path): PrismaModel | undefined {
    return this.tables.model(path.steps.length === 0 ? path.root.model : this.tables.relation(path)?.model)
  }
}

function isNotNil(formula: Formula, column: Path): boolean {
  if (formula.kind !== 'compare' || formula.operator !== '!=') return false
  const { left, right } = formula
  return left.kind === 'path' && samePath(left, column) && right.kind === 'value' && right.value === null
}

function stepped(row: Path, { name }: PrismaRelation, model: PrismaModel | undefined, span: Span): Path {
  return { kind: 'path', root: row.root, steps: [...row.steps, { name, model: model?.name, span }] }
}

function isThere(row: Path, model: string, span: Span): Formula {
  return { kind: 'isa', of: row, model, exact: false, span }
}

function nameOf({ steps }: Path): string {
  return steps.at(-1)!.name
}

/** Returns the same text for the same pairs of names, in any order. */
function namesOf(pairs: readonly (readonly [string | undefined, string | undefined])[]): string {
  return JSON.stringify(pairs.map((pair) => JSON.stringify(pair)).sort())
}
