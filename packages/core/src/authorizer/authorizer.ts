import { ForbiddenError, UnauthenticatedError } from '../errors.js'
import type { Late } from '../late.js'
import type { QueryOptions, Solution } from '../machine/index.js'
import { own } from '../own.js'
import type { Policy } from '../policy/policy.js'
import { versionOf } from '../policy/version.js'
import type { Action, ActorName, Context, ModelName, PolicyTypes, RegisteredPolicy } from '../register.js'
import type { ActionOn, ActorIn, FieldActionOn, FieldOn, TaggedRow } from '../rowTypes.js'
import { assertColumns } from '../schema/knownColumns.js'
import type { Model } from '../schema/model.js'
import { markCopy } from '../schema/partial.js'
import { adoptWithin } from '../schema/plainRows.js'
import type { Schema } from '../schema/schema.js'
import { tag } from '../schema/tags.js'
import type { Load } from '../schema/wanted.js'
import { assertLinks } from '../values/links.js'
import { assertAction, assertActor, assertKnown, assertRowOf, modelNamed } from './arguments.js'
import type { ChangeOptions } from './changes/changes.js'
import type { PatchOf } from './changes/patch.js'
import { type ContextDeclaration, declareContext } from './context.js'
import { contextOf } from './contextValues.js'
import { AllowedActions } from './decisions/allowedActions.js'
import type { Decider } from './decisions/decider.js'
import { type DecisionListeners, madeFilter } from './decisions/decision.js'
import { Engine, engineKey } from './decisions/engine.js'
import { solutionsOf } from './decisions/enumerate.js'
import type { Decision } from './decisions/event.js'
import { after, type Eventual } from './decisions/eventual.js'
import { explainable } from './decisions/explainer.js'
import { type DecisionOptions, recorder } from './decisions/recorder.js'
import { type DenialOptions, type DenialReason, Denials, errorFor } from './denial.js'
import { FieldRules } from './fields/fieldRules.js'
import type { Picked } from './fields/fields.js'
import type { Filter, FilterOptions, LoadingOptions } from './filters/filter.js'
import type { Filters } from './filters/filters.js'
import type { Finding } from './filters/refusable.js'
import type { AuthorizerOptions } from './options.js'
import { assertSync, building, filtering, writing } from './parts.js'
import type { Statistics } from './plans/predicateDecider.js'
import type { PolicySource } from './policies/loadedPolicy.js'
import { type ClassOptions, type ModelDeclaration, modelOfClass, modelOfDeclaration } from './registration.js'
import type { RelationMemory } from './relations/relations.js'
import type { Shadow, ShadowOptions } from './shadow.js'

declare const policyTypes: unique symbol

type Decide = (
  decider: Decider,
  listeners: DecisionListeners,
  actor: unknown,
  action: string,
  resource: unknown,
) => boolean

/** Decides a check that the generated way to predicates leaves. There are few of them once a policy is in use. */
const decide: Decide = (decider, listeners, actor, action, resource) => {
  if (!listeners.active) return decider.decide(actor, action, resource)
  const decision = listeners.begin('check', actor, action, resource)
  return decision.made(decision.attempt(() => decider.decide(actor, action, resource)))
}

/**
 * Two functions that do the same, called in turn, so that V8 inlines neither. Inlined, this rare code would use up the size
 * that V8 inlines, and leave out the predicate.
 */
const inTurn: readonly Decide[] = [
  (decider, listeners, actor, action, resource) => decide(decider, listeners, actor, action, resource),
  (decider, listeners, actor, action, resource) => decide(decider, listeners, actor, action, resource),
]
/** Which of them was called last. */
let turn = 0

/** The names of a policy, by which frameworks and ORMs take those of an authorizer. They exist in types only. */
export interface Typed<P extends PolicyTypes> {
  readonly [policyTypes]?: P
}

export interface Authorizer<P extends PolicyTypes = RegisteredPolicy> extends Typed<P> {}

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
 * await authorizer.load('allow(user: User, "read", note: Note) if note.ownerId = user.id;')
 *
 * authorizer.can(new User(1), 'read', new Note(1)) // true
 * authorizer.can(new User(2), 'read', new Note(1)) // false
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the optional property of `Typed` exists in types only
export class Authorizer<P extends PolicyTypes = RegisteredPolicy> {
  /** The action that decides whether an actor may learn that a resource exists. */
  readonly readAction: string
  /** The classes, models and constants that policies can name. */
  readonly schema: Schema
  /** The actions that exist beside those that the policy names. */
  readonly declaredActions: ReadonlySet<string>
  /** The rules of the option `queryRules`. */
  readonly queryRules: ReadonlySet<string>
  static {
    // Those whose answer decides how to go on: a request that is served may watch whether its code waits for the answer.
    const names = ['isAllowed', 'authorize', 'authorizeField', 'assertWritable', 'authorizeChange', 'authorizeCreate']
    for (const name of names) {
      const ask: (...parameters: unknown[]) => Promise<unknown> = Reflect.get(Authorizer.prototype, name)
      const value = function (this: Authorizer, ...parameters: unknown[]): Promise<unknown> {
        return this.#engine.watched(value, Reflect.apply(ask, this, parameters))
      }
      Object.defineProperty(Authorizer.prototype, name, { value, writable: true, configurable: true })
    }
  }

  readonly #engine: Engine
  readonly #decider: Decider
  readonly #listeners: DecisionListeners
  readonly #denials: Denials
  readonly #actions: AllowedActions
  readonly #fields: FieldRules

  /**
   * @param options - The options; all are optional.
   * @throws ArgumentError if an option is invalid.
   */
  constructor(options: AuthorizerOptions = {}) {
    if (!Object.hasOwn(Authorizer.prototype, engineKey)) Authorizer.#showEngine()
    // `withPolicy` and `with` pass the engine of the new authorizer.
    const engine = options instanceof Engine ? options : new Engine(options)
    this.readAction = engine.readAction
    this.schema = engine.schema
    this.declaredActions = engine.declaredActions
    this.queryRules = engine.queriedRules
    this.#engine = engine
    this.#decider = engine.decider
    this.#listeners = engine.listeners
    this.#denials = new Denials(engine)
    this.#actions = new AllowedActions(engine)
    this.#fields = new FieldRules(engine, this)
  }

  /**
   * Defines the engine of all authorizers. It is no method, so that the declarations of this class don't contain the
   * engine. On each authorizer, it would be most of the time that `with` takes. In a static block, it would keep bundlers
   * from leaving out this class.
   */
  static #showEngine(): void {
    Object.defineProperty(Authorizer.prototype, engineKey, {
      get(this: Authorizer): Engine {
        return this.#engine
      },
    })
  }

  /** The active policy. It is undefined before the first load. */
  get policy(): Policy | undefined {
    return this.#engine.active.policy
  }

  /**
   * The number of checks that a predicate evaluated, and the number that the machine evaluated,
   * since the policy was loaded.
   */
  get statistics(): Readonly<Statistics> {
    return this.#engine.active.statistics
  }

  // registration

  /**
   * Registers a class under its name, so that policies can refer to it. Returns the authorizer.
   * @param options - The name, the fields and the key of the class. All are optional;
   * `ClassOptions` documents the defaults.
   * @throws ArgumentError if `cls` is not a class, if its name is taken, or if a field is invalid.
   */
  registerClass(cls: unknown, options: ClassOptions = {}): this {
    this.schema.registerModel(modelOfClass(this.schema, cls, options))
    return this
  }

  /**
   * Registers a constant under a name. Policies read its value anew in each query. Returns the
   * authorizer.
   * @throws ArgumentError if the name is reserved or not a string.
   */
  registerConstant(value: unknown, name: string): this {
    this.schema.registerConstant(name, value)
    return this
  }

  /**
   * Declares names of the context of a question, such as the time or the address of a request. Policies use them as
   * constants; each question passes their values to `with`. Returns the authorizer.
   * @param declarations - The type of each name, as those of fields; `{ fields: { … } }` for an object. Names can't be nil
   * unless `nullable` is true.
   * @throws ArgumentError `duplicate-name` if a name is registered already; `invalid-argument` for an invalid declaration;
   * `unknown-model` for a class that is not registered.
   * @example
   * ```ts
   * authorizer.registerContext({ now: 'date', request: { fields: { ip: 'string' } } })
   * ```
   */
  registerContext(declarations: Readonly<Record<string, ContextDeclaration>>): this {
    declareContext(this.schema, declarations)
    return this
  }

  /**
   * Returns an authorizer whose questions have a context. It shares the policy, the plans, the listeners and everything
   * else with this one, so that making it for each request is cheap. A check of this authorizer that is asked for within
   * one of its checks, in a getter or a method of a row, has its context too.
   * @param context - The values of declared names: own properties only; undefined ones are missing. Values of this
   * authorizer's own context stay unless they are replaced. If a decision needs a missing one, its rule is an error
   * (`missing-context`), as with a missing attribute.
   * @throws ArgumentError `invalid-context` for an undeclared name or a value of another type.
   * @example
   * ```ts
   * authorizer.with({ now: new Date(), request: { ip: req.ip } }).can(user, 'read', note)
   * ```
   */
  with(context: Context<P>): this {
    const engine = this.#engine.with(contextOf(this.schema, context, this.#engine.decider.context))
    // Sound: an authorizer has the types of the one that it is made from.
    return new Authorizer<P>(engine) as this
  }

  /**
   * Registers models that have no class, such as the tables of an ORM. Their declarations are those
   * of classes. Returns the authorizer.
   * @param load - Loads a missing relation of a row. Only the asynchronous methods call it. They
   * call it once per query for a relation of an object, or once for the lifetime of the memory that
   * `rememberIn` supplies.
   * @throws ArgumentError if a name is taken or a field is invalid.
   */
  registerModels(models: Iterable<Model | ModelDeclaration>, load?: Load): this {
    for (const model of models) {
      this.schema.registerModel(modelOfDeclaration(this.schema, model))
      if (load) this.#engine.relations.add(model.name, load)
    }
    return this
  }

  /**
   * Marks a plain object as a row of a model and returns it; the object itself is not changed.
   * Plain objects in its declared relations become rows of the relations' models, at any depth.
   * @param modelName - The name of a registered model.
   * @param row - The row; not a list or a promise.
   * @throws ArgumentError if the model is unknown, or if `row` is not a single row or is an
   * instance of another registered class. Also if it has a likely misspelt column of its closed model, a text
   * that is no value of an enum, a string for a declared date, number or boolean, or `stale-relation` if a relation holds other rows than its key refers to.
   */
  as<Row extends object, Name extends ModelName<P> = ModelName<P>>(modelName: Name, row: Row): TaggedRow<P, Name, Row> {
    const model = modelNamed(this.schema, modelName)
    assertRowOf(model, row, this.schema)
    assertColumns(this.schema, row, model.name)
    adoptWithin(this.schema, row, model.name, (...held) => assertLinks(this.schema, ...held))
    tag(row, model.name)
    markCopy(row, model, this.schema.models)
    // Sound: the model of the row's type exists in types only.
    return row as TaggedRow<P, Name, Row>
  }

  /** Returns the name of a value's model, or undefined if the model is unknown. */
  modelOf(value: unknown): string | undefined {
    return this.schema.modelOf(value)?.name
  }

  /**
   * The version of the active policy: the first 32 digits of the SHA-256 of its texts, one after the other in the order
   * of their load (`cat *.polar | sha256sum`). It is undefined before the first load.
   */
  get policyVersion(): string | undefined {
    const { policy } = this.#engine.active
    return policy && versionOf(policy)
  }

  /**
   * Calls a listener with each decision, right after it is made and before the caller gets it. It runs in the
   * asynchronous context of the caller. A decision contains no rows, only their models and keys.
   *
   * A listener changes no answer: if it throws, rejects, or takes long, the option `log` receives a warning once
   * (`failing-listener`, `slow-listener`). If more than 1,000 of the promises that it returned are pending, it misses
   * decisions meanwhile. Decisions that it causes itself are not passed to it.
   * @param options - The options; all are optional.
   * @returns A function that removes the listener.
   * @throws ArgumentError if the listener is not a function, or if an option is invalid.
   * @example
   * ```ts
   * const stop = authorizer.onDecision((decision) => console.log(JSON.stringify(decision)), { allowed: 'none' })
   * ```
   */
  onDecision(listener: (decision: Decision) => unknown, options: DecisionOptions = {}): () => void {
    return this.#engine.listeners.add(recorder(this.#engine, this, listener, options), true)
  }

  /**
   * For frameworks: sets the function that returns the memory of loaded relations beyond one query,
   * such as the memory of the current request. It is called before each load; if it returns
   * undefined, the relation is kept for the query only. Returns a function that removes it.
   */
  rememberIn(current: () => RelationMemory | undefined): () => void {
    return this.#engine.relations.rememberIn(current)
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
  load(...sources: readonly (string | PolicySource)[]): Promise<Policy> {
    return this.#engine.active.load(sources)
  }

  /**
   * Loads a policy synchronously; otherwise as `load`. It needs `import '@arcturus/core/sync'`.
   * @throws the errors of `load`; ArgumentError `not-imported` without that import; QueryError `async-value` if a `?=` test has to wait.
   */
  loadSync(...sources: readonly (string | PolicySource)[]): Policy {
    assertSync()
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
    const engine = this.#engine.forOtherPolicy(sources)
    const { context } = this.#decider
    return new Authorizer<P>(context ? engine.with(context) : engine)
  }

  /**
   * Returns an authorizer that keeps the policy that is active now, whatever this one loads later. It shares everything
   * else with this one: for a job whose questions need one policy. A request of a framework package keeps its policy by itself.
   * @throws ArgumentError `no-policy` before the first load.
   * @example
   * ```ts
   * const authorizer = watched.pinned()
   * for (const note of notes) if (await authorizer.isAllowed(user, 'export', note)) await exportNote(note)
   * ```
   */
  pinned(): Authorizer<P> {
    return new Authorizer<P>(this.#engine.pinned())
  }

  /**
   * Asks a second policy beside this one: for each check and each filter, after its answer is known. It changes no answer
   * and fails no question. Rows are read, and missing relations loaded, a second time for the share that is compared.
   * A candidate that exceeds its limits ten times is asked no more.
   * @param candidate - The other policy as a text or as those of its files, whose checks may compute for 100 ms, or its authorizer (`withPolicy`)
   * with the limits of its own.
   * @param options - The options; all are optional.
   * @throws PolicyError for a candidate that can't be loaded; ArgumentError if an option is invalid.
   * @example
   * ```ts
   * const shadow = authorizer.shadow(text, { sample: 0.1, onDifference: (difference) => console.warn(difference) })
   * String(shadow) // of 12400 questions 1240 were compared, and 3 differ
   * ```
   */
  shadow(candidate: Authorizer | string | PolicySource | readonly PolicySource[], options: ShadowOptions = {}): Shadow {
    const engine = this.#engine
    const { steps, syncTime } = engine.limits
    const small = { ...engine.limits, steps: Math.min(steps, 100_000), syncTime: Math.min(syncTime, 100) }
    const other = candidate instanceof Authorizer ? candidate.#engine : engine.forOtherPolicy([candidate].flat(), small)
    const { Shadow } = this.#filtering()
    return new Shadow(engine, other, options)
  }

  /**
   * Asserts that the policy or the option `actions` names an action. If a rule compares the action
   * with data, such as `action in role.permissions`, every action is valid.
   * @param model - The name of a model whose rules or blocks have to name it. Default: those of any
   * model.
   * @throws ArgumentError `unknown-action` if nothing names the action; `no-policy` if no policy is
   * loaded.
   * @example
   * ```ts
   * authorizer.assertAction('raed') // throws: Unknown action "raed". Did you mean "read"?
   * ```
   */
  assertAction(action: string, model?: string): void {
    assertAction(action)
    this.#engine.active.current().actions.assertNamedFor(action, model)
  }

  /**
   * For frameworks: requires that the policy names an action, as a declared route does. If a policy
   * is loaded, it must name the action. A later policy that does not name it fails to load, and the
   * active policy stays.
   * @param model - The name of the model for which it is needed. Default: any.
   * @throws ArgumentError `unknown-action` if the active policy does not name the action.
   */
  needAction(action: string, model?: string): void {
    this.#engine.active.need(action, model)
  }

  // checks

  /**
   * Returns whether the actor may perform the action on the resource, synchronously.
   * @param actor - The actor, or null for an anonymous user.
   * @param resource - The resource. For a row that does not exist yet, its registered class.
   * @throws ArgumentError if the actor or the resource is undefined or of an unknown class, or if
   * the action is unknown.
   * @throws QueryError if the policy fails for these arguments. The code is `async-value` if the
   * policy has to wait; use `isAllowed` then.
   */
  can<A, Row>(actor: A & ActorIn<A, P>, action: ActionOn<Row, P>, resource: Row): boolean {
    const decider = this.#decider
    const known = decider.enter === undefined ? undefined : decider.enter(decider, actor, action, resource)
    if (known !== undefined) return known
    turn = 1 - turn
    return inTurn[turn]!(decider, this.#listeners, actor, action, resource)
  }

  /**
   * Returns whether the actor may perform the action on each of many resources, in one pass and in
   * the order of the resources. An example is the rows of a page.
   * @param actor - The actor, or null for an anonymous user.
   * @throws the errors of `can` for any of the resources.
   */
  canMany<A, Row>(actor: A & ActorIn<A, P>, action: ActionOn<Row, P>, resources: Iterable<Row>): boolean[] {
    const rows = Array.isArray(resources) ? resources : [...resources]
    return this.#listeners.many(actor, action, rows, false, () => this.#decider.decideMany(actor, action, rows))
  }

  /**
   * Returns the rows on which the actor may perform the action, in their order. Each row is a decision of `canMany`.
   * For rows in memory: a store selects them by a filter.
   * @param actor - The actor, or null for an anonymous user.
   * @throws the errors of `can` for any of the rows.
   *
   * @example
   * ```ts
   * class User { constructor(readonly id: number) {} }
   * class Note { constructor(readonly ownerId: number) {} }
   *
   * const authorizer = new Authorizer().registerClass(User).registerClass(Note)
   * await authorizer.load('allow(user: User, "read", note: Note) if note.ownerId = user.id;')
   *
   * authorizer.authorizedRows(new User(1), 'read', [new Note(1), new Note(2)]).length // 1
   * ```
   */
  authorizedRows<A, Row>(actor: A & ActorIn<A, P>, action: ActionOn<Row, P>, rows: Iterable<Row>): Row[] {
    const all = [...rows]
    const allowed = this.canMany<A, Row>(actor, action, all)
    return all.filter((_, at) => allowed[at])
  }

  /**
   * Returns the results of `canMany`, and awaits promises in the policy. Only rows that are not
   * decided synchronously cost a promise. The rows share the relations that are loaded.
   * @param actor - The actor, or null for an anonymous user.
   * @throws the errors of `isAllowed` for any of the resources.
   */
  async isAllowedMany<A, Row>(
    actor: A & ActorIn<A, P>,
    action: ActionOn<Row, P>,
    resources: Iterable<Row>,
  ): Promise<boolean[]> {
    const rows = [...resources]
    return this.#listeners.many(actor, action, rows, true, (arrived) =>
      this.#decider.settleMany(actor, action, rows, arrived),
    )
  }

  /**
   * Returns whether the actor may perform the action on the resource, and awaits promises in the
   * policy. Relations that are not loaded are loaded if their models have a loader. Otherwise as
   * `can`.
   * @param actor - The actor, or null for an anonymous user.
   * @param resource - The resource. For a row that does not exist yet, its registered class.
   * @throws ArgumentError and QueryError, as `can`.
   */
  async isAllowed<A, Row>(actor: A & ActorIn<A, P>, action: ActionOn<Row, P>, resource: Row): Promise<boolean> {
    const decision = this.#listeners.open('check', actor, action, resource, true)
    const { policy } = this.#decider
    // A caller that does not await continues before any decision is made, so that guards hold back
    // its response.
    if (decision) await undefined
    const question = decision && (() => this.#decider.question(policy, undefined, decision.arrived))
    const settle = () => this.#decider.settle(actor, action, resource, policy, question)
    const answer = decision ? decision.attempt(settle) : settle()
    // An `await` takes longer than most decisions.
    const allowed = typeof answer === 'boolean' ? answer : await answer
    return decision ? decision.made(allowed) : allowed
  }

  /**
   * Resolves if the actor may perform the action on the resource, and rejects otherwise.
   * @param actor - The actor, or null for an anonymous user.
   * @param resource - The resource. For a row that does not exist yet, its registered class.
   * @param options.checkRead - Whether an actor who may not read the resource gets a 404 in place
   * of a 403. Default true.
   * @throws UnauthenticatedError (401) for an anonymous actor, NotFoundError (404) if the actor may
   * not read the resource, ForbiddenError (403) otherwise; also the errors of `can`.
   */
  async authorize<A, Row>(
    actor: A & ActorIn<A, P>,
    action: ActionOn<Row, P>,
    resource: Row,
    options: { readonly checkRead?: boolean } = {},
  ): Promise<void> {
    const { policy } = this.#decider
    // As in `isAllowed`.
    if (this.#listeners.active) await undefined
    const denial = this.#denials.reason(actor, action, resource, { ...options, thrown: true }, policy)
    // An `await` takes longer than most decisions.
    const reason = typeof denial === 'object' ? await denial : denial
    if (reason !== undefined) throw explainable(errorFor(reason), { authorizer: this, actor, action, resource })
  }

  /**
   * Returns the reason for a denial, or undefined if the action is allowed. `nobody`: the actor is
   * anonymous. `hidden`: the actor may not read the resource. `forbidden`: the actor may read it.
   * The result is a promise only if the policy has to wait.
   * @throws the errors of `can`.
   */
  denialReason<A, Row>(
    actor: A & ActorIn<A, P>,
    action: ActionOn<Row, P>,
    resource: Row,
    options: DenialOptions = {},
  ): DenialReason | undefined | Promise<DenialReason | undefined> {
    return this.#denials.reason(actor, action, resource, options)
  }

  // actions and fields

  /**
   * Returns the actions that the actor may perform on the resource. If a rule leaves the action
   * open, it tries every action that the policy names for the resource's class. An action is among
   * them exactly if `isAllowed` returns true for it.
   * @param actor - The actor, or null for an anonymous user.
   * @throws ArgumentError and QueryError, as `isAllowed` for any of these actions. If rules compare the
   * action with data, also the error of any alternative.
   */
  authorizedActions<A, Row>(actor: A & ActorIn<A, P>, resource: Row): Promise<Set<ActionOn<Row, P>>> {
    // Sound: they are actions that the policy names for the resource.
    return this.#actions.of(actor, resource) as Promise<Set<ActionOn<Row, P>>>
  }

  /**
   * Returns the result of `authorizedActions` for each of many resources, in one pass and in the
   * order of the resources. An example is the rows of a page.
   * @param actor - The actor, or null for an anonymous user.
   * @throws the errors of `authorizedActions` for any of the resources.
   */
  async authorizedActionsMany<A, Row>(
    actor: A & ActorIn<A, P>,
    resources: Iterable<Row>,
  ): Promise<Set<ActionOn<Row, P>>[]> {
    // Sound, as above.
    return (await this.#actions.ofMany(actor, [...resources])) as Set<ActionOn<Row, P>>[]
  }

  /**
   * Resolves if the actor may perform the action on a field of the resource (`allow_field`), and
   * rejects otherwise.
   * @param actor - The actor, or null for an anonymous user.
   * @param field - The name of the field.
   * @throws UnauthenticatedError (401) for an anonymous actor, ForbiddenError (403) with the field
   * otherwise; ArgumentError and QueryError, as `can`.
   */
  async authorizeField<A, Row>(
    actor: A & ActorIn<A, P>,
    action: FieldActionOn<Row, P>,
    resource: Row,
    field: FieldOn<Row, P>,
  ): Promise<void> {
    await this.#fields.authorize(actor, action, resource, field)
  }

  /**
   * Returns the fields of the resource on which the actor may perform the action (`allow_field`).
   * If a rule leaves the field open, all declared fields are tried.
   * @param actor - The actor, or null for an anonymous user.
   * @throws ArgumentError and QueryError, as `authorizedActions`.
   */
  async authorizedFields<A, Row>(
    actor: A & ActorIn<A, P>,
    action: FieldActionOn<Row, P>,
    resource: Row,
  ): Promise<Set<FieldOn<Row, P>>> {
    // Sound: they are fields that the schema or the policy names.
    return (await this.#fields.allowed(actor, action, resource)) as Set<FieldOn<Row, P>>
  }

  /**
   * Returns a copy of a row with only the fields on which the actor may perform the action
   * (`allow_field`). For a list it returns a list of copies, and decides all rows concurrently.
   * Nested rows are copied by their own rules; other values are kept.
   * @param actor - The actor, or null for an anonymous user.
   * @param rows - A row, or a list of rows.
   * @throws ArgumentError if a value is not a row, or is a row of an unknown model.
   */
  async pickAuthorized<A, const Rows extends object>(
    actor: A & ActorIn<A, P>,
    action: FieldActionOn<Rows extends readonly (infer Row)[] ? Row : Rows, P>,
    rows: Rows,
  ): Promise<Picked<Rows>> {
    // Sound: the result has the shape of the input, with fewer fields.
    return (await this.#fields.pick(actor, action, rows)) as Picked<Rows>
  }

  /**
   * Resolves if the actor may make the request (`allow_request`), and rejects otherwise.
   * @param actor - The actor, or null for an anonymous user.
   * @param request - The request, as the rules read it.
   * @throws UnauthenticatedError (401) for an anonymous actor, ForbiddenError (403) otherwise.
   */
  async authorizeRequest<A>(actor: A & ActorIn<A, P>, request: unknown): Promise<void> {
    assertActor(actor)
    assertKnown(this.schema, actor, 'actor')
    const decision = this.#listeners.begin('request', actor, undefined, request, true)
    const question = () => this.#decider.question(undefined, undefined, decision.arrived)
    const allowed = await decision.attempt(() => this.#decider.holds('allow_request', [actor, request], question()))
    if (allowed) return void decision.made(true)
    decision.made(false, { isThrown: true, reason: actor === null ? 'nobody' : 'forbidden' })
    const error = actor === null ? new UnauthenticatedError() : new ForbiddenError()
    throw explainable(error, { authorizer: this, actor, action: undefined, resource: request })
  }

  // changes

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
    await using(writing, ({ WritableFields }) => {
      const fields = new WritableFields(this.#engine, this)
      if (typeof resource === 'string') return fields.assertWritableToNew(actor, action, resource, body)
      return fields.assertWritable(actor, action, resource, body)
    })
  }

  /**
   * Authorizes a change of a row before it is written, and returns the data to write: exactly what was judged, as a
   * plain object. The actor must be allowed the action on the row as it is, and on the row as it will be. The relations
   * that the data contradict are loaded anew.
   * @param actor - The actor, or null for an anonymous user. It is the actor before the change.
   * @param action - The action that the row must allow before and after the change. If the policy has rules
   * `allow_update(actor, before, after)` for the model, they decide about the row as it will be, in place of the action.
   * @param row - The row as it is.
   * @param patch - The new values: columns, and relations to one row (a row, its key, nil, or Prisma's `connect` and
   * `disconnect`). A function is called for them, once the actor is allowed the action on the row as it is.
   * @param options.checkRead - Whether an actor who may not read the row gets a 404 in place of a 403. Default true.
   * @throws UnauthenticatedError, NotFoundError, ForbiddenError as `authorize`; ForbiddenError with the `fields` if rules of
   * `allow_field` for the action do not allow all fields of the data.
   * @throws InvalidBodyError for data that the model does not have: `unknown-column`, `invalid-value`, `unsupported-write`.
   * @throws ArgumentError and QueryError, as `can`.
   * @example
   * ```ts
   * const data = await authorizer.authorizeChange(user, 'update', note, { ownerId: 2 })
   * Object.assign(note, data)
   * ```
   */
  async authorizeChange<Row extends object, Patch extends PatchOf<Row>, A = unknown>(
    actor: A & ActorIn<A, P>,
    action: ActionOn<Row, P>,
    row: Row,
    patch: Patch | (() => Patch | Promise<Patch>),
    options: ChangeOptions = {},
  ): Promise<Patch> {
    // Sound: the data are a copy of the patch.
    return (await using(writing, ({ Changes }) =>
      new Changes(this.#engine, this).change(actor, action, row, patch, options),
    )) as Patch
  }

  /**
   * Authorizes a new row before it is written, and returns the data to write, as `authorizeChange`. The actor must be
   * allowed the action on the row as it will be, with the initial values of its schema. Rows of nested creates are
   * authorized too.
   * @param modelName - The name of a registered model.
   * @param data - The values of the row. Relations to one row are as in `authorizeChange`, or Prisma's `create`; relations
   * to many rows can only contain new rows (`create`, `createMany`).
   * @throws UnauthenticatedError, ForbiddenError, InvalidBodyError and QueryError, as `authorizeChange`; ArgumentError also
   * if the model is unknown.
   * @example
   * ```ts
   * const data = await authorizer.authorizeCreate(user, 'create', 'Note', { title: 'Plan', ownerId: 1 })
   * ```
   */
  async authorizeCreate<Data extends object, A = unknown, Name extends ModelName<P> = ModelName<P>>(
    actor: A & ActorIn<A, P>,
    action: Action<Name, P>,
    modelName: Name,
    data: Data,
  ): Promise<Data> {
    // Sound: the data are a copy.
    return (await using(writing, ({ Changes }) =>
      new Changes(this.#engine, this).create(actor, action, modelName, data),
    )) as Data
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
    const { listeners } = this.#engine
    const filters = new (this.#filtering().Filters)(this.#engine)
    const make = () => filters.make(filters.ofRows(actor, action, modelName), options)
    if (!listeners.active) return make()
    const decision = listeners.begin('filter', actor, action, modelName)
    return madeFilter(decision, decision.attempt(make), own(options).unloaded ?? 'error')
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
    const filters = new (this.#filtering().Filters)(this.#engine)
    return filters.make(filters.ofActors(action, resource, modelName), options)
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
    return this.eventualFilter<Name, A>(actor, action, modelName, options)
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
    const load = () =>
      this.#filter((filters) => filters.load(filters.ofRows(actor, action, modelName), own(options).most))
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
    options: LoadingOptions = {},
  ): Promise<Filter> {
    return this.#filter((filters) => filters.load(filters.ofActors(action, resource, modelName), own(options).most))
  }

  /** Applies a function to the filters of this authorizer: at once if their code is imported. */
  #filter(make: (filters: Filters) => Eventual<Filter>): Eventual<Filter> {
    return using(filtering, (part) => make(new part.Filters(this.#engine)))
  }

  /** Returns the part that makes filters. It is imported before a policy is loaded. */
  #filtering(): NonNullable<typeof filtering.now> {
    this.#engine.active.current()
    return filtering.now!
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
    return [...policy.warnings, ...this.#filtering().refusable(policy, this.schema, this.readAction)]
  }

  // queries

  /**
   * Runs a query in Polar, such as `allow(actor, "read", resource)`, and yields its solutions as
   * they are found.
   * @param text - An expression in Polar.
   * @param options.bindings - The values of variables of the query, by name.
   * @throws PolicyError if the text is not a valid query.
   */
  query(text: string, options: Omit<QueryOptions, 'limits' | 'host'> = {}): AsyncGenerator<Solution, void, void> {
    // The question asserts that a policy is loaded. The parser is imported before.
    const question = this.#decider.question()
    return solutionsOf(question, building.now!.parseQuery(text), { ...options, limits: this.#engine.limits })
  }

  /**
   * Runs a rule, and yields its solutions as they are found.
   * @param name - The name of the rule.
   * @param args - The arguments. A `Variable` among them is an unknown of the query.
   */
  queryRule(name: string, ...args: readonly unknown[]): AsyncGenerator<Solution, void, void> {
    return solutionsOf(this.#decider.question(), { rule: name, args }, { limits: this.#engine.limits })
  }
}

/** Calls a function with a part: at once if it is there, since rows and data can change while a caller waits. */
function using<Part, Result>({ now, load }: Late<Part>, use: (part: Part) => Eventual<Result>): Eventual<Result> {
  return now ? use(now) : load().then(use)
}
