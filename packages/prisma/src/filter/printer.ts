import type { Definite, Formula } from '@arcturus/core/internal/prisma'
import { type DatabaseOptions, type Dialect, type Dialects, dialectOf, dialectsOf } from '../database/dialect.js'
import { withReferences } from '../database/references.js'
import type { TextFacts } from '../database/textFacts.js'
import { refuse } from '../refusal.js'
import type { PrismaModel, PrismaSchema } from '../schema/schema.js'
import { Tables } from '../schema/tables.js'
import { undivided, type WhereLevel } from './division.js'
import { rootsOf } from './formula.js'
import { hoist } from './hoist.js'
import { shortList, withLongLists } from './longLists.js'
import { type Printed, type Size, sizeOf, type Where, whereOf } from './printed.js'
import { type FieldReference, type KnownParts, Printing, type Truth } from './printing.js'
import { reroot, splitNils } from './reroot.js'
import { parentParts } from './subquery/parents.js'

export type { FieldReference } from './printing.js'

/**
 * Prints filters as the `where` of a Prisma model, for exactly the rows for which the condition is
 * true. If that is impossible it throws.
 */
export class WherePrinter {
  readonly #tables: Tables
  readonly #dialect: Dialect
  readonly #dialects: Dialects
  readonly #reference: FieldReference | undefined
  readonly #place: WhereLevel

  /**
   * @param place - The place of the printed `where`s.
   * @param texts - How texts are compared. Default: only the facts in the options are known.
   */
  constructor(
    schema: PrismaSchema,
    options: DatabaseOptions = {},
    reference?: FieldReference,
    place: WhereLevel = 'anywhere',
    texts?: TextFacts,
  ) {
    const known = withReferences(schema, options)
    this.#tables = new Tables(known)
    this.#dialect = dialectOf(schema.provider)
    this.#dialects = dialectsOf(known, options, texts)
    this.#reference = reference
    this.#place = place
  }

  /**
   * Returns the `where` of a model for a condition on its rows, for the printer's place.
   * @throws UnsupportedFilterError if no exact `where` exists
   */
  print(condition: Definite, model: string): Where {
    return this.finish(this.printed(this.prepared(condition)), model)
  }

  /**
   * Returns the condition in a form in which each part refers to the row at its place, as far as
   * possible.
   */
  prepared(condition: Definite): Formula {
    const isOfKnownRows = [...rootsOf(condition)].some((root) => root.kind === 'row')
    if (!isOfKnownRows) return hoist(condition, this.#tables)
    return reroot(hoist(splitNils(condition, this.#tables), this.#tables), this.#tables)
  }

  /**
   * Prints a prepared condition that is to be joined with other parts first.
   * @param truth - Called for each part that refers only to known rows. Without it those parts are
   * refused.
   * @param known - Parts of it whose printed form is known.
   * @throws UnsupportedFilterError if no exact `where` exists
   */
  printed(formula: Formula, truth?: Truth, known?: KnownParts): Printed {
    const isAsked = truth && [...rootsOf(formula)].some((root) => root.kind === 'row')
    const asked = isAsked ? truth : undefined
    return new Printing(this.#tables, this.#dialects, this.#reference, asked, known).print(formula)
  }

  /** Finds the parts of a prepared condition for which Prisma joins the parent of each row. */
  parentParts(formula: Formula): ReturnType<typeof parentParts> {
    return parentParts(formula, this.#tables)
  }

  /**
   * Returns the printed `where`, in the form for the printer's place.
   * @throws UnsupportedFilterError for more values than a query may send, or more tables than it
   * may join
   */
  finish(printed: Printed, model: string): Where {
    // All rows and no row are written without values.
    if (typeof printed === 'boolean') return whereOf(printed, this.#model(model))
    const where = this.#undivided(printed, model)
    const { values } = this.#assertWithinLimit(where)
    return values > shortList ? withLongLists(where) : where
  }

  #undivided(printed: Printed, name: string): Where {
    const model = this.#model(name)
    return undivided(whereOf(printed, model), this.#place, whereOf(true, model))
  }

  #assertWithinLimit(where: Where): Size {
    const size = sizeOf(where)
    const { relations, values, depth } = size
    if (relations > this.#dialect.relations) {
      refuse(
        'too-large',
        `This filter reads ${relations} relations; ${this.#dialect.provider} joins at most ${this.#dialect.relations} tables here.`,
        undefined,
      )
    }
    if (depth > this.#dialect.depth)
      refuse('too-large', `This filter is nested deeper than ${this.#dialect.provider} accepts.`, undefined)
    if (values <= this.limit) return size
    return refuse(
      'bind-limit',
      `This filter has ${values} values; ${this.#dialect.provider} accepts at most ${this.limit} here.`,
      undefined,
      "leave long lists in the database: `actorRelations: 'database'` for memberships of the actor, or relations of the resource in the policy",
    )
  }

  /** The number of values that a `where` may send. */
  get limit(): number {
    return this.#dialect.values
  }

  #model(name: string): PrismaModel {
    return this.#tables.model(name) ?? refuse('operand', `The Prisma schema has no model "${name}".`, undefined)
  }
}
