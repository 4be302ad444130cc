import { invalidArgument, UnresolvedFilterError } from '@arcturus/core/internal/prisma'
import { sendOnce } from '../database/send.js'
import { type PrismaSchemaError, schemaError, unsupportedOperation } from '../errors.js'
import type { WhereLevel } from '../filter/division.js'
import { isEveryRow, whereOf } from '../filter/printed.js'
import { assertUnrepeated } from '../filter/repetition.js'
import { type Arguments, isArguments, isLiteral } from '../literal.js'
import { refuse } from '../refusal.js'
import type { PrismaRelation } from '../schema/schema.js'
import type { Tables } from '../schema/tables.js'
import type { Answers, Scope } from './answers.js'
import { hasExcludedList } from './callerLists.js'
import { guardedWhere } from './guardedWhere.js'
import { type Filters, keepsFilters } from './keptFilters.js'
import { conjuncts, type FilterRequest, type Markers, markerKey } from './markers.js'

/** The options to resolve the arguments of one query. */
interface Answering {
  /** Prints the filter of a request for the rows of a model, at a place of the query. */
  where(request: FilterRequest, model: string, place: WhereLevel): Arguments
  /**
   * Whether the query is for one row, so that the database alone pages through the rows of its
   * relations.
   */
  readonly isOfOneRow: boolean
  /** Learns of a relation whose rows no filter restricts. */
  unfiltered(relation: PrismaRelation, owner: string, way: string): void
}

/** Operations that read or write only the rows that the `where` of their arguments selects. */
const guarded: ReadonlySet<string> = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'count',
  'aggregate',
  'groupBy',
  'update',
  'updateMany',
  'updateManyAndReturn',
  'delete',
  'deleteMany',
  // Its other half, the creation, is checked separately: see `upsert.ts`.
  'upsert',
])

/** Operations on one row, which a key names. */
const ofOneRow: ReadonlySet<string> = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'update',
  'upsert',
  'delete',
  'create',
])

type AssertAllowed = (model: string, operation: string) => void

/** The resolved filter of a request for the rows of a model. */
interface Answered {
  readonly request: FilterRequest
  readonly model: string
  readonly place: WhereLevel
  readonly where: Arguments
}

/**
 * Replaces the requests in arguments by their filters, including nested ones of `include` and
 * `select`.
 */
export class Resolver {
  readonly #filters: Filters = new WeakMap()

  constructor(
    private readonly markers: Markers,
    private readonly tables: Tables,
    private readonly answers: Answers,
  ) {}

  /**
   * Returns the arguments with their filters: at once, or as a promise if rows must be found first.
   * A request in any other place remains, and throws when the query is sent.
   * @param assertAllowed - Asserts that rows of a model may be read or written without a filter.
   * @throws UnsupportedOperationError for an operation that a filter can't guard
   */
  resolve(args: unknown, model: string, operation: string, within: Scope, assertAllowed: AssertAllowed): unknown {
    if (!isArguments(args)) return args
    const scope = { ...within, reads: readsOf(args, operation) }
    if (!guarded.has(operation) && this.requests(args).length > 0) {
      throw unsupportedOperation(`A filter cannot guard \`${operation}\`, which selects no rows.`, {
        hint: "authorize the new row: await authorizer.authorize(user, 'create', authorizer.as(model, data))",
      })
    }
    let isWaiting = false
    const isOfOneRow = ofOneRow.has(operation)
    const unfiltered = ({ model: of, name }: PrismaRelation, owner: string, way: string): void =>
      assertAllowed(of, `${way} (${owner}.${name})`)
    for (const part of ['data', 'create', 'update']) this.#writes(args[part], model, unfiltered)
    const where = (request: FilterRequest, of: string, place: WhereLevel): Arguments => {
      const answer = this.answers.atOnce(request, of, place, scope)
      isWaiting ||= answer === undefined
      return answer ?? undecided
    }
    const resolved = this.#level(args, model, 'root', [], { where, isOfOneRow, unfiltered })
    return isWaiting ? this.#resolveWaiting(args, model, isOfOneRow, scope) : resolved
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
    if (isArguments(where) && !this.#filters.has(where)) this.#filters.set(where, [where])
    for (const relations of [include, select])
      if (isArguments(relations)) for (const one of Object.values(relations)) if (isArguments(one)) this.keeping(one)
    return args
  }

  /**
   * Checks the arguments that an extension behind this one passes on.
   * @throws UnresolvedFilterError if they lack a filter of the resolved ones
   */
  assertKept(sent: unknown, resolved: unknown): void {
    if (!isArguments(resolved) || keepsFilters(sent, resolved, this.#filters)) return
    throw new UnresolvedFilterError(
      'unresolved-filter',
      'Another client extension changed or dropped the authorization filter of a query. The query was not sent.',
      {
        hint: 'extend the client before: prismaAuthorization(authorizer, client.$extends(…)); or keep the filter there: { ...args, where: { AND: [args.where, …] } }',
      },
    )
  }

  /** Resolves the requests one after the other, and continues after each. */
  async #resolveWaiting(args: Arguments, model: string, isOfOneRow: boolean, within: Scope): Promise<Arguments> {
    const answers: Answered[] = []
    const scope = { ...within, send: sendOnce(within.send) }
    for (;;) {
      let missing: Omit<Answered, 'where'> | undefined
      const where = (request: FilterRequest, of: string, place: WhereLevel): Arguments => {
        const known = answers.find(
          (one) => sameRequest(one.request, request) && one.model === of && one.place === place,
        )
        if (!known) missing ??= { request, model: of, place }
        return known?.where ?? undecided
      }
      const resolved = this.#level(args, model, 'root', [], { where, isOfOneRow, unfiltered: () => {} })
      if (!missing) return resolved
      const { request, place } = missing
      answers.push({ ...missing, where: await this.answers.waiting(request, missing.model, place, scope) })
    }
  }

  /**
   * @param inherited - The requests of the outer arguments for rows of their relations. Arguments
   * with own requests do not inherit.
   */
  #level(
    args: Arguments,
    model: string,
    place: WhereLevel,
    inherited: readonly FilterRequest[],
    answering: Answering,
  ): Arguments {
    const own = this.requests(args)
    let resolved = this.markers.read(args) ? withoutMarker(args) : args
    const filters = (own.length > 0 ? own : inherited)
      .map((request) => answering.where(request, model, place))
      .filter((where) => !isEveryRow(where))
    if (own.length > 0 || filters.length > 0) {
      const { where: given, ...rest } = resolved
      const of = this.tables.model(model)
      const uniques = of?.uniques.map(({ argument }) => argument)
      const where = this.markers.without(given)
      const undivided = of && hasExcludedList(where) ? [whereOf(true, of)] : []
      const guarded = guardedWhere(where, [...filters, ...undivided], uniques ?? [])
      if (typeof guarded === 'object' && guarded !== null) this.#filters.set(guarded, filters)
      resolved = isLiteral(guarded) && Object.keys(guarded).length === 0 ? rest : { ...rest, where: guarded }
      if (place === 'root') {
        const { include: _, select: __, ...sent } = resolved
        assertUnrepeated(filters, sent, this.tables.schema.provider)
      }
    }
    const asking = own.filter((request) => request.related !== undefined)
    const below =
      asking.length > 0
        ? asking.map(({ actor, related, choices }) => ({ actor, action: related!, related, choices }))
        : inherited
    for (const selection of ['include', 'select'] as const) {
      const selected = resolved[selection]
      if (isArguments(selected))
        resolved = {
          ...resolved,
          [selection]: this.#selection(selected, model, below, answering, selection === 'include'),
        }
    }
    return resolved
  }

  /** Finds the relations to whose rows nested data write. */
  #writes(data: unknown, model: string, unfiltered: Answering['unfiltered']): void {
    if (Array.isArray(data)) for (const one of data) this.#writes(one, model, unfiltered)
    if (!isArguments(data)) return
    for (const [name, value] of Object.entries(data)) {
      const field = this.tables.field(model, name)
      if (field?.kind !== 'relation') {
        // A step of a relation, or its data: their columns hold no relations.
        if (!field && name !== 'where') this.#writes(value, model, unfiltered)
      } else if (isArguments(value)) {
        for (const way of Object.keys(value)) if (value[way] !== undefined) unfiltered(field, model, way)
        this.#writes(value, field.model, unfiltered)
      }
    }
  }

  /** @param isInclude - Whether only relations can be selected. */
  #selection(
    selected: Arguments,
    model: string,
    inherited: readonly FilterRequest[],
    answering: Answering,
    isInclude = false,
  ): Arguments {
    return Object.fromEntries(
      Object.entries(selected).map(([name, args]) => {
        if (name === '_count') return [name, this.#counts(args, model, inherited, answering)]
        const field = this.tables.field(model, name)
        if (!field && inherited.length > 0 && (isInclude || isArguments(args))) throw unknownRelation(model, name)
        if (field?.kind !== 'relation') return [name, args]
        return [name, this.#related(args, field, model, inherited, answering)]
      }),
    )
  }

  #related(
    args: unknown,
    relation: PrismaRelation,
    owner: string,
    inherited: readonly FilterRequest[],
    answering: Answering,
  ): unknown {
    if (!isArguments(args) && args !== true) return unselected(args, relation.name, inherited)
    if (inherited.length === 0 && this.requests(args).length === 0) answering.unfiltered(relation, owner, 'include')
    const resolved = this.#level(args === true ? {} : args, relation.model, 'anywhere', inherited, answering)
    if (answering.isOfOneRow && resolved['cursor'] !== undefined)
      this.#assertUnfiltered(args, relation, inherited, answering)
    if (resolved['where'] !== undefined && !relation.list && !relation.nullable) {
      refuse(
        'required-relation',
        `The filter can hide the row of "${relation.name}", but Prisma cannot leave out the row of a required relation.`,
        undefined,
        'load it with a separate query or by authorizedClient(user), or make the relation optional',
      )
    }
    return args === true && Object.keys(resolved).length === 0 ? true : resolved
  }

  /** @throws UnsupportedOperationError if rows are left out and the cursor can name one of them */
  #assertUnfiltered(
    args: unknown,
    { name, model }: PrismaRelation,
    inherited: readonly FilterRequest[],
    answering: Answering,
  ): void {
    const own = this.requests(args)
    const requests = own.length > 0 ? own : inherited
    if (requests.every((request) => isEveryRow(answering.where(request, model, 'anywhere')))) return
    throw unsupportedOperation(
      `The cursor in "${name}" can name a row that the filter hides, and Prisma follows it in a query for one row.`,
      { hint: `load "${name}" with a separate findMany that has the filter and the cursor` },
    )
  }

  #counts(args: unknown, model: string, inherited: readonly FilterRequest[], answering: Answering): unknown {
    if (args === true) {
      const lists = this.tables.model(model)!.fields.filter((field) => field.kind === 'relation' && field.list)
      const all = Object.fromEntries(lists.map(({ name }) => [name, true]))
      return { select: this.#selection(all, model, inherited, answering) }
    }
    if (!isArguments(args)) return unselected(args, '_count', inherited)
    const selections = Object.entries(args).map(([name, selected]) => [
      name,
      isArguments(selected)
        ? this.#selection(selected, model, inherited, answering)
        : unselected(selected, `_count.${name}`, inherited),
    ])
    return Object.fromEntries(selections)
  }
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
  if (!/^(find|count|aggregate|groupBy)/.test(operation)) return undefined
  if (/^find(Unique|First)/.test(operation)) return 'few'
  return typeof take === 'number' && Math.abs(take) <= mostOfFew ? 'page' : 'all'
}

/** The maximum number of rows that are a few. */
const mostOfFew = 1_000

/** A placeholder for a filter that is not known yet, in arguments that are never sent. */
const undecided: Arguments = { undecided: { notIn: [] } }

function sameRequest(one: FilterRequest, other: FilterRequest): boolean {
  const { choices: ones } = one
  const { choices: others } = other
  return (
    one.actor === other.actor &&
    one.action === other.action &&
    one.asked === other.asked &&
    one.filter === other.filter &&
    ones?.strategy === others?.strategy &&
    ones?.unloaded === others?.unloaded
  )
}
