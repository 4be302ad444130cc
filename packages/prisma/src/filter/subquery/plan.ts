import {
  type Definite,
  type Formula,
  type KnownRow,
  type Operand,
  type Schema,
  type Subject,
  spanOf,
  UnsupportedFilterError,
} from '@arcturus/core/internal/prisma'
import type { IdQuery } from '../../database/send.js'
import { refuse } from '../../refusal.js'
import { definiteOf, rootsOf } from '../formula.js'
import { all, any, type Printed, sizeOf, type Where } from '../printed.js'
import type { WherePrinter } from '../printer.js'
import type { IdQueries } from './idQuery.js'
import type { ParentPart } from './parents.js'

/**
 * How filters are put to Prisma. `where`: as a `where` alone. `subquery`: as the keys of the rows,
 * which one SQL query finds first. `auto`: as a `where`, plus the keys of those rows that no
 * `where` can express.
 */
export type Strategy = 'auto' | 'where' | 'subquery'

/** The maximum number of parents that are listed. Somebody with more of them sees many rows. */
const mostParents = 1_000

/** How one filter is put to Prisma. */
export interface FilterPlan {
  /** The queries to run first; usually none. */
  readonly queries: readonly IdQuery[]
  /** The reason why a `where` alone was not enough, if that was tried. */
  readonly refused: unknown
  /**
   * @param keys - The rows that each query found.
   * @throws UnsupportedFilterError if a `where` can't name so many rows
   */
  where(keys: readonly Printed[]): Where
}

interface Part {
  readonly queries: readonly IdQuery[]
  readonly refused?: unknown
  printed(keys: readonly Printed[]): Printed
  /** The whole `where`, if it depends on no keys. */
  readonly finished?: Where | undefined
}

/** Decides how filters are put to Prisma. */
export class Planner {
  /** @param queries - Undefined for a database without an SQL dialect here. */
  constructor(
    private readonly printer: WherePrinter,
    private readonly queries: IdQueries | undefined,
    private readonly schema: Schema,
  ) {}

  /**
   * @param isOfList - Whether the query reads a list or counts it.
   * @throws UnsupportedFilterError if the strategy can't express the condition exactly
   */
  plan(condition: Definite, model: string, strategy: Strategy, isOfList = false): FilterPlan {
    const { queries, printed, refused, finished } = this.#part(condition, model, strategy)
    if (isOfList && strategy === 'auto' && queries.length === 0 && finished && this.queries) {
      const ahead = this.#ahead(condition, model, finished, this.queries)
      if (ahead) return ahead
    }
    return { queries, refused, where: (keys) => finished ?? this.printer.finish(printed(keys), model) }
  }

  /**
   * Looks up the parents of the rows first, if Prisma would join the parent of each row that it
   * looks at: a page for somebody who sees few rows looks at many, and a count at all of them.
   * @param joined - The `where` that joins them, for too many parents.
   * @returns undefined if Prisma joins none, or if SQL can't express the condition on them
   */
  #ahead(condition: Definite, model: string, joined: Where, queries: IdQueries): FilterPlan | undefined {
    const [formula, parts] = this.printer.parentParts(this.printer.prepared(condition))
    if (parts.size === 0) return undefined
    const most = Math.min(mostParents, Math.floor(this.printer.limit / 9))
    try {
      const found = [...parts.values()].map(({ relation, condition: ofParent }) =>
        queries.write(definiteOf(ofParent, this.schema), relation.model, most, true),
      )
      return {
        queries: found,
        refused: undefined,
        where: (keys) => this.#withParents(formula, model, joined, parts, keys, most),
      }
    } catch (error) {
      if (error instanceof UnsupportedFilterError) return undefined
      throw error
    }
  }

  #withParents(
    formula: Formula,
    model: string,
    joined: Where,
    parts: ReadonlyMap<Formula, ParentPart>,
    keys: readonly Printed[],
    most: number,
  ): Where {
    const known = new Map<Formula, Printed>()
    for (const [at, [part, { relation }]] of [...parts].entries()) {
      const found = keys[at] ?? false
      const [own, key] = [relation.from[0]!, relation.to[0]!]
      if (sizeOf(found).values > most) return joined
      known.set(part, typeof found === 'object' && { [own]: found[key] })
    }
    try {
      return this.printer.finish(this.printer.printed(formula, undefined, known), model)
    } catch (error) {
      // All parents together can be too many for one query.
      if (error instanceof UnsupportedFilterError) return joined
      throw error
    }
  }

  #part(condition: Definite, model: string, strategy: Strategy): Part {
    const queries = this.queries
    if (condition.kind === 'true' || condition.kind === 'false') {
      return { queries: [], printed: () => condition.kind === 'true' }
    }
    if (strategy === 'where') return this.#where(condition, model, undefined)
    if (strategy === 'subquery') {
      if (queries) return ofKeys(queries.write(condition, model, this.printer.limit))
      return refuse('provider', "strategy 'subquery' is not supported on this database.", undefined)
    }
    const part = this.#tryWhere(condition, model, queries)
    if (!(part instanceof UnsupportedFilterError)) return part
    if (!queries) throw part
    return { ...this.#mixed(condition, model, queries), refused: part.data?.['reason'] }
  }

  /** Looks rows up only for the alternatives that a `where` can't express. */
  #mixed(condition: Definite, model: string, queries: IdQueries): Part {
    if (condition.kind !== 'or') return this.#found(condition, model, queries)
    const { parts, others } = this.#divide(condition.of, model, queries)
    return joined(any, [...parts, this.#found(joinedBy('or', others), model, queries)])
  }

  /**
   * Looks up a conjunction as a whole: its parts alone hold for more rows. SQL gets a part of it
   * only if SQL can't express the whole.
   * @throws UnsupportedFilterError if neither SQL nor a `where` can express a part
   */
  #found(condition: Definite, model: string, queries: IdQueries): Part {
    try {
      return ofKeys(queries.write(condition, model, this.printer.limit))
    } catch (error) {
      if (!(error instanceof UnsupportedFilterError)) throw error
      if (condition.kind === 'or') {
        return joined(
          any,
          condition.of.map((one) => this.#found(one, model, queries)),
        )
      }
      if (condition.kind !== 'and') throw error
      const { parts, others } = this.#divide(condition.of, model, queries)
      if (parts.length === 0 || others.length === 0) throw error
      return joined(all, [...parts, this.#found(joinedBy('and', others), model, queries)])
    }
  }

  /** Separates the parts that a `where` can express from the rest. */
  #divide(of: readonly Definite[], model: string, queries: IdQueries) {
    const parts: Part[] = []
    const others: Definite[] = []
    for (const one of of) {
      const part = this.#tryWhere(one, model, queries)
      if (part instanceof UnsupportedFilterError) others.push(one)
      else parts.push(part)
    }
    return { parts, others }
  }

  #tryWhere(condition: Definite, model: string, queries: IdQueries | undefined): Part | UnsupportedFilterError {
    try {
      return this.#where(condition, model, queries)
    } catch (error) {
      if (error instanceof UnsupportedFilterError) return error
      throw error
    }
  }

  /**
   * @param queries - Evaluates the parts that are the same for all rows. Without it those parts are
   * refused.
   */
  #where(condition: Definite, model: string, queries: IdQueries | undefined): Part {
    const formula = this.printer.prepared(condition)
    const closed = new Map<Formula, IdQuery>()
    const note = (one: Formula, found: IdQueries): boolean => {
      if (!closed.has(one)) closed.set(one, this.#isTrue(one, found))
      return true
    }
    const printed = this.printer.printed(formula, queries && ((one) => note(one, queries)))
    const finished = typeof printed === 'object' ? this.printer.finish(printed, model) : undefined
    if (closed.size === 0) return { queries: [], printed: () => printed, finished }
    const parts = [...closed.keys()]
    return {
      queries: [...closed.values()],
      printed: (keys) => this.printer.printed(formula, (one) => keys[parts.indexOf(one)] !== false),
    }
  }

  /** Returns a query that finds the known row of a formula if the formula holds. */
  #isTrue(formula: Formula, queries: IdQueries): IdQuery {
    const condition = definiteOf(formula, this.schema)
    const span = spanOf(condition)
    const known = [...rootsOf(formula)].find((root): root is KnownRow => root.kind === 'row')
    if (!known || !span) return refuse('operand', 'This condition refers to no known row.', span)
    const { model, type } = known
    const row: Subject = { kind: 'resource', name: 'resource', model, type }
    const isIt = known.key.map(({ field, value }): Definite => {
      const left: Operand = { kind: 'path', root: row, steps: [{ name: field, model, span }] }
      return { kind: 'compare', operator: '=', left, right: { kind: 'value', value }, span }
    })
    return queries.write({ kind: 'and', of: [...isIt, condition] }, model, 1)
  }
}

function joinedBy(kind: 'and' | 'or', of: readonly Definite[]): Definite {
  return of.length === 1 ? of[0]! : { kind, of }
}

function ofKeys(query: IdQuery): Part {
  return { queries: [query], printed: ([keys]) => keys ?? false }
}

function joined(join: typeof all, parts: readonly Part[]): Part {
  const queries: IdQuery[] = []
  const placed = parts.map((part) => {
    const from = queries.length
    queries.push(...part.queries)
    return (keys: readonly Printed[]) => part.printed(keys.slice(from, from + part.queries.length))
  })
  return { queries, printed: (keys) => join(placed.map((printed) => printed(keys))) }
}
