import type { Action, ActionOn, ActorIn, Context, ModelName, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import {
  assertActor,
  assertArrived,
  assertResource as assertGiven,
  invalidArgument,
  own,
} from '@arcturus/core/internal/prisma'
import { assertOption } from '@arcturus/writes/internal/prisma'
import { isLiteral } from './literal.js'
import { type Choices, type DefiniteFilter, type FilterRequest, type Markers, markerKey } from './query/markers.js'

/** Arguments of a query, with the action that the actor must be allowed to do. */
export interface QueryArguments<P extends PolicyTypes = RegisteredPolicy> extends Choices {
  /** Default: the authorizer's `readAction`. */
  readonly action?: Action<never, P>
  /** The context of the filter: the values of names that `authorizer.registerContext` declared. Default: none. */
  readonly context?: Context | undefined
  readonly where?: object
}

/**
 * Arguments without any known property. Prisma's types accept it wherever no argument is required.
 */
export type NoArguments = Record<never, never>

/**
 * The query's arguments for Prisma's types, without the options of this package. Prisma infers the
 * type of the result from them.
 */
export type Authorized<Args, P extends PolicyTypes = RegisteredPolicy> = Writable<
  Omit<Args, 'where' | 'action' | 'context' | keyof Choices>
> & {
  where: (Args extends { readonly where: infer Where } ? Writable<Where> : NoArguments) &
    (Args extends { readonly action: infer Action } ? OnlyFor<Action, P> : NoArguments)
}

/** A `where` that Prisma's types reject for the models that have no such action, by a column that only they have. */
type OnlyFor<Action, P extends PolicyTypes> =
  string extends ModelName<P>
    ? NoArguments
    : { AND?: never } & {
        [Column in Exclude<
          ColumnsOf<Exclude<ModelName<P>, ModelsWith<Action, P>>, P>,
          ColumnsOf<ModelsWith<Action, P>, P>
        >]?: Foreign
      }

type ModelsWith<Action, P extends PolicyTypes> = {
  [Name in ModelName<P>]: Action extends P['models'][Name]['actions'] ? Name : never
}[ModelName<P>]

type ColumnsOf<Names extends ModelName<P>, P extends PolicyTypes> = Names extends unknown
  ? P['models'][Names]['columns']
  : never

declare const foreign: unique symbol

/** The type of a column that the models of the action do not have. */
interface Foreign {
  readonly [foreign]: 'the model has no such action'
}

/**
 * Removes `readonly`, which Prisma's types reject. Literal types are inferred only with `const`,
 * and `const` makes them readonly.
 */
type Writable<Value> = Value extends Leaf
  ? Value
  : Value extends object
    ? { -readonly [Key in keyof Value]: Writable<Value[Key]> }
    : Value

/** Dates, bytes, decimals and functions are values, not structures. */
type Leaf = Date | ((...args: never[]) => unknown) | { readonly [Symbol.toStringTag]: string }

export interface AuthorizedFilter<P extends PolicyTypes = RegisteredPolicy> {
  /**
   * Returns arguments for a query of the guarded client that select the rows on which the actor
   * may do the action: `prisma.document.findMany(authorizedFilter(user))`. The default action is
   * `read` (the authorizer's `readAction`).
   * The arguments can be spread: `{ ...authorizedFilter(user), orderBy, take }`. A plain client
   * throws before it sends the query.
   * @param actor null for an anonymous user
   * @throws ArgumentError for an undefined actor
   */
  <A>(actor: A & ActorIn<A, P>): { where: NoArguments }
  /**
   * The same with other arguments of the query:
   * `authorizedFilter(user, { action: 'edit', where, take })`.
   */
  <const Args extends object, A = unknown>(
    actor: A & ActorIn<A, P>,
    args: Args & QueryArguments<P>,
  ): Authorized<Args, P>
}

export interface AuthorizedActors<P extends PolicyTypes = RegisteredPolicy> {
  /**
   * Returns arguments for a query of the guarded client that select the actors who may do the
   * action to a resource: `prisma.user.findMany(authorizedActors('read', document))`. It is the
   * mirror of `authorizedFilter`, and composes alike. It is no decision about the current user.
   * @param resource - The row. For a row that does not exist yet, use `authorizer.actorFilter`.
   * @throws ArgumentError for an undefined resource
   */
  <Row>(action: ActionOn<Row, P>, resource: Row): { where: NoArguments }
  /** The same with other arguments of the query: `authorizedActors('read', document, { take: 10 })`. */
  <const Args extends object, Row = unknown>(
    action: ActionOn<Row, P>,
    resource: Row,
    args: Args & Omit<QueryArguments<P>, 'action'>,
  ): Authorized<Args, P>
}

/** The functions that make arguments of queries. */
export interface FilterArguments<P extends PolicyTypes = RegisteredPolicy> {
  readonly authorizedFilter: AuthorizedFilter<P>
  readonly authorizedActors: AuthorizedActors<P>
  /**
   * Returns arguments for a query of the guarded client that select the rows of a filter, such as
   * `differenceFilter` of `@arcturus/testing/diff`, or a `Filter` that was made before. It is no decision
   * about the current user. Other arguments go beside it: `{ ...filterArguments(filter), take: 10 }`.
   */
  readonly filterArguments: (filter: DefiniteFilter) => { where: NoArguments }
}

/** Returns the functions that put requests for filters into the arguments of queries. */
export function argumentsWith(markers: Markers, readAction: string): FilterArguments {
  const marking = (args: QueryArguments, request: FilterRequest): object => {
    const { action: _, context: __, strategy, actorRelations, where, ...rest } = args
    const choices =
      strategy || actorRelations
        ? { ...(strategy && { strategy }), ...(actorRelations && { actorRelations }) }
        : undefined
    // Filtered arguments keep their earlier filters.
    const earlier = [args, where].flatMap((one) => markers.read(one) ?? assertUnmarked(one))
    return { ...rest, ...marked(markers.make([...new Set([...earlier, { ...request, choices }])]), where) }
  }

  const authorizedFilter = (actor: unknown, args?: QueryArguments): object => {
    assertActor(actor)
    assertArrived(actor, 'actor')
    if (args === undefined) return marked(markers.make([{ actor, action: readAction }]))
    assertArguments(args)
    const related = 'include' in args || 'select' in args ? readAction : undefined
    const { action = readAction, context } = args
    return marking(args, { actor, action, context, related })
  }

  const authorizedActors = (action: string, resource: unknown, args: QueryArguments = {}): object => {
    assertResource(resource)
    assertArguments({ ...args, action })
    return marking(args, { actor: resource, action, context: args.context, asked: 'actors' })
  }

  return {
    // Sound: the result has the given arguments except the action, and a `where`.
    authorizedFilter: authorizedFilter as AuthorizedFilter,
    // Sound, as above.
    authorizedActors: authorizedActors as AuthorizedActors,
    // Sound: the result has a `where`.
    filterArguments: (filter) =>
      marked(markers.make([{ actor: null, action: readAction, filter }])) as { where: NoArguments },
  }
}

/**
 * Puts a marker in both places, so that neither `{ ...filter, where }` nor
 * `{ where: { ...filter.where } }` loses it.
 */
function marked(marker: object, where?: object): object {
  const own: Record<string, unknown> = {}
  if (isLiteral(where)) for (const name in where) own[name] = where[name]
  else if (where !== undefined) own['AND'] = [where]
  return { where: { ...own, [markerKey]: marker }, [markerKey]: marker }
}

/**
 * @throws ArgumentError for the filter of another authorization, which can't be combined with this
 * one
 */
function assertUnmarked(args: object | undefined): [] {
  if (!args || !(markerKey in args)) return []
  throw invalidArgument('These arguments already contain the filter of another authorization.', {
    hint: 'combine both filters: where: { AND: [await one.authorizedWhere(…), await other.authorizedWhere(…)] }',
  })
}

/** @throws ArgumentError for a resource that is undefined, not a row, or a promise */
function assertResource(resource: unknown): void {
  assertGiven(resource)
  if (typeof resource !== 'object' || resource === null || 'then' in resource) {
    throw invalidArgument('authorizedActors needs a row as its second argument.', {
      hint: "authorizedActors('read', document)",
      data: { resource },
    })
  }
}

/**
 * @throws ArgumentError for invalid arguments, an action that is not a string, and an unknown
 * choice
 */
function assertArguments(args: unknown): void {
  if (typeof args !== 'object' || args === null) {
    throw invalidArgument('The second argument of authorizedFilter must be an object of query arguments.', {
      hint: "authorizedFilter(user, { action: 'edit', where: { … } })",
      data: { args },
    })
  }
  if ('action' in args && typeof args.action !== 'string') {
    throw invalidArgument('An action must be a string.', {
      hint: 'leave it out for the read action',
      data: { action: args.action },
    })
  }
  const where: unknown = 'where' in args ? args.where : undefined
  if (where !== undefined && (typeof where !== 'object' || where === null || Array.isArray(where))) {
    throw invalidArgument('`where` must be an object.', { data: { where } })
  }
  assertChoices(args)
}

const choicesOffered = {
  strategy: ['auto', 'where', 'subquery'],
  actorRelations: ['auto', 'load', 'database'],
} as const

/** @throws ArgumentError for options that are not an object, and an unknown choice */
export function assertChoices(args: unknown): void {
  if (typeof args !== 'object' || args === null) {
    throw invalidArgument('The options must be an object.', { data: { options: args } })
  }
  for (const [name, offered] of Object.entries(choicesOffered))
    assertOption(name, Reflect.get(own(args), name), offered)
}
