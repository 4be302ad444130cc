import {
  entryOf,
  invalidArgument,
  UnresolvedFilterError,
  type UnsupportedOperationError,
} from '@arcturus/core/internal/prisma'
import { sendOnce } from '../database/send.js'
import { type PrismaSchemaError, schemaError, unsupportedOperation } from '../errors.js'
import type { WhereLevel } from '../filter/division.js'
import { isEveryRow, whereOf } from '../filter/printed.js'
import { assertUnrepeated } from '../filter/repetition.js'
import { type Arguments, isArguments, isLiteral } from '../literal.js'
import { operationOf } from '../operations.js'
import { refuse } from '../refusal.js'
import type { PrismaRelation } from '../schema/schema.js'
import type { Tables } from '../schema/tables.js'
import type { Answers, Scope } from './answers.js'
import { hasExcludedList } from './callerLists.js'
import { guardedWhere } from './guardedWhere.js'
import { type Filters, keepsFilters } from './keptFilters.js'
import { conjuncts, type FilterRequest, type Markers, markerKey } from './markers.js'

type AssertAllowed = (model: string, operation: string) => void

/**
 * Replaces the requests in arguments by their filters, including nested ones of `include` and
 * `select`.
 */
export class Resolver {
  readonly filters: Filters = new WeakMap()

  constructor(
    readonly markers: Markers,
    readonly tables: Tables,
    readonly answers: Answers,
  ) {}

  /**
   * Returns the arguments with their filters. A request in any other place remains, and throws when
   * the query is sent.
   * @param assertAllowed - Asserts that rows of a model may be read or written without a filter.
   * @throws UnsupportedOperationError for an operation that a filter can't guard
   */
  async resolve(
    args: unknown,
    model: string,
    operation: string,
    within: Scope,
    assertAllowed: AssertAllowed,
  ): Promise<unknown> {
    if (!isArguments(args)) return args
    const { by, returns } = operationOf(operation)
    // The other half of an upsert, the creation, is checked separately: see `upsert.ts`.
    if (by === undefined && this.requests(args).length > 0) {
      throw unsupportedOperation(`A filter cannot guard \`${operation}\`, which selects no rows.`, {
        hint: "authorize the new row: await authorizer.authorize(user, 'create', authorizer.as(model, data))",
      })
    }
    const scope = { ...within, send: sendOnce(within.send), reads: readsOf(args, operation) }
    const resolving = new Resolving(this, scope, returns === 'row' && by !== 'where', assertAllowed)
    for (const part of ['data', 'create', 'update']) resolving.assertWritable(args[part], model)
    return await resolving.level(args, model, 'root', [])
  }

  /** Returns the requests in the arguments of a query, and in their `where`. */
  requests(args: unknown): readonly FilterRequest[] {
    if (!isArguments(args)) return []
    const requests = new Set([...(this.markers.read(args) ?? []), ...this.markers.within(args['where'])])
    if (requests.size === 0) assertNoneLost(args)
    return [...requests]
  }

  /** Returns arguments with the same requests. */
  asking(requests: readonly FilterRequest[], args: Arguments): Arguments {
    return { ...args, [markerKey]: this.markers.make(requests) }
  }

  /** Returns arguments of which extensions behind this one have to keep the whole `where`, also those of relations. */
  keeping<Args extends object>(args: Args): Args {
    const { where, include, select } = args as Arguments
    if (isArguments(where) && !this.filters.has(where)) this.filters.set(where, [where])
    for (const relations of [include, select])
      if (isArguments(relations)) for (const one of Object.values(relations)) if (isArguments(one)) this.keeping(one)
    return args
  }

  /**
   * Checks the arguments that an extension behind this one passes on.
   * @throws UnresolvedFilterError if they lack a filter of the resolved ones
   */
  assertKept(sent: unknown, resolved: unknown): void {
    if (!isArguments(resolved) || keepsFilters(sent, resolved, this.filters)) return
    throw new UnresolvedFilterError(
      'unresolved-filter',
      'Another client extension changed or dropped the authorization filter of a query. The query was not sent.',
      {
        hint: 'extend the client before: prismaAuthorization(authorizer, client.$extends(…)); or keep the filter there: { ...args, where: { AND: [args.where, …] } }',
      },
    )
  }
}

/** The resolution of one query. A filter is asked for once for the rows of a model. */
class Resolving {
  readonly #known = new WeakMap<FilterRequest, Map<string, Promise<Arguments>>>()

  /**
   * @param isOfOneRow - Whether the query is for one row, so that the database alone pages through
   * the rows of its relations.
   */
  constructor(
    private readonly resolver: Resolver,
    private readonly scope: Scope,
    private readonly isOfOneRow: boolean,
    private readonly assertAllowed: AssertAllowed,
  ) {}

  /** Asserts that rows may be written without a filter, for the relations in nested data. */
  assertWritable(data: unknown, model: string): void {
    if (Array.isArray(data)) for (const one of data) this.assertWritable(one, model)
    if (!isArguments(data)) return
    for (const [name, value] of Object.entries(data)) {
      const field = this.resolver.tables.field(model, name)
      if (field?.kind !== 'relation') {
        // A step of a relation, or its data: their columns hold no relations.
        if (!field && name !== 'where') this.assertWritable(value, model)
      } else if (isArguments(value)) {
        for (const way of Object.keys(value))
          if (value[way] !== undefined) this.assertAllowed(field.model, `${way} (${model}.${name})`)
        this.assertWritable(value, field.model)
      }
    }
  }

  /**
   * @param inherited - The requests of the outer arguments for rows of their relations. Arguments
   * with own requests do not inherit.
   */
  async level(
    args: Arguments,
    model: string,
    place: WhereLevel,
    inherited: readonly FilterRequest[],
  ): Promise<Arguments> {
    const { markers, tables } = this.resolver
    const own = this.resolver.requests(args)
    let resolved = markers.read(args) ? withoutMarker(args) : args
    const filters = await this.#filters(own.length > 0 ? own : inherited, model, place)
    if (own.length > 0 || filters.length > 0) {
      const { where: given, ...rest } = resolved
      const of = tables.model(model)
      const uniques = of?.uniques.map(({ argument }) => argument)
      const where = markers.without(given)
      const undivided = of && hasExcludedList(where) ? [whereOf(true, of)] : []
      const guarded = guardedWhere(where, [...filters, ...undivided], uniques ?? [])
      if (typeof guarded === 'object' && guarded !== null) this.resolver.filters.set(guarded, filters)
      resolved = isLiteral(guarded) && Object.keys(guarded).length === 0 ? rest : { ...rest, where: guarded }
      if (place === 'root') {
        const { include: _, select: __, ...sent } = resolved
        assertUnrepeated(filters, sent, tables.schema.provider)
      }
    }
    const asking = own.filter((request) => request.related !== undefined)
    const below =
      asking.length > 0
        ? asking.map(({ actor, related, choices }) => ({ actor, action: related!, related, choices }))
        : inherited
    for (const way of ['include', 'select'] as const) {
      const selected = resolved[way]
      if (isArguments(selected))
        resolved = { ...resolved, [way]: await this.#selection(selected, model, below, way === 'include') }
    }
    return resolved
  }

  /** Returns the conditions of requests, without those that hold for each row. */
  async #filters(requests: readonly FilterRequest[], model: string, place: WhereLevel): Promise<readonly Arguments[]> {
    const filters: Arguments[] = []
    for (const request of requests) {
      const known = entryOf(this.#known, request, () => new Map<string, Promise<Arguments>>())
      const ask = () => this.resolver.answers.where(request, model, place, this.scope)
      filters.push(await entryOf(known, `${place} ${model}`, ask))
    }
    return filters.filter((where) => !isEveryRow(where))
  }

  /** @param isInclude - Whether only relations can be selected. */
  async #selection(
    selected: Arguments,
    model: string,
    inherited: readonly FilterRequest[],
    isInclude = false,
  ): Promise<Arguments> {
    const found: Record<string, unknown> = {}
    for (const [name, args] of Object.entries(selected)) {
      const field = this.resolver.tables.field(model, name)
      if (name === '_count') found[name] = await this.#counts(args, model, inherited)
      else if (!field && inherited.length > 0 && (isInclude || isArguments(args))) throw unknownRelation(model, name)
      else found[name] = field?.kind === 'relation' ? await this.#related(args, field, model, inherited) : args
    }
    return found
  }

  async #related(
    args: unknown,
    { name, model, list, nullable }: PrismaRelation,
    owner: string,
    inherited: readonly FilterRequest[],
  ): Promise<unknown> {
    if (!isArguments(args) && args !== true) return unselected(args, name, inherited)
    const own = this.resolver.requests(args)
    const requests = own.length > 0 ? own : inherited
    if (requests.length === 0) this.assertAllowed(model, `include (${owner}.${name})`)
    const resolved = await this.level(args === true ? {} : args, model, 'anywhere', inherited)
    if (this.isOfOneRow && resolved['cursor'] !== undefined) {
      if ((await this.#filters(requests, model, 'anywhere')).length > 0) throw hiddenCursor(name)
    }
    if (resolved['where'] !== undefined && !list && !nullable) {
      refuse(
        'required-relation',
        `The filter can hide the row of "${name}", but Prisma cannot leave out the row of a required relation.`,
        undefined,
        'load it with a separate query or by authorizedClient(user), or make the relation optional',
      )
    }
    return args === true && Object.keys(resolved).length === 0 ? true : resolved
  }

  async #counts(args: unknown, model: string, inherited: readonly FilterRequest[]): Promise<unknown> {
    if (args === true) {
      const lists = this.resolver.tables.model(model)!.fields.filter((field) => field.kind === 'relation' && field.list)
      const all = Object.fromEntries(lists.map(({ name }) => [name, true]))
      return { select: await this.#selection(all, model, inherited) }
    }
    if (!isArguments(args)) return unselected(args, '_count', inherited)
    const selections: Record<string, unknown> = {}
    for (const [name, selected] of Object.entries(args))
      selections[name] = isArguments(selected)
        ? await this.#selection(selected, model, inherited)
        : unselected(selected, `_count.${name}`, inherited)
    return selections
  }
}

function hiddenCursor(name: string): UnsupportedOperationError {
  return unsupportedOperation(
    `The cursor in "${name}" can name a row that the filter hides, and Prisma follows it in a query for one row.`,
    { hint: `load "${name}" with a separate findMany that has the filter and the cursor` },
  )
}

/**
 * Returns a value that does not select a relation, unchanged.
 * @throws ArgumentError for a value other than a boolean if the relation's rows are filtered:
 * Prisma reads it as true
 */
function unselected(value: unknown, name: string, inherited: readonly FilterRequest[]): unknown {
  if (value === false || value === undefined || inherited.length === 0) return value
  throw invalidArgument(`\`${name}\` must be a boolean or an object of arguments.`, {
    hint: `write \`${name}: true\`, or pass arguments such as { take: 10 }`,
    data: { [name]: value },
  })
}

/**
 * Prisma ignores undefined arguments, so a lost filter would go unnoticed.
 * @throws UnresolvedFilterError
 */
function assertNoneLost(args: Arguments): void {
  if (!isLost(args) && !isLostWithin(args['where'])) return
  throw new UnresolvedFilterError(
    'unresolved-filter',
    `\`${markerKey}\` is undefined: another value replaced the filter. The query was not sent.`,
    { hint: 'spread untrusted values before authorizedFilter(user), or validate them' },
  )
}

function isLost(args: Arguments): boolean {
  return markerKey in args && args[markerKey] === undefined
}

function isLostWithin(where: unknown): boolean {
  return isArguments(where) && (isLost(where) || conjuncts(where).some(isLostWithin))
}

function withoutMarker({ [markerKey]: _, ...rest }: Arguments): Arguments {
  return rest
}

function unknownRelation(model: string, name: string): PrismaSchemaError {
  return schemaError(`The Prisma schema passed to prismaAuthorization has no relation "${name}" in ${model}.`, {
    hint: 'run `prisma generate`, and pass the schema of the same client',
    data: { model, name },
  })
}

/** Returns how much of a table a query reads; undefined for a write. */
function readsOf({ take }: Arguments, operation: string): Scope['reads'] {
  const { by, writes, returns } = operationOf(operation)
  if (!by || writes) return undefined
  if (returns === 'row') return 'few'
  return typeof take === 'number' && Math.abs(take) <= mostOfFew ? 'page' : 'all'
}

/** The maximum number of rows that are a few. */
const mostOfFew = 1_000
