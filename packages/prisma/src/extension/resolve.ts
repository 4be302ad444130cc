import { UnsupportedOperationError } from '../errors.js'
import type { PrismaRelation } from '../schema/schema.js'
import { isEveryRow } from '../where/printed.js'
import { refuse } from '../where/refusal.js'
import type { Tables } from '../where/tables.js'
import type { Answers, Scope } from './answers.js'
import { type FilterRequest, type Markers, markerKey } from './markers.js'

/** Arguments of a query, or of a relation that it includes. */
export type Arguments = { readonly [argument: string]: unknown }

/** Prints the filter that a request asks for, for a model. */
type Answer = (request: FilterRequest, model: string) => Arguments

/** What a `where` of the arguments selects is all that these operations read or write. */
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
  // The other half of what it does, the creation, is checked beside: see `upsert.ts`.
  'upsert',
])

/** What is answered of a request for the rows of a model. */
interface Answered {
  readonly request: FilterRequest
  readonly model: string
  readonly where: Arguments
}

/** Puts the filters that arguments ask for in the place of the requests; nested ones of `include` and `select` too. */
export class Resolver {
  readonly #markers: Markers
  readonly #tables: Tables
  readonly #answers: Answers

  constructor(markers: Markers, tables: Tables, answers: Answers) {
    this.#markers = markers
    this.#tables = tables
    this.#answers = answers
  }

  /**
   * The arguments with their filters: at once, or a promise where something has to be found first. What asks for a filter in
   * any other place is left, and throws when the query is sent.
   * @throws UnsupportedOperationError for an operation that a filter can't guard
   */
  resolve(args: unknown, model: string, operation: string, scope: Scope): unknown {
    if (!isArguments(args)) return args
    if (!guarded.has(operation) && this.requests(args).length > 0) {
      throw new UnsupportedOperationError(
        'unsupported-operation',
        `A filter can't guard \`${operation}\`: no rows are selected by it.`,
        { hint: "authorize what is created: await authorizer.authorize(user, 'create', authorizer.as(model, data))" },
      )
    }
    let isWaiting = false
    const resolved = this.#level(args, model, [], (request, of) => {
      const where = this.#answers.atOnce(request, of, scope)
      isWaiting ||= where === undefined
      return where ?? undecided
    })
    return isWaiting ? this.#resolveWaiting(args, model, scope) : resolved
  }

  /** What the arguments of a query ask for, in either place. */
  requests(args: unknown): readonly FilterRequest[] {
    if (!isArguments(args)) return []
    const [one, other] = [this.#markers.read(args), this.#markers.read(args['where'])]
    if (!one || !other || one === other) return one ?? other ?? []
    return [...new Set([...one, ...other])]
  }

  /** Arguments that ask for the same filters. */
  asking(requests: readonly FilterRequest[], args: Arguments): Arguments {
    return { ...args, [markerKey]: this.#markers.make(requests) }
  }

  /** Finds the requests one after the other, and goes on when each is answered. */
  async #resolveWaiting(args: Arguments, model: string, scope: Scope): Promise<Arguments> {
    const answers: Answered[] = []
    for (;;) {
      let missing: Omit<Answered, 'where'> | undefined
      const resolved = this.#level(args, model, [], (request, of) => {
        const known = answers.find((one) => sameRequest(one.request, request) && one.model === of)
        if (!known) missing ??= { request, model: of }
        return known?.where ?? undecided
      })
      if (!missing) return resolved
      answers.push({ ...missing, where: await this.#answers.waiting(missing.request, missing.model, scope) })
    }
  }

  /** @param inherited - What the arguments above ask for the rows of their relations; arguments that ask themselves do not need it. */
  #level(args: Arguments, model: string, inherited: readonly FilterRequest[], answer: Answer): Arguments {
    const own = this.requests(args)
    let resolved = own.length > 0 ? withoutMarker(args) : args
    const filters = (own.length > 0 ? own : inherited)
      .map((request) => answer(request, model))
      .filter((where) => !isEveryRow(where))
    if (own.length > 0 || filters.length > 0) {
      const { where: given, ...rest } = resolved
      const where = guardedWhere(this.#markers.read(given) ? withoutMarker(given as Arguments) : given, filters)
      resolved = Object.keys(where).length > 0 ? { ...rest, where } : rest
    }
    const asking = own.filter((request) => request.related !== undefined)
    const below =
      asking.length > 0
        ? asking.map(({ actor, related, choices }) => ({ actor, action: related!, related, choices }))
        : inherited
    for (const selection of ['include', 'select'] as const) {
      const selected = resolved[selection]
      if (isArguments(selected))
        resolved = { ...resolved, [selection]: this.#selection(selected, model, below, answer) }
    }
    return resolved
  }

  #selection(selected: Arguments, model: string, inherited: readonly FilterRequest[], answer: Answer): Arguments {
    return Object.fromEntries(
      Object.entries(selected).map(([name, args]) => {
        if (name === '_count') return [name, this.#counts(args, model, inherited, answer)]
        const field = this.#tables.field(model, name)
        if (field?.kind !== 'relation') return [name, args]
        return [name, this.#related(args, field, inherited, answer)]
      }),
    )
  }

  #related(args: unknown, relation: PrismaRelation, inherited: readonly FilterRequest[], answer: Answer): unknown {
    if (!isArguments(args) && args !== true) return args
    const resolved = this.#level(args === true ? {} : args, relation.model, inherited, answer)
    if (resolved['where'] !== undefined && !relation.list && !relation.nullable) {
      refuse(
        'required-relation',
        `Not every row that "${relation.name}" can lead to may be seen, and Prisma can't leave out the one row of a relation that must have one.`,
        undefined,
        `leave it out and find it by a query of its own, or make the relation optional; or include it as it is: { ...authorizedFilter(user), include: { ${relation.name}: true } }`,
      )
    }
    return args === true && Object.keys(resolved).length === 0 ? true : resolved
  }

  #counts(args: unknown, model: string, inherited: readonly FilterRequest[], answer: Answer): unknown {
    if (args === true && inherited.length > 0) {
      const lists = this.#tables.model(model)!.fields.filter((field) => field.kind === 'relation' && field.list)
      const all = Object.fromEntries(lists.map(({ name }) => [name, true]))
      return { select: this.#selection(all, model, inherited, answer) }
    }
    if (!isArguments(args)) return args
    const { select } = args
    return isArguments(select) ? { ...args, select: this.#selection(select, model, inherited, answer) } : args
  }
}

function withoutMarker({ [markerKey]: _, ...rest }: Arguments): Arguments {
  return rest
}

/** Stands for a filter that is not known yet, in arguments that are never sent. */
const undecided: Arguments = { undecided: { notIn: [] } }

function sameRequest(one: FilterRequest, other: FilterRequest): boolean {
  const { choices: ones } = one
  const { choices: others } = other
  return (
    one.actor === other.actor &&
    one.action === other.action &&
    ones?.strategy === others?.strategy &&
    ones?.unloaded === others?.unloaded
  )
}

/**
 * A caller's `where` and the filters. The caller's stays at the top: that is where unique operations look for their key.
 */
function guardedWhere(own: unknown, filters: readonly Arguments[]): Arguments {
  const { AND: and, ...rest } = isArguments(own) ? own : {}
  const ands: readonly unknown[] = and === undefined ? [] : Array.isArray(and) ? and : [and]
  const all = [...ands, ...filters]
  if (all.length === 0) return rest
  // Prisma writes down the way to each value, so that each level costs something for each key of a list.
  const [only] = filters
  return only && all.length === 1 && Object.keys(rest).length === 0 ? only : { ...rest, AND: all }
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise
}

export function isArguments(value: unknown): value is Arguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
