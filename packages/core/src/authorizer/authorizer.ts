import { own } from '../own.js'
import { allChecks } from '../policy/checks/all.js'
import type { Policy } from '../policy/policy.js'
import type { Action, ActorName, ModelName, PolicyTypes, RegisteredPolicy } from '../register.js'
import type { ActionOn, ActorIn, FieldActionOn } from '../rowTypes.js'
import { namesOf } from './arguments.js'
import { BaseAuthorizer } from './baseAuthorizer.js'
import { type ChangeOptions, Changes, type CreateOptions } from './changes/changes.js'
import type { PatchOf } from './changes/patch.js'
import { type DecisionListeners, madeFilter } from './decisions/decision.js'
import { Engine, type EngineParts } from './decisions/engine.js'
import { after } from './decisions/eventual.js'
import { WritableFields } from './fields/writableFields.js'
import type { Filter, FilterOptions, LoadingOptions } from './filters/filter.js'
import { Filters } from './filters/filters.js'
import { type Finding, refusable } from './filters/refusable.js'
import type { AuthorizerOptions } from './options.js'
import { backEndOf } from './plans/evaluator.js'
import type { PolicySource } from './policies/loadedPolicy.js'
import { Shadow, type ShadowOptions } from './shadow.js'

/**
 * Decides from one policy whether an actor may perform an action on a resource (`can`, `isAllowed`,
 * `authorize`, `canMany`). It also returns the filter of the permitted rows (`filter`), and the
 * permitted actions and fields (`authorizedActions`, `authorizedFields`). The actor `null` is an
 * anonymous user.
 *
 * @example
 * ```ts
 * class User { constructor(readonly id: number) {} }
 * class Note { constructor(readonly ownerId: number) {} }
 *
 * const authorizer = new Authorizer().registerClass(User).registerClass(Note)
 * authorizer.loadSync('allow(user: User, "read", note: Note) if note.ownerId = user.id;')
 *
 * authorizer.can(new User(1), 'read', new Note(1)) // true
 * authorizer.can(new User(2), 'read', new Note(1)) // false
 * ```
 */
export class Authorizer<P extends PolicyTypes = RegisteredPolicy> extends BaseAuthorizer<P> {
  readonly #engine: Engine
  readonly #listeners: DecisionListeners
  readonly #filters: Filters
  readonly #writing: WritableFields
  readonly #changes: Changes

  /**
   * @param options - The options; all are optional.
   * @throws ArgumentError if an option is invalid.
   */
  constructor(options: AuthorizerOptions = {}) {
    // `withPolicy` and `with` pass the engine of the new authorizer.
    const engine = options instanceof Engine ? options : new Engine(options, enginePartsOf(own(options)))
    super(engine, over)
    this.#engine = engine
    this.#listeners = engine.listeners
    this.#filters = new Filters(engine)
    this.#writing = new WritableFields(engine, this.#filters, this)
    this.#changes = new Changes(engine, this)
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

  /**
   * Loads a policy synchronously; otherwise as `load`.
   * @throws the errors of `load`; QueryError `async-value` if a `?=` test has to wait.
   */
  override loadSync(...sources: readonly (string | PolicySource)[]): Policy {
    return this.#engine.active.loadSync(sources)
  }

  /**
   * Returns an authorizer with another policy, and with the options, classes, models, constants and
   * loaders of this one, for example to compare two policies on the same rows. This authorizer keeps
   * its policy. Listeners are not shared, and the warnings of the other policy are only in its `policy.warnings`.
   * @param sources - The other policy, as for `load`.
   * @throws PolicyError and ArgumentError, as `loadSync`.
   *
   * @example
   * ```ts
   * const stricter = authorizer.withPolicy('allow(user: User, "read", note: Note) if note.ownerId = user.id;')
   * ```
   */
  withPolicy(...sources: readonly (string | PolicySource)[]): Authorizer<P> {
    const engine = this.#engine.forOtherPolicy()
    const { context } = this.#engine.decider
    const other = new Authorizer<P>(context ? engine.with(context) : engine)
    other.loadSync(...sources)
    return other
  }

  /**
   * Asks a second policy beside this one: for each check and each filter, after its answer is known. It changes no answer
   * and fails no question. Rows are read, and missing relations loaded, a second time for the share that is compared.
   * @param candidate - The other policy as a text, or its authorizer (`withPolicy`).
   * @param options - The options; all are optional.
   * @throws PolicyError for a candidate that can't be loaded; ArgumentError if an option is invalid.
   * @example
   * ```ts
   * const shadow = authorizer.shadow(text, { sample: 0.1, onDifference: (difference) => console.warn(difference) })
   * String(shadow) // of 12400 questions 1240 were compared, and 3 differ
   * ```
   */
  shadow(candidate: Authorizer | string | PolicySource, options: ShadowOptions = {}): Shadow {
    const other = candidate instanceof Authorizer ? candidate : this.withPolicy(candidate)
    return new Shadow(this.#engine, other.#engine, options)
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
    if (typeof resource === 'string') await this.#writing.assertWritableToNew(actor, action, resource, body)
    else await this.#writing.assertWritable(actor, action, resource, body)
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
    return (await this.#changes.change(actor, row, patch, options)) as Patch
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
    return (await this.#changes.create(actor, modelName, data, options)) as Data
  }

  // filters

  /**
   * Returns the filter of the rows of a model on which the actor may perform the action. A row is
   * in the filter exactly if the check returns true.
   * @param actor - The actor, or null for an anonymous user.
   * @param modelName - The name of a registered model.
   * @param options.unloaded - The treatment of a relation that is missing on the actor's side:
   * `error` throws, `database` reads it in the database. Default `error`.
   * @throws ArgumentError if the actor is undefined or of an unknown class, or if the model or the
   * action is unknown.
   * @throws QueryError if the actor's side fails for every row; RelationNotLoadedError if a
   * relation of the actor's side is missing.
   */
  filter<Name extends ModelName<P>, A = unknown>(
    actor: A & ActorIn<A, P>,
    action: Action<Name, P>,
    modelName: Name,
    options: FilterOptions = {},
  ): Filter {
    const make = () => this.#filters.make(this.#filters.ofRows(actor, action, modelName), options)
    if (!this.#listeners.active) return make()
    const decision = this.#listeners.begin('filter', actor, action, modelName)
    return madeFilter(decision, decision.attempt(make), options.unloaded ?? 'error')
  }

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
    const decision = this.#listeners.begin('model', actor, action, modelName, true)
    const load = () => this.#filters.load(this.#filters.ofRows(actor, action, modelName))
    const { kind: extent } = await decision.attempt(load)
    const reason = extent !== 'none' ? undefined : actor === null ? 'nobody' : 'forbidden'
    decision.made(reason === undefined, { extent, reason })
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
    const load = () => this.#filters.load(this.#filters.ofRows(actor, action, modelName), options.most)
    if (!this.#listeners.active) return load()
    const decision = this.#listeners.begin('filter', actor, action, modelName, true)
    return after(decision.attempt(load), (filter) => madeFilter(decision, filter, 'load'))
  }

  /**
   * Returns the filter of the actors of a model who may perform the action on a resource: the
   * mirror of `filter`. An actor is in it exactly if the check returns true. Building it is no
   * decision about the current user.
   * @param resource - The resource. For a row that does not exist yet, its registered class.
   * @param modelName - The name of the actors' model, such as `User`.
   * @param options.unloaded - As for `filter`: the treatment of a relation that is missing on the
   * resource's side. Default `error`.
   * @throws the errors of `filter`.
   * @example
   * const readers = users.filter((user) => authorizer.actorFilter('read', note, 'User').matches(user))
   */
  actorFilter<Row>(
    action: ActionOn<Row, P>,
    resource: Row,
    modelName: ActorName<P>,
    options: FilterOptions = {},
  ): Filter {
    return this.#filters.make(this.#filters.ofActors(action, resource, modelName), options)
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
    return this.#filters.load(this.#filters.ofActors(action, resource, modelName), most)
  }

  /**
   * Returns the warnings of the active policy, then the filters that it can refuse: one entry for
   * each actor class, action, model, reason and place.
   * @throws ArgumentError if no policy is loaded.
   * @example
   * ```ts
   * for (const finding of authorizer.check()) console.log(formatDiagnostic(finding))
   * ```
   */
  check(): readonly Finding[] {
    const { policy } = this.#engine.active.current()
    return [...policy.warnings, ...refusable(policy, this.schema, this.readAction)]
  }
}

const over = (engine: Engine): Authorizer => new Authorizer(engine)

/** Chooses what the entry for checks does not have: all checks of a policy, and generated code. */
function enginePartsOf({ evaluator = 'auto', strict, queryRules }: AuthorizerOptions): EngineParts {
  return {
    loadChecks: allChecks(),
    backEnd: backEndOf(evaluator),
    startsWithMachine: evaluator === 'auto',
    strict,
    queryRules: namesOf(queryRules, 'queryRules'),
  }
}
