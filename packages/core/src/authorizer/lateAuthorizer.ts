import type { Late } from '../late.js'
import type { Policy } from '../policy/policy.js'
import type { Action, ActorName, ModelName, PolicyTypes, RegisteredPolicy } from '../register.js'
import type { ActionOn, ActorIn, FieldActionOn } from '../rowTypes.js'
import { BaseAuthorizer } from './baseAuthorizer.js'
import type { ChangeOptions, CreateOptions } from './changes/changes.js'
import type { PatchOf } from './changes/patch.js'
import { madeFilter } from './decisions/decision.js'
import type { Engine } from './decisions/engine.js'
import { after, type Eventual } from './decisions/eventual.js'
import type { Filter, LoadingOptions } from './filters/filter.js'
import type * as filtering from './filters/filters.js'
import type { PolicySource } from './policies/loadedPolicy.js'
import type * as writing from './writing.js'

/** Modules that an entry contains, or imports when a method first needs them: most processes authorize no writes. */
export interface LateModules {
  readonly filters: Late<typeof filtering>
  readonly writing: Late<typeof writing>
}

/**
 * What `Authorizer` and `AsyncAuthorizer` share: the methods that wait. They import their modules when they are first
 * called, unless the entry contains them.
 */
export abstract class LateAuthorizer<P extends PolicyTypes = RegisteredPolicy> extends BaseAuthorizer<P> {
  readonly #engine: Engine
  readonly #modules: LateModules

  /**
   * @param over - Returns an authorizer of the same entry over another engine.
   * @param modules - The modules of some of its methods.
   */
  protected constructor(engine: Engine, over: (engine: Engine) => unknown, modules: LateModules) {
    super(engine, over)
    this.#engine = engine
    this.#modules = modules
  }

  /** The active policy. It is undefined before the first load. */
  override get policy(): Policy | undefined {
    return this.#engine.active.policy
  }

  /** The rules of the option `queryRules`. */
  get queryRules(): ReadonlySet<string> {
    return this.#engine.parts.queryRules ?? new Set()
  }

  // loading

  /**
   * Loads a policy from all its sources together and replaces the active policy. During the load,
   * and if the load fails, the old policy stays active. Of several concurrent loads, the load that
   * started last wins.
   * @param sources - Texts in Polar, or objects with a `text` and a `name` for messages. At least
   * one.
   * @throws PolicyError with all errors of the policy; ArgumentError if there is no source, or a
   * source is not text.
   */
  override load(...sources: readonly (string | PolicySource)[]): Promise<Policy> {
    return this.#engine.active.load(sources)
  }

  // fields

  /**
   * Resolves if the actor may perform the action on every field of a request body (`allow_field`),
   * and rejects otherwise. Call it before the body is written.
   * @param resource - The row that is written. For a row that does not exist yet, the name of its
   * model, or the registered class.
   * @param body - An object, `FormData` or `URLSearchParams`, or a list of them; the fields of all
   * are checked. The contents of a field count as the field itself.
   * @throws UnauthenticatedError (401) for an anonymous actor, NotFoundError (404) if the actor may
   * not read the resource, ForbiddenError (403) with the `fields` otherwise; InvalidBodyError if
   * `body` is not a body; ArgumentError if the model is unknown, or if a field depends on the row and
   * only its model is named.
   */
  async assertWritable<A, Row>(
    actor: A & ActorIn<A, P>,
    action: FieldActionOn<Row, P>,
    resource: Row,
    body: unknown,
  ): Promise<void> {
    await using(this.#modules.writing, ({ WritableFields }) => {
      const fields = new WritableFields(this.#engine, this)
      if (typeof resource === 'string') return fields.assertWritableToNew(actor, action, resource, body)
      return fields.assertWritable(actor, action, resource, body)
    })
  }

  // changes

  /**
   * Authorizes a change of a row before it is written, and returns the data to write: exactly what was judged, as a
   * plain object. The actor must be allowed the action on the row as it is, and on the row as it will be. The relations
   * that the data contradict are loaded anew.
   * @param actor - The actor, or null for an anonymous user. It is the actor before the change.
   * @param row - The row as it is.
   * @param patch - The new values: columns, and relations to one row (a row, its key, nil, or Prisma's `connect` and
   * `disconnect`). A function is called for them, once the actor is allowed the action on the row as it is.
   * @param options.action - The action. Default `update`. If the policy has rules `allow_update(actor, before, after)` for
   * the model, they decide about the row as it will be, in place of the action.
   * @param options.checkRead - Whether an actor who may not read the row gets a 404 in place of a 403. Default true.
   * @throws UnauthenticatedError, NotFoundError, ForbiddenError as `authorize`; ForbiddenError with the `fields` if rules of
   * `allow_field` for the action do not allow all fields of the data.
   * @throws InvalidBodyError for data that the model does not have: `unknown-column`, `invalid-value`, `unsupported-write`.
   * @throws ArgumentError and QueryError, as `can`.
   * @example
   * ```ts
   * const data = await authorizer.authorizeChange(user, note, { ownerId: 2 })
   * Object.assign(note, data)
   * ```
   */
  async authorizeChange<Row extends object, Patch extends PatchOf<Row>, A = unknown>(
    actor: A & ActorIn<A, P>,
    row: Row,
    patch: Patch | (() => Patch | Promise<Patch>),
    options: ChangeOptions<ActionOn<Row, P>> = {},
  ): Promise<Patch> {
    // Sound: the data are a copy of the patch.
    return (await using(this.#modules.writing, ({ Changes }) =>
      new Changes(this.#engine, this).change(actor, row, patch, options),
    )) as Patch
  }

  /**
   * Authorizes a new row before it is written, and returns the data to write, as `authorizeChange`. The actor must be
   * allowed the action on the row as it will be, with the initial values of its schema. Rows of nested creates are
   * authorized too.
   * @param modelName - The name of a registered model.
   * @param data - The values of the row. Relations to one row are as in `authorizeChange`, or Prisma's `create`; relations
   * to many rows can only contain new rows (`create`, `createMany`).
   * @param options.action - The action. Default `create`.
   * @throws UnauthenticatedError, ForbiddenError, InvalidBodyError and QueryError, as `authorizeChange`; ArgumentError also
   * if the model is unknown.
   * @example
   * ```ts
   * const data = await authorizer.authorizeCreate(user, 'Note', { title: 'Plan', ownerId: 1 })
   * ```
   */
  async authorizeCreate<Data extends object, A = unknown, Name extends ModelName<P> = ModelName<P>>(
    actor: A & ActorIn<A, P>,
    modelName: Name,
    data: Data,
    options: CreateOptions<Action<Name, P>> = {},
  ): Promise<Data> {
    // Sound: the data are a copy.
    return (await using(this.#modules.writing, ({ Changes }) =>
      new Changes(this.#engine, this).create(actor, modelName, data, options),
    )) as Data
  }

  // filters

  /**
   * Returns whether the actor may perform the action on rows of a model: on `all` possible rows, on
   * `none`, or depending on the row (`condition`). Only `all` allows a conclusion about a given
   * row.
   * @param actor - The actor, or null for an anonymous user.
   * @throws the errors of `loadFilter`.
   */
  async extent<Name extends ModelName<P>, A = unknown>(
    actor: A & ActorIn<A, P>,
    action: Action<Name, P>,
    modelName: Name,
  ): Promise<Filter['kind']> {
    const decision = this.#engine.listeners.begin('model', actor, action, modelName, true)
    const load = () => this.#filter((filters) => filters.load(filters.ofRows(actor, action, modelName)))
    const filter = await decision.attempt(load)
    const { kind: extent } = filter
    const reason = extent !== 'none' ? undefined : actor === null ? 'nobody' : 'forbidden'
    decision.made(reason === undefined, { extent, reason, filter })
    return extent
  }

  /**
   * Returns the result of `filter`. It loads missing relations of the actor's side if their models
   * have a loader, and awaits promises.
   * @param options.most - The maximum number of rows to load for a relation of the actor's side.
   * Default: no maximum.
   * @throws the errors of `filter`.
   */
  async loadFilter<Name extends ModelName<P>, A = unknown>(
    actor: A & ActorIn<A, P>,
    action: Action<Name, P>,
    modelName: Name,
    options: LoadingOptions = {},
  ): Promise<Filter> {
    return this.#eventual(actor, action, modelName, options)
  }

  /**
   * Returns the result of `loadFilter`, as a promise only if something has to be awaited. Otherwise
   * it returns or throws synchronously.
   */
  eventualFilter<Name extends ModelName<P>, A = unknown>(
    actor: A & ActorIn<A, P>,
    action: Action<Name, P>,
    modelName: Name,
    options: LoadingOptions = {},
  ): Filter | Promise<Filter> {
    return this.#eventual(actor, action, modelName, options)
  }

  #eventual(actor: unknown, action: string, modelName: string, options: LoadingOptions): Filter | Promise<Filter> {
    const load = () => this.#filter((filters) => filters.load(filters.ofRows(actor, action, modelName), options.most))
    const { listeners } = this.#engine
    if (!listeners.active) return load()
    const decision = listeners.begin('filter', actor, action, modelName, true)
    return after(decision.attempt(load), (filter) => madeFilter(decision, filter, 'load'))
  }

  /**
   * Returns the result of `actorFilter`. It loads missing relations of the resource's side if their
   * models have a loader, and awaits promises.
   * @param options.most - As for `loadFilter`.
   * @throws the errors of `actorFilter`.
   */
  async loadActorFilter<Row>(
    action: ActionOn<Row, P>,
    resource: Row,
    modelName: ActorName<P>,
    { most }: LoadingOptions = {},
  ): Promise<Filter> {
    return this.#filter((filters) => filters.load(filters.ofActors(action, resource, modelName), most))
  }

  #filter(make: (filters: filtering.Filters) => Eventual<Filter>): Eventual<Filter> {
    return using(this.#modules.filters, ({ Filters }) => make(new Filters(this.#engine)))
  }
}

/** Calls a function with modules: at once if they are there, since rows and data can change while a caller waits. */
function using<Modules, Result>(
  { now, load }: Late<Modules>,
  use: (modules: Modules) => Eventual<Result>,
): Eventual<Result> {
  return now ? use(now) : load().then(use)
}
