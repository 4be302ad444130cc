import type { Authorizer, Filter, FilterOptions } from '@arcturus/core'
import {
  type Definite,
  entryOf,
  invalidArgument,
  partsIn,
  UnsupportedFilterError,
} from '@arcturus/core/internal/prisma'
import type { Send } from '../database/send.js'
import { type TextFacts, UnknownTextsError } from '../database/textFacts.js'
import { TooManyRowsError } from '../errors.js'
import type { WhereLevel } from '../filter/division.js'
import { rootsOf } from '../filter/formula.js'
import type { Where } from '../filter/printed.js'
import { Keys } from '../filter/subquery/keys.js'
import type { FilterPlan, Planner } from '../filter/subquery/plan.js'
import { refuse } from '../refusal.js'
import { isMissing } from '../rows/missing.js'
import type { Tables } from '../schema/tables.js'
import type { Choices, DefiniteFilter, FilterRequest } from './markers.js'

/**
 * The maximum number of rows of an actor's relation that load faster than the database joins them:
 * for a query that reads its whole table, for one that ends after a few rows, and for rows that
 * become conditions of their own in place of a list.
 */
const mostLoaded = { all: 1_000, page: 100, few: 100, single: 16 }
/** The number of conditions that Prisma compiles faster than the database joins rows. */
const mostSingle = 32
/** The maximum number of questions that are kept. */
const mostQuestions = 1_000

/** The operations that are allowed before a query is sent. */
export interface Scope {
  /** Whether missing relations of an actor may be loaded. */
  readonly mayLoad: boolean
  /**
   * Whether the query ends after a few rows (`page`: of a list), or reads all. Undefined for a write,
   * or if it is not known.
   */
  readonly reads?: 'page' | 'few' | 'all' | undefined
  /**
   * Whether rows can be looked up for speed alone. Default false: earlier queries of the same transaction could change them
   * after that.
   */
  readonly looksAhead?: boolean
  readonly send: Send
}

/** A request for the rows of a model at a place of a query. */
interface Question {
  readonly request: FilterRequest
  readonly model: string
  readonly place: WhereLevel
  readonly scope: Scope
}

/** Resolves requests for filters to a `where`. */
export class Answers {
  /** The questions whose rows become conditions of their own. */
  readonly #single = new Set<string>()
  /** The plans of conditions: a write asks for the same ones before and after. */
  readonly #plans = new WeakMap<Definite, Map<string, FilterPlan>>()

  constructor(
    private readonly authorizer: Authorizer,
    private readonly planners: Readonly<Record<WhereLevel, Planner>>,
    private readonly tables: Tables,
    private readonly defaults: Required<Choices>,
    private readonly texts: TextFacts,
  ) {}

  /**
   * Returns the `where` of a request, after rows that it needs are found.
   * @throws UnsupportedFilterError if no exact `where` exists
   */
  async where(request: FilterRequest, model: string, place: WhereLevel, scope: Scope): Promise<Where> {
    const { queries, where } = await this.#knowingTexts({ request, model, place, scope })
    const keys = queries.map((query) => new Keys(this.tables.model(query.model)!, this.tables))
    const found = await Promise.all(queries.map(scope.send))
    return where(found.map((rows, at) => keys[at]!.where(rows)))
  }

  async #knowingTexts(question: Question): Promise<FilterPlan> {
    try {
      return await this.#waiting(question)
    } catch (error) {
      if (!(error instanceof UnknownTextsError)) throw error
      await this.texts.read(question.scope.send).catch(refuseWithoutClient)
      return await this.#waiting(question)
    }
  }

  async #waiting(question: Question): Promise<FilterPlan> {
    const { request, model, scope } = question
    let filter: DefiniteFilter
    try {
      filter = request.filter ? ofModel(request.filter, model) : this.#bound(question, this.#isInDatabase(question))
    } catch (error) {
      if (!scope.mayLoad || !isMissing(error)) throw error
      return await this.#loading(question)
    }
    return this.#plan(question, filter)
  }

  /**
   * Loads the actor's relations. Relations with many rows, or with more than a `where` can name,
   * stay in the database. They are loaded anyway if the request requires it, or if the database
   * can't be queried about them.
   */
  async #loading(asking: Question): Promise<FilterPlan> {
    const { request, model, scope } = asking
    if (this.#actorRelations(request) !== 'auto') return this.#plan(asking, await this.#loaded(asking))
    const started = this.#started(asking)
    if (started) return started
    const { action, asked } = request
    const { reads } = scope
    const question = `${asked} ${action} ${model}`
    const most = reads ? mostLoaded[this.#single.has(question) ? 'single' : reads] : mostLoaded.all
    let loaded: { readonly plan: FilterPlan; readonly size: number } | undefined
    let isLong = false
    try {
      const filter = await this.#loaded(asking, most)
      const plan = this.#plan(asking, filter)
      loaded = { plan, size: sizeOf(filter.definite()) }
      if (plan.refused !== 'bind-limit' && (!reads || loaded.size <= mostSingle)) return plan
    } catch (error) {
      isLong = error instanceof TooManyRowsError
      if (!isLong && !(error instanceof UnsupportedFilterError && error.data?.['reason'] === 'bind-limit')) throw error
    }
    const usable = loaded?.plan.refused === 'bind-limit' ? undefined : loaded?.plan
    try {
      const filter = this.#bound(asking)
      const plan = this.#plan(asking, filter)
      const isSingle = loaded !== undefined && loaded.size > mostSingle + sizeOf(filter.definite())
      if (plan.refused === undefined && (isSingle || !usable)) {
        if (isSingle && this.#single.size < mostQuestions) this.#single.add(question)
        return plan
      }
      if (usable) return usable
      if (most === mostLoaded.all) return plan
    } catch (error) {
      if (!(error instanceof UnsupportedFilterError || isMissing(error))) throw error
      if (loaded) return loaded.plan
      if (!isLong) throw error
      if (most === mostLoaded.all) return this.#plan(asking, await this.#loaded(asking))
    }
    // Keys have to be looked up, or all rows are needed.
    return await this.#loading({ ...asking, scope: { ...scope, reads: undefined } })
  }

  /**
   * Returns a plan that leaves relations in the database, if the database starts from their rows
   * and needs no longer for that than for a query of their own.
   */
  #started(question: Question): FilterPlan | undefined {
    const { scope } = question
    const { provider } = this.tables.schema
    const isAble =
      provider === 'postgresql' ? scope.reads !== undefined : provider === 'mysql' && scope.reads === 'page'
    if (!isAble) return undefined
    try {
      const filter = this.#bound(question)
      if (!isStart(filter.definite())) return undefined
      const plan = this.#plan(question, filter)
      return plan.refused === undefined && plan.queries.length === 0 ? plan : undefined
    } catch (error) {
      if (error instanceof UnsupportedFilterError || isMissing(error)) return undefined
      throw error
    }
  }

  /** Whether relations stay in the database from the start. One that can't be loaded here can still be read there. */
  #isInDatabase({ request, scope }: Question): boolean {
    const relations = this.#actorRelations(request)
    return relations === 'database' || (relations === 'auto' && !scope.mayLoad)
  }

  /** Returns the authorizer with the context of a request. */
  #with({ context }: FilterRequest): Authorizer {
    return context ? this.authorizer.with(context) : this.authorizer
  }

  /** @throws QueryError if a relation must be loaded */
  #bound({ request, model }: Question, isInDatabase = true): Filter {
    const { actor, action, asked } = request
    const options: FilterOptions = { unloaded: isInDatabase ? 'database' : 'error' }
    return asked === 'actors'
      ? this.#with(request).actorFilter(action, actor, model, options)
      : this.#with(request).filter(actor, action, model, options)
  }

  #loaded({ request, model }: Question, most?: number): Promise<Filter> {
    const { actor, action, asked } = request
    return asked === 'actors'
      ? this.#with(request).loadActorFilter(action, actor, model, { most })
      : this.#with(request).loadFilter(actor, action, model, { most })
  }

  #plan({ request: { choices }, model, place, scope }: Question, filter: DefiniteFilter): FilterPlan {
    const { reads, looksAhead = false } = scope
    const definite = filter.definite()
    const strategy = choices?.strategy ?? this.defaults.strategy
    const isOfList = (reads === 'page' || reads === 'all') && place === 'root' && looksAhead
    const known = entryOf(this.#plans, definite, () => new Map<string, FilterPlan>())
    const plan = () => this.planners[place].plan(definite, model, strategy, isOfList)
    return entryOf(known, `${place} ${strategy} ${model} ${isOfList}`, plan)
  }

  #actorRelations({ choices }: FilterRequest): Required<Choices>['actorRelations'] {
    return choices?.actorRelations ?? this.defaults.actorRelations
  }
}

/**
 * Whether a database can find the rows of a condition from those of other rows that it refers to:
 * each connection is one that all rows need, not an alternative or a negation.
 */
function isStart(condition: Definite): boolean {
  if (condition.kind === 'or' || condition.kind === 'not') return rootsOf(condition).size < 2
  return partsIn(condition).every(isStart)
}

/** Returns the number of single conditions in a condition. */
function sizeOf(condition: Definite): number {
  const parts = partsIn(condition)
  return parts.length === 0 ? 1 : parts.reduce((size, part) => size + sizeOf(part), 0)
}

/** @throws ArgumentError for a filter of another model */
function ofModel(filter: DefiniteFilter, model: string): DefiniteFilter {
  if (filter.model === model) return filter
  throw invalidArgument(`The filter selects rows of ${filter.model}, not of ${model}.`, {
    hint: 'pass it to a query of its model',
  })
}

/** @throws UnsupportedFilterError in place of the error for a query without a client */
function refuseWithoutClient(error: unknown): never {
  if (!(error instanceof UnsupportedFilterError && error.data?.['reason'] === 'no-client')) throw error
  return refuse(
    'collation',
    'This filter compares strings, and there is no client to read their collations.',
    undefined,
    'pass the result of `verifyDatabase` as the option `facts`',
  )
}
