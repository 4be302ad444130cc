import type { Authorizer } from '@arcturus/core'
import { complement, UnsupportedFilterError } from '@arcturus/core/internal/prisma'
import {
  loadRowsFilter,
  RowQuestions,
  type RowsFilter,
  type RowsQuestion,
  rowsFilterInDatabase,
  type ScopeOf,
  type Values,
} from '@arcturus/writes/internal/prisma'
import { sendBy } from '../database/send.js'
import { TooManyRowsError } from '../errors.js'
import type { WhereLevel } from '../filter/division.js'
import { isEveryRow } from '../filter/printed.js'
import type { Arguments } from '../literal.js'
import type { Answers, Scope as QueryScope } from '../query/answers.js'
import { relationLoader } from '../rows/loadRelation.js'
import type { PrismaClientLike } from '../schema/fromClient.js'
import type { Tables } from '../schema/tables.js'
import type { ClientOptions } from './options.js'
import type { SchemaRelations } from './schemaRelations.js'

/** The maximum number of rows of an actor's relation that load faster than the database joins them. */
const mostLoaded = 1_000

/** The parts of an authorization that all its clients share. */
export interface Parts extends Pick<ClientOptions, 'triggers' | 'beforeWrite'> {
  readonly authorizer: Authorizer
  readonly tables: Tables
  readonly answers: Answers
  readonly relations: SchemaRelations
  /** The columns that the rows of a model must have, whatever the policy allows. */
  readonly scopeOf: ScopeOf
  /** Rows that are not in the database yet: no relation of them is loaded by their key. */
  readonly unsaved: WeakSet<object>
}

/** The rows that a question is true for, as a `where`; `true` for all rows. */
export type Rows = Arguments | true

/**
 * Answers one operation's questions to the policy, each once. Rows that the policy needs are read by
 * the operation's client, so within its transaction.
 */
export class Questions extends RowQuestions {
  readonly #scope: QueryScope
  #printed = new Map<string, Promise<unknown>>()

  /**
   * @param client - The client, or the client of a transaction, that sends the operation.
   * @param isWrite - Whether everything of the actor is loaded before the write, and nothing is left in the database.
   */
  constructor(
    readonly parts: Parts,
    actor: unknown,
    client: PrismaClientLike,
    private readonly isWrite = false,
  ) {
    super(parts.authorizer, actor, parts.scopeOf, relationLoader(parts.tables, client, parts.unsaved))
    this.#scope = { mayLoad: true, send: sendBy(client) }
  }

  /** Declares that rows are about to be written: filters are bound already, and are printed anew. */
  override seal(): void {
    super.seal()
    this.#printed = new Map()
  }

  /** Returns the rows on which the actor may perform an action. */
  rows(action: string, model: string, place: WhereLevel = 'anywhere', field?: string): Promise<Rows> {
    return this.#once(`rows ${action} ${model} ${place} ${field}`, () => this.#rows(action, model, place, field))
  }

  async #rows(action: string, model: string, place: WhereLevel, field: string | undefined): Promise<Rows> {
    const filter = await this.filter(action, model, field)
    try {
      return await this.print(filter, action, place)
    } catch (error) {
      if (this.isWrite || !(error instanceof UnsupportedFilterError && error.data?.['reason'] === 'bind-limit'))
        throw error
      return await this.print(
        this.scoped(rowsFilterInDatabase(this.authorizer, { actor: this.actor, action, model, field })),
        action,
        place,
      )
    }
  }

  /** Returns the rows on which the actor may not perform an action; undefined if there are none. */
  hidden(action: string, model: string): Promise<Arguments | undefined> {
    return this.#once(`hidden ${action} ${model}`, async () => {
      const filter = await this.filter(action, model)
      if (filter.kind === 'all') return undefined
      const { schema } = this.authorizer
      const rows = await this.print(
        { model, kind: filter.kind, definite: () => complement(schema, filter.definite()) },
        action,
        'anywhere',
      )
      return rows === true ? {} : rows
    })
  }

  /** For reads, relations of the actor with many rows stay in the database. */
  protected override async ofPolicy(question: RowsQuestion): Promise<RowsFilter> {
    if (this.isWrite) return await super.ofPolicy(question)
    const { authorizer, load } = this
    try {
      return await loadRowsFilter(authorizer, question, { load, most: mostLoaded })
    } catch (error) {
      if (!(error instanceof TooManyRowsError)) throw error
      return rowsFilterInDatabase(authorizer, question)
    }
  }

  /** Prints a filter as a `where`. @throws UnsupportedFilterError if no exact `where` exists. */
  async print(filter: RowsFilter, action: string, place: WhereLevel): Promise<Rows> {
    const where = await this.parts.answers.where(
      { actor: this.actor, action, filter },
      filter.model,
      place,
      this.#scope,
    )
    return isEveryRow(where) ? true : where
  }

  override row(model: string, values: Values, isNew: boolean): object {
    const row = super.row(model, values, isNew)
    if (isNew) this.parts.unsaved.add(row)
    return row
  }

  // Sound: a key is only used for values of one type.
  #once<Value>(key: string, answer: () => Promise<Value>): Promise<Value> {
    const known = this.#printed.get(key) as Promise<Value> | undefined
    if (known) return known
    const found = answer()
    this.#printed.set(key, found)
    return found
  }
}
