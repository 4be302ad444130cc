import { ForbiddenError, PolicyError, UnauthenticatedError } from '../errors.js'
import type { Expression } from '../language/ast.js'
import { parseQuery } from '../language/parse.js'
import { Source } from '../language/source.js'
import type { QueryOptions, RuleCall, Solution } from '../machine/index.js'
import { has } from '../own.js'
import type { CheckedPolicy } from '../policy/policy.js'
import { versionOf } from '../policy/version.js'
import type { Context, ModelName, PolicyTypes, RegisteredPolicy } from '../register.js'
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
import { type ContextDeclaration, declareContext } from './context.js'
import { contextOf } from './contextValues.js'
import { AllowedActions } from './decisions/allowedActions.js'
import type { Decider } from './decisions/decider.js'
import type { DecisionListeners } from './decisions/decision.js'
import { type Engine, engineKey } from './decisions/engine.js'
import { solutionsOf } from './decisions/enumerate.js'
import type { Decision } from './decisions/event.js'
import { explainable } from './decisions/explainer.js'
import { type DecisionOptions, recorder } from './decisions/recorder.js'
import { type DenialOptions, type DenialReason, Denials, errorFor } from './denial.js'
import { FieldRules } from './fields/fieldRules.js'
import type { Picked } from './fields/fields.js'
import type { Statistics } from './plans/predicateDecider.js'
import type { PolicySource } from './policies/loadedPolicy.js'
import { type ClassOptions, type ModelDeclaration, modelOfClass, modelOfDeclaration } from './registration.js'
import type { RelationMemory } from './relations/relations.js'

declare const policyTypes: unique symbol

/** The names of a policy, by which frameworks and ORMs take those of an authorizer. They exist in types only. */
export interface Typed<P extends PolicyTypes> {
  readonly [policyTypes]?: P
}

export interface BaseAuthorizer<P extends PolicyTypes = RegisteredPolicy> extends Typed<P> {}

/**
 * Decides from one policy whether an actor may perform an action on a resource. Each entry for
 * applications has its subclass: `Authorizer` of the main entry, `CheckAuthorizer` of `/checks`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the optional property of `Typed` exists in types only
export abstract class BaseAuthorizer<P extends PolicyTypes = RegisteredPolicy> {
  /** The action that decides whether an actor may learn that a resource exists. */
  readonly readAction: string
  /** The classes, models and constants that policies can name. */
  readonly schema: Schema
  /** The actions that exist beside those that the policy names. */
  readonly declaredActions: ReadonlySet<string>
  readonly #engine: Engine
  readonly #over: (engine: Engine) => unknown
  readonly #decider: Decider
  readonly #listeners: DecisionListeners
  readonly #denials: Denials
  readonly #actions: AllowedActions
  readonly #fields: FieldRules

  /** @param over - Returns an authorizer of the same entry over another engine. */
  protected constructor(engine: Engine, over: (engine: Engine) => unknown) {
    if (!Object.hasOwn(BaseAuthorizer.prototype, engineKey)) BaseAuthorizer.#showEngine()
    this.#over = over
    this.readAction = engine.readAction
    this.schema = engine.schema
    this.declaredActions = engine.declaredActions
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
    Object.defineProperty(BaseAuthorizer.prototype, engineKey, {
      get(this: BaseAuthorizer): Engine {
        return this.#engine
      },
    })
  }

  /** The active policy. It is undefined before the first load. */
  get policy(): CheckedPolicy | undefined {
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
    const engine = this.#engine.with(contextOf(this.schema, context, this.#decider.context))
    // Sound: a subclass of an application has no engine of its own.
    return this.#over(engine) as this
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
    assertColumns(this.schema, row, modelName)
    adoptWithin(this.schema, row, modelName, (...held) => assertLinks(this.schema, ...held))
    tag(row, modelName)
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
    return this.#listeners.add(recorder(this.#engine, this, listener, options), true)
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
  load(...sources: readonly (string | PolicySource)[]): Promise<CheckedPolicy> {
    return this.#engine.active.load(sources)
  }

  /**
   * Loads a policy synchronously; otherwise as `load`.
   * @throws the errors of `load`; QueryError `async-value` if a `?=` test has to wait.
   */
  loadSync(...sources: readonly (string | PolicySource)[]): CheckedPolicy {
    return this.#engine.active.loadSync(sources)
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
    if (this.#listeners.active) return this.#told(actor, action, resource)
    return this.#decider.decide(actor, action, resource)
  }

  #told(actor: unknown, action: string, resource: unknown): boolean {
    const decision = this.#listeners.begin('check', actor, action, resource)
    let allowed: boolean
    try {
      allowed = this.#decider.decide(actor, action, resource)
    } catch (error) {
      return decision.failed(error)
    }
    return decision.made(allowed)
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
   * Returns the results of `canMany`, and awaits promises in the policy. Only rows that are not
   * decided synchronously cost a promise. The rows share the relations that are loaded.
   * @param actor - The actor, or null for an anonymous user.
   * @throws the errors of `isAllowed` for any of the resources.
   */
  async areAllowed<A, Row>(
    actor: A & ActorIn<A, P>,
    action: ActionOn<Row, P>,
    resources: Iterable<Row>,
  ): Promise<boolean[]> {
    const rows = [...resources]
    return this.#listeners.many(actor, action, rows, true, () => this.#decider.settleMany(actor, action, rows))
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
    const settle = () => this.#decider.settle(actor, action, resource, policy)
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
  async authorizedActions<A, Row>(actor: A & ActorIn<A, P>, resource: Row): Promise<Set<ActionOn<Row, P>>> {
    // Sound: they are actions that the policy names for the resource.
    return (await this.#actions.of(actor, resource)) as Set<ActionOn<Row, P>>
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
    const allowed = await decision.attempt(() => this.#decider.holds('allow_request', [actor, request]))
    if (allowed) return void decision.made(true)
    decision.made(false, { isThrown: true, reason: actor === null ? 'nobody' : 'forbidden' })
    const error = actor === null ? new UnauthenticatedError() : new ForbiddenError()
    throw explainable(error, { authorizer: this, actor, action: undefined, resource: request })
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
    const parsed = parseQuery(new Source(text))
    if (!has(parsed, 'expression')) throw new PolicyError(parsed.diagnostics)
    return this.#run(parsed.expression, options)
  }

  /**
   * Runs a rule, and yields its solutions as they are found.
   * @param name - The name of the rule.
   * @param args - The arguments. A `Variable` among them is an unknown of the query.
   */
  queryRule(name: string, ...args: readonly unknown[]): AsyncGenerator<Solution, void, void> {
    return this.#run({ rule: name, args }, {})
  }

  #run(
    goal: Expression | RuleCall,
    options: Omit<QueryOptions, 'limits' | 'host'>,
  ): AsyncGenerator<Solution, void, void> {
    return solutionsOf(this.#decider.question(), goal, { ...options, limits: this.#engine.limits })
  }
}
