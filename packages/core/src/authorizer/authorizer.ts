import { bind, type Wanted } from '../condition/bind.js'
import { bindLoading, type Load } from '../condition/bindLoading.js'
import type { Condition } from '../condition/condition.js'
import type { Meaning } from '../condition/meaning.js'
import type { CompilePredicate } from '../condition/predicate.js'
import { simplify } from '../condition/simplify.js'
import { descending } from '../condition/stack.js'
import { type DecisionListener, DecisionListeners } from '../enforcement/decision.js'
import {
  ArgumentError,
  ForbiddenError,
  NotFoundError,
  PolicyError,
  QueryError,
  UnauthenticatedError,
} from '../errors.js'
import type { Expression } from '../language/ast.js'
import { parseQuery } from '../language/parse.js'
import { Source } from '../language/source.js'
import {
  defaultLimits,
  type Host,
  holds,
  holdsSync,
  type Limits,
  type QueryOptions,
  type RuleCall,
  SchemaHost,
  type SchemaHostOptions,
  type Solution,
} from '../machine/index.js'
import type { Policy } from '../policy/policy.js'
import { createSchema } from '../schema/builtIns.js'
import type { Model } from '../schema/model.js'
import { markCopy } from '../schema/partial.js'
import type { Schema } from '../schema/schema.js'
import { tag } from '../schema/tags.js'
import {
  assertAction,
  assertActor,
  assertField,
  assertKnown,
  assertResource,
  assertRowOf,
  modelNamed,
} from './arguments.js'
import { type Refusable, refusable } from './check.js'
import type { Statistics } from './checks.js'
import { enumerate, solutionsOf } from './enumerate.js'
import { compilerOf, type EvaluatorName } from './evaluator.js'
import { Filter } from './filter.js'
import { limitsOf } from './limits.js'
import { LoadedPolicy, type PolicySource, parsePolicy } from './loading.js'
import { missingIn, promised } from './missing.js'
import { type ClassOptions, modelOfClass } from './registration.js'
import { LoadingHost, RelationLoaders } from './relations.js'
import { actionsFor } from './words.js'

export interface AuthorizerOptions extends SchemaHostOptions {
  /** The action that says whether somebody may know of a resource at all. Default `read`. */
  readonly readAction?: string
  /** Limits of a query; see `Limits` for the defaults. */
  readonly limits?: Partial<Limits>
  /** What answers checks: `source`, `closures` or `machine`; by default (`auto`) the fastest that the platform allows. */
  readonly evaluator?: EvaluatorName
}

/**
 * Answers, from one policy: may this actor do this to that record (`can`, `isAllowed`, `authorize`), which records may they
 * (`filter`), and what may they do (`authorizedActions`, `authorizedFields`). An actor that is nobody is `null`.
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
export class Authorizer {
  /** The action that says whether somebody may know of a resource at all. */
  readonly readAction: string
  /** What policies can name. */
  readonly schema: Schema = createSchema()
  readonly #host: Host
  readonly #waitingHost: Host
  readonly #relations = new RelationLoaders()
  readonly #limits: Partial<Limits>
  readonly #compile: CompilePredicate | undefined
  readonly #hasEquality: boolean
  readonly #listeners = new DecisionListeners()
  #loaded: LoadedPolicy | undefined
  /** How many loads were begun, and which of them gave the policy in force. */
  #turns = 0
  #installed = 0

  /** @throws ArgumentError for an option that can't be meant. */
  constructor(options: AuthorizerOptions = {}) {
    const { readAction = 'read' } = options
    if (typeof readAction !== 'string') throw new ArgumentError('invalid-argument', 'The readAction is a text.')
    this.readAction = readAction
    this.#host = new SchemaHost(this.schema, options)
    this.#waitingHost = new LoadingHost(this.schema, options, this.#relations)
    this.#limits = limitsOf(options.limits)
    this.#hasEquality = options.equality !== undefined
    this.#compile = compilerOf(options.evaluator ?? 'auto')
  }

  /** The policy that answers now; undefined before the first load. */
  get policy(): Policy | undefined {
    return this.#loaded?.policy
  }

  /** How many checks were answered by a predicate, and how many by the machine, since the policy was loaded. */
  get statistics(): Readonly<Statistics> {
    return this.#loaded?.checks.statistics ?? { predicate: 0, machine: 0, bailOuts: 0 }
  }

  // registration

  /**
   * Makes a class known to policies, by its name.
   * @throws ArgumentError for what is no class, a name that is taken, or a field that can't be meant.
   */
  registerClass(cls: unknown, options: ClassOptions = {}): this {
    this.schema.registerModel(modelOfClass(this.schema, cls, options))
    return this
  }

  /** Makes a value known to policies; they read it anew at each question. @throws ArgumentError for a reserved name. */
  registerConstant(value: unknown, name: string): this {
    this.schema.registerConstant(name, value)
    return this
  }

  /**
   * Makes models known that have no class, such as the tables of an ORM.
   * @param load - Gets a relation of a row that is not loaded; the asynchronous entry points ask it, once for each.
   * @throws ArgumentError for a name that is taken.
   */
  registerModels(models: Iterable<Model>, load?: Load): this {
    for (const model of models) {
      this.schema.registerModel(model)
      if (load) this.#relations.add(model.name, load)
    }
    return this
  }

  /**
   * Says which model a plain object is a row of; the object is left untouched.
   * @throws ArgumentError for an unknown model, for what is no single row, and for an instance of another registered class.
   */
  as<Row extends object>(modelName: string, row: Row): Row {
    assertRowOf(modelNamed(this.schema, modelName), row, this.schema)
    tag(row, modelName)
    markCopy(row)
    return row
  }

  /** The model of a value, if it is known. */
  modelOf(value: unknown): string | undefined {
    return this.schema.modelOf(value)?.name
  }

  /** Hears of every decision; the function that comes back ends it. */
  observe(listener: DecisionListener): () => void {
    return this.#listeners.add(listener)
  }

  // loading

  /**
   * Loads a policy, all its sources together, and puts it in the place of the last one. While it loads, and when it can't be
   * loaded, the last one goes on answering. Of several loads at the same time the one that began last wins.
   * @throws PolicyError with everything that is wrong.
   */
  async load(...sources: readonly (string | PolicySource)[]): Promise<Policy> {
    const loaded = this.#prepare(parsePolicy(sources, this.schema))
    const turn = ++this.#turns
    await loaded.test(this.#limits)
    this.#install(loaded, turn)
    return loaded.policy
  }

  /** As `load`, at once. @throws PolicyError; QueryError `async-value` where a `?=` test has to wait. */
  loadSync(...sources: readonly (string | PolicySource)[]): Policy {
    const loaded = this.#prepare(parsePolicy(sources, this.schema))
    const turn = ++this.#turns
    loaded.testSync(this.#limits)
    this.#install(loaded, turn)
    return loaded.policy
  }

  /** Puts a policy in force, unless one that was asked for later is in force already. */
  #install(loaded: LoadedPolicy, turn: number): void {
    if (turn < this.#installed) return
    this.#installed = turn
    this.#loaded = loaded
  }

  #prepare(policy: Policy): LoadedPolicy {
    const hosts = { now: this.#host, waiting: this.#relations.active ? this.#waitingHost : this.#host }
    return new LoadedPolicy(policy, this.schema, hosts, this.#limits, this.#hasEquality, this.#compile)
  }

  /** The policy in force, compiled anew where names were registered since. */
  #current(): LoadedPolicy {
    const loaded = this.#loaded
    if (!loaded) {
      throw new ArgumentError('no-policy', 'No policy is loaded.', { hint: 'await authorizer.load(text) first' })
    }
    if (loaded.version === this.schema.version) return loaded
    this.#loaded = this.#prepare(loaded.policy)
    return this.#loaded
  }

  // checks

  /**
   * Whether the actor may do the action to the resource, at once.
   * @throws ArgumentError for an undefined actor or resource, one of unknown class, or an action that nobody knows.
   * @throws QueryError where the policy fails for them; `async-value` where it has to wait: then use `isAllowed`.
   */
  can(actor: unknown, action: string, resource: unknown): boolean {
    const allowed =
      this.#decide(actor, action, resource) ??
      holdsSync(this.#current().program, 'allow', [actor, action, resource], this.#limits)
    if (this.#listeners.active) this.#listeners.tell('check', actor, action, resource, allowed)
    return allowed
  }

  /** As `can`, waiting where the policy meets a promise. */
  async isAllowed(actor: unknown, action: string, resource: unknown): Promise<boolean> {
    const decision = this.#isAllowed(actor, action, resource)
    // Waiting takes longer than most decisions do.
    const allowed = typeof decision === 'boolean' ? decision : await decision
    if (this.#listeners.active) this.#listeners.tell('check', actor, action, resource, allowed)
    return allowed
  }

  /**
   * Lets pass who may do the action to the resource.
   * @param options.checkRead - Whether those who may not even read it are told that it does not exist. Default true.
   * @throws UnauthenticatedError (401) for nobody, NotFoundError (404) for those who may not read it, ForbiddenError (403) for
   * the rest; and what `can` throws.
   */
  async authorize(
    actor: unknown,
    action: string,
    resource: unknown,
    options: { readonly checkRead?: boolean } = {},
  ): Promise<void> {
    if (await this.isAllowed(actor, action, resource)) return
    if (actor === null) throw new UnauthenticatedError()
    if (options.checkRead === false) throw new ForbiddenError()
    if (action === this.readAction || !(await this.#mayRead(actor, resource))) throw new NotFoundError()
    throw new ForbiddenError()
  }

  /** A policy need not know the action at all: then nobody may. */
  async #mayRead(actor: unknown, resource: unknown): Promise<boolean> {
    try {
      return await this.#isAllowed(actor, this.readAction, resource)
    } catch (error) {
      if (error instanceof ArgumentError && error.code === 'unknown-action') return false
      throw error
    }
  }

  #isAllowed(actor: unknown, action: string, resource: unknown): boolean | Promise<boolean> {
    return (
      this.#decide(actor, action, resource) ??
      holds(this.#current().waiting, 'allow', [actor, action, resource], this.#limits)
    )
  }

  #decide(actor: unknown, action: string, resource: unknown): boolean | undefined {
    const { checks } = this.#current()
    assertActor(actor)
    assertResource(resource)
    assertAction(action)
    const decision = this.#compile ? checks.decide(actor, action, resource) : undefined
    if (decision === undefined) {
      assertKnown(this.schema, actor, 'actor')
      assertKnown(this.schema, resource, 'resource')
    }
    return decision
  }

  // what may they do

  /**
   * The actions that the actor may do to the resource. Where a rule leaves the action open, all that the policy knows for the
   * resource's class are tried.
   */
  async authorizedActions(actor: unknown, resource: unknown): Promise<Set<string>> {
    assertActor(actor)
    assertResource(resource)
    assertKnown(this.schema, actor, 'actor')
    assertKnown(this.schema, resource, 'resource')
    const { checks, policy } = this.#current()
    let actions = this.#compile ? checks.actions(actor, resource) : undefined
    if (!actions) {
      const model = this.modelOf(resource)
      const known = actionsFor(policy, model === undefined ? [] : this.schema.ancestors(model))
      actions = await this.#enumerate('allow', (action) => [actor, action, resource], known)
    }
    if (this.#listeners.active) this.#listeners.tell('actions', actor, undefined, resource, actions.size > 0)
    return actions
  }

  /**
   * Lets pass who may do the action to a field of the resource (`allow_field`).
   * @throws UnauthenticatedError (401) for nobody, ForbiddenError (403).
   */
  async authorizeField(actor: unknown, action: string, resource: unknown, field: string): Promise<void> {
    this.#assertQuestion(actor, action, resource)
    assertField(field)
    const allowed = await holds(this.#current().waiting, 'allow_field', [actor, action, resource, field], this.#limits)
    if (this.#listeners.active) this.#listeners.tell('field', actor, action, resource, allowed)
    if (!allowed)
      throw actor === null
        ? new UnauthenticatedError()
        : new ForbiddenError(`You may not do this to the field "${field}".`)
  }

  /** The fields of the resource to which the actor may do the action; where a rule leaves the field open, all declared ones. */
  async authorizedFields(actor: unknown, action: string, resource: unknown): Promise<Set<string>> {
    this.#assertQuestion(actor, action, resource)
    const model = this.modelOf(resource)
    const known =
      model === undefined
        ? []
        : this.schema.ancestors(model).flatMap((name) => [...(this.schema.models.get(name)?.fields.keys() ?? [])])
    const fields = await this.#enumerate('allow_field', (field) => [actor, action, resource, field], known)
    if (this.#listeners.active) this.#listeners.tell('field', actor, action, resource, fields.size > 0)
    return fields
  }

  /** Lets a request pass (`allow_request`). @throws UnauthenticatedError (401) for nobody, ForbiddenError (403). */
  async authorizeRequest(actor: unknown, request: unknown): Promise<void> {
    assertActor(actor)
    assertKnown(this.schema, actor, 'actor')
    const allowed = await holds(this.#current().waiting, 'allow_request', [actor, request], this.#limits)
    if (this.#listeners.active) this.#listeners.tell('request', actor, undefined, request, allowed)
    if (!allowed) throw actor === null ? new UnauthenticatedError() : new ForbiddenError()
  }

  #assertQuestion(actor: unknown, action: unknown, resource: unknown): void {
    assertActor(actor)
    assertResource(resource)
    assertAction(action)
    assertKnown(this.schema, actor, 'actor')
    assertKnown(this.schema, resource, 'resource')
  }

  #enumerate(rule: string, args: (asked: unknown) => unknown[], known: readonly string[]): Promise<Set<string>> {
    return enumerate(this.#current().waiting, rule, args, known, this.#limits)
  }

  // which records

  /**
   * The rows of a model on which the actor may do the action: a row is in the filter exactly when the check returns true.
   * @throws ArgumentError for an undefined actor, one of unknown class, an unknown model or action.
   * @throws QueryError where the actor's side fails whatever the row; RelationNotLoadedError where a relation of it is missing.
   */
  filter(actor: unknown, action: string, modelName: string): Filter {
    const { condition, meaning } = this.#plan(actor, action, modelName)
    const bound = descending(() => bind(condition, actor, action, meaning))
    return this.#filter(actor, action, modelName, bound, meaning)
  }

  /** As `filter`, loading relations of the actor's side that are missing, where their models say how, and awaiting promises. */
  async filterLoading(actor: unknown, action: string, modelName: string): Promise<Filter> {
    const { condition, meaning } = this.#plan(actor, action, modelName)
    // Mostly all is there, or foreign keys tell enough: nothing is loaded then.
    const known = descending(() => bind(condition, actor, action, meaning))
    if (!missingIn(known)) return this.#filter(actor, action, modelName, known, meaning)
    const load = (wanted: Wanted): Promise<unknown> => this.#relations.load(wanted) ?? promised(wanted)
    const { asyncTime } = { ...defaultLimits, ...this.#limits }
    const bound = await bindLoading(condition, actor, action, meaning, load, asyncTime)
    return this.#filter(actor, action, modelName, bound, meaning)
  }

  #plan(
    actor: unknown,
    action: string,
    modelName: string,
  ): { readonly condition: Condition; readonly meaning: Meaning } {
    assertActor(actor)
    assertAction(action)
    assertKnown(this.schema, actor, 'actor')
    modelNamed(this.schema, modelName)
    const { checks } = this.#current()
    return { condition: checks.filter(actor, action, modelName), meaning: checks.meaning }
  }

  #filter(actor: unknown, action: string, modelName: string, bound: Condition, meaning: Meaning): Filter {
    const condition = descending(() => simplify(this.schema, bound))
    const error = condition.kind === 'failure' ? condition.error : missingIn(condition)
    if (error) throw error
    const filter = new Filter(modelName, actor, action, condition, meaning, (row) => this.#matches(actor, action, row))
    if (this.#listeners.active) this.#listeners.tell('filter', actor, action, modelName, filter.kind !== 'none')
    return filter
  }

  #matches(actor: unknown, action: string, row: unknown): boolean {
    try {
      return holdsSync(this.#current().program, 'allow', [actor, action, row], this.#limits)
    } catch (error) {
      if (error instanceof QueryError && error.code !== 'relation-not-loaded' && error.code !== 'async-value')
        return false
      throw error
    }
  }

  /** For each class of actors, action and model whose filter can be refused: why, and where. */
  check(): readonly Refusable[] {
    return refusable(this.#current().policy, this.schema)
  }

  // queries

  /** Runs a query written in Polar, such as `allow(actor, "read", resource)`; solutions come as they are found. @throws PolicyError for what can't be parsed. */
  query(text: string, options: Omit<QueryOptions, 'limits'> = {}): AsyncGenerator<Solution, void, void> {
    const parsed = parseQuery(new Source(text))
    if (!('expression' in parsed)) throw new PolicyError(parsed.diagnostics)
    return this.#run(parsed.expression, options)
  }

  /** Runs a rule; a `Variable` among the arguments is what the query is to find. */
  queryRule(name: string, ...args: readonly unknown[]): AsyncGenerator<Solution, void, void> {
    return this.#run({ rule: name, args }, {})
  }

  #run(goal: Expression | RuleCall, options: Omit<QueryOptions, 'limits'>): AsyncGenerator<Solution, void, void> {
    return solutionsOf(this.#current().waiting, goal, { ...options, limits: this.#limits })
  }
}
