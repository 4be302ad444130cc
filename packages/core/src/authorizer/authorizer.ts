import type { Condition } from '../condition/condition.js'
import { isSimple, simplify } from '../condition/simplify.js'
import { descending } from '../condition/stack.js'
import { ArgumentError, ForbiddenError, NotFoundError, PolicyError, UnauthenticatedError } from '../errors.js'
import { bind } from '../filter/bind/bind.js'
import { bindLoading, type Load } from '../filter/bind/loading.js'
import { missingIn } from '../filter/bind/missing.js'
import type { Expression } from '../language/ast.js'
import { parseQuery } from '../language/parse.js'
import { Source } from '../language/source.js'
import type { Limits, QueryOptions, RuleCall, SchemaHostOptions, Solution } from '../machine/index.js'
import type { Policy } from '../policy/policy.js'
import type { Action, ModelName } from '../register.js'
import type { Model } from '../schema/model.js'
import { markCopy } from '../schema/partial.js'
import { adoptWithin } from '../schema/plainRows.js'
import type { Schema } from '../schema/schema.js'
import { tag } from '../schema/tags.js'
import type { Wanted } from '../schema/wanted.js'
import { createSchema } from '../values/builtIns.js'
import { ActivePolicy } from './activePolicy.js'
import { allInOrder } from './allInOrder.js'
import {
  assertAction,
  assertActor,
  assertField,
  assertKnown,
  assertResource,
  assertRowOf,
  modelNamed,
} from './arguments.js'
import { Decider } from './decider.js'
import type { DecisionListener } from './decision.js'
import { DecisionListeners } from './decision.js'
import type { DenialReason } from './denial.js'
import { enumerate, solutionsOf } from './enumerate.js'
import { backEndOf, type EvaluatorName } from './evaluator.js'
import { after } from './eventual.js'
import { fieldsRefused, namesIn, type Picked, pickFields } from './fields.js'
import { Filter, type FilterOptions, type LoadingOptions } from './filter.js'
import { Hosts } from './hosts.js'
import { limitsOf } from './limits.js'
import type { LoadedPolicy, PolicySource } from './loading.js'
import type { Statistics } from './planCache.js'
import { promised } from './promised.js'
import type { Question } from './question.js'
import { type RefusableFilter, refusable } from './refusable.js'
import { type ClassOptions, type ModelDeclaration, modelOfClass, modelOfDeclaration } from './registration.js'
import { RelationLoaders, type RelationMemory } from './relations.js'
import { actionsFor } from './words.js'

export interface AuthorizerOptions extends SchemaHostOptions {
  /** The action that says whether somebody may know of a resource at all. Default `read`. */
  readonly readAction?: string
  /** Limits of a query; see `Limits` for the defaults. */
  readonly limits?: Partial<Limits>
  /**
   * What answers checks: `source`, `closures` or `machine`; by default (`auto`) the machine at first, and the fastest that the
   * platform allows from the fourth check of a kind on.
   */
  readonly evaluator?: EvaluatorName
}

/** How `refusal` is asked. */
interface RefusalOptions {
  /** Whether a resource that the actor may not read is `hidden`. By default it is. */
  readonly checkRead?: boolean
  /** Whether listeners are called. By default they are. */
  readonly observed?: boolean
}

/**
 * Answers, from one policy: may this actor do this to that record (`can`, `isAllowed`, `authorize`; `canMany` for many of them),
 * which records may they (`filter`), and what may they do (`authorizedActions`, `authorizedFields`). An actor that is nobody is
 * `null`.
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
  readonly #relations: RelationLoaders
  readonly #limits: Limits
  readonly #inForce: ActivePolicy
  readonly #decider: Decider
  readonly #listeners = new DecisionListeners()

  /** @throws ArgumentError for an option that can't be meant. */
  constructor(options: AuthorizerOptions = {}) {
    const { readAction = 'read' } = options
    if (typeof readAction !== 'string') throw new ArgumentError('invalid-argument', '`readAction` must be a string.')
    this.readAction = readAction
    const limits = limitsOf(options.limits)
    const hosts = new Hosts(this.schema, options)
    const { evaluator = 'auto' } = options
    const backEnd = backEndOf(evaluator)
    const startsWithMachine = evaluator === 'auto'
    const hasEquality = options.equality !== undefined
    this.#limits = limits
    this.#relations = new RelationLoaders(this.schema)
    this.#inForce = new ActivePolicy({
      schema: this.schema,
      hosts,
      limits,
      hasEquality,
      regExp: options.regExp,
      backEnd,
      startsWithMachine,
    })
    this.#decider = new Decider(this.#inForce, this.schema, hosts, this.#relations, limits)
  }

  /** The policy that answers now; undefined before the first load. */
  get policy(): Policy | undefined {
    return this.#inForce.policy
  }

  /** How many checks were answered by a predicate, and how many by the machine, since the policy was loaded. */
  get statistics(): Readonly<Statistics> {
    return this.#inForce.statistics
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

  /** Makes a value known to policies; they read it anew at each question. @throws ArgumentError for a name that is reserved, or no text. */
  registerConstant(value: unknown, name: string): this {
    this.schema.registerConstant(name, value)
    return this
  }

  /**
   * Makes models known that have no class, such as the tables of an ORM; they are declared as classes are.
   * @param load - Gets a relation of a row that is not loaded. The asynchronous entry points ask it: each question once for a
   * relation of an object, or what `rememberIn` gives once for all that it is given for.
   * @throws ArgumentError for a name that is taken, or a field that can't be meant.
   */
  registerModels(models: Iterable<Model | ModelDeclaration>, load?: Load): this {
    for (const model of models) {
      this.schema.registerModel(modelOfDeclaration(this.schema, model))
      if (load) this.#relations.add(model.name, load)
    }
    return this
  }

  /**
   * Says which model a plain object is a row of; the object is left untouched. Plain objects that it holds where the schema declares
   * relations are rows of the relations' models, at any depth.
   * @throws ArgumentError for an unknown model, for what is no single row, for an instance of another registered class, and for a
   * text in the place of a declared date, number or boolean.
   */
  as<Row extends object>(modelName: string, row: Row): Row {
    const model = modelNamed(this.schema, modelName)
    assertRowOf(model, row, this.schema)
    adoptWithin(this.schema, row, modelName)
    tag(row, modelName)
    markCopy(row, model, this.schema.models)
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

  /**
   * For frameworks: says where relations that were loaded are remembered beyond a question, such as the request that is being
   * served. Asked before each loading; undefined is nowhere. The function that comes back ends it.
   */
  rememberIn(current: () => RelationMemory | undefined): () => void {
    return this.#relations.rememberIn(current)
  }

  // loading

  /**
   * Loads a policy, all its sources together, and puts it in the place of the last one. While it loads, and when it can't be
   * loaded, the last one goes on answering. Of several loads at the same time the one that began last wins.
   * @throws PolicyError with everything that is wrong.
   */
  load(...sources: readonly (string | PolicySource)[]): Promise<Policy> {
    return this.#inForce.load(sources)
  }

  /** As `load`, at once. @throws PolicyError; QueryError `async-value` where a `?=` test has to wait. */
  loadSync(...sources: readonly (string | PolicySource)[]): Policy {
    return this.#inForce.loadSync(sources)
  }

  // checks

  /**
   * Whether the actor may do the action to the resource, at once.
   * @throws ArgumentError for an undefined actor or resource, one of unknown class, or an action that nobody knows.
   * @throws QueryError where the policy fails for them; `async-value` where it has to wait: then use `isAllowed`.
   */
  can(actor: unknown, action: Action, resource: unknown): boolean {
    const allowed = this.#decider.decide(actor, action, resource)
    if (this.#listeners.active) this.#listeners.tell('check', actor, action, resource, allowed)
    return allowed
  }

  /**
   * As `can` for each of many resources, such as the rows of a page, in one pass: the answers, in the order of the resources.
   * @throws what `can` throws for any of them.
   */
  canMany(actor: unknown, action: Action, resources: Iterable<unknown>): boolean[] {
    const rows = Array.isArray(resources) ? resources : [...resources]
    return this.#tellMany(actor, action, rows, this.#decider.decideMany(actor, action, rows))
  }

  /**
   * As `canMany`, waiting where the policy meets a promise. Only rows that are not decided at once cost a promise; what the
   * first of them loads, the others know.
   */
  async areAllowed(actor: unknown, action: Action, resources: Iterable<unknown>): Promise<boolean[]> {
    const rows = [...resources]
    return this.#tellMany(actor, action, rows, await this.#decider.settleMany(actor, action, rows))
  }

  #tellMany(actor: unknown, action: string, rows: readonly unknown[], answers: boolean[]): boolean[] {
    if (this.#listeners.active)
      for (const [at, row] of rows.entries()) this.#listeners.tell('check', actor, action, row, answers[at]!)
    return answers
  }

  /** As `can`, waiting where the policy meets a promise. */
  isAllowed(actor: unknown, action: Action, resource: unknown): Promise<boolean> {
    return this.#answer(actor, action, resource)
  }

  async #answer(actor: unknown, action: string, resource: unknown): Promise<boolean> {
    const { policy } = this.#decider
    // Whoever does not wait goes on before anything was decided, so that guards hold back what they do.
    if (this.#listeners.active) await undefined
    const decision = this.#decider.settle(actor, action, resource, policy)
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
    action: Action,
    resource: unknown,
    options: { readonly checkRead?: boolean } = {},
  ): Promise<void> {
    const { policy } = this.#decider
    // As in `isAllowed`.
    if (this.#listeners.active) await undefined
    const refusal = this.#refusal(policy, actor, action, resource, options)
    // Waiting takes longer than most decisions do.
    const reason = typeof refusal === 'object' ? await refusal : refusal
    if (reason === 'nobody') throw new UnauthenticatedError()
    if (reason === 'hidden') throw new NotFoundError()
    if (reason === 'forbidden') throw new ForbiddenError()
  }

  /**
   * As `authorize`, but says why not instead of throwing, and says it at once where nothing has to be waited for: `nobody` is signed
   * in, the resource is `hidden` from the actor, or this is `forbidden`; undefined is allowed.
   */
  denialReason(
    actor: unknown,
    action: Action,
    resource: unknown,
    options: RefusalOptions = {},
  ): DenialReason | undefined | Promise<DenialReason | undefined> {
    return this.#refusal(this.#decider.policy, actor, action, resource, options)
  }

  #refusal(
    policy: LoadedPolicy,
    actor: unknown,
    action: string,
    resource: unknown,
    options: RefusalOptions,
  ): DenialReason | undefined | Promise<DenialReason | undefined> {
    const known = policy.checks.decide(actor, action, resource)
    if (known !== true) {
      // Both questions are one: what the first loads, the second knows.
      return this.#refusalOf(known, actor, action, resource, options, this.#decider.question(policy))
    }
    if (this.#listeners.active && options.observed !== false)
      this.#listeners.tell('check', actor, action, resource, true)
    return undefined
  }

  /** As `refusal`, of what is not known to be allowed. */
  #refusalOf(
    known: false | undefined,
    actor: unknown,
    action: string,
    resource: unknown,
    options: RefusalOptions,
    question: Question,
  ): DenialReason | undefined | Promise<DenialReason | undefined> {
    return after(known ?? this.#decider.settleOpen(actor, action, resource, question), (allowed) => {
      if (this.#listeners.active && options.observed !== false)
        this.#listeners.tell('check', actor, action, resource, allowed)
      if (allowed) return undefined
      if (actor === null) return 'nobody'
      if (options.checkRead === false) return 'forbidden'
      if (action === this.readAction) return 'hidden'
      const mayRead = this.#decider.settleKnown(actor, this.readAction, resource, question)
      return after(mayRead, (visible) => (visible ? 'forbidden' : 'hidden'))
    })
  }

  // what may they do

  /**
   * The actions that the actor may do to the resource. Where a rule leaves the action open, all that the policy knows for the
   * resource's class are tried.
   */
  async authorizedActions(actor: unknown, resource: unknown): Promise<Set<string>> {
    return this.#actions(actor, resource) ?? this.#enumerateActions(actor, resource, this.#decider.question())
  }

  /**
   * As `authorizedActions` for each of many resources, such as the rows of a page, in one pass: in the order of the resources.
   */
  async authorizedActionsMany(actor: unknown, resources: Iterable<unknown>): Promise<Set<string>[]> {
    const rows = [...resources]
    const known = rows.map((row) => this.#actions(actor, row))
    if (known.every((actions) => actions !== undefined)) return known
    const question = this.#decider.question()
    return allInOrder(known.map((actions, at) => actions ?? this.#enumerateActions(actor, rows[at], question)))
  }

  /** What predicates can tell; undefined where the machine has to be asked. */
  #actions(actor: unknown, resource: unknown): Set<string> | undefined {
    assertActor(actor)
    assertResource(resource)
    assertKnown(this.schema, actor, 'actor')
    assertKnown(this.schema, resource, 'resource')
    const actions = this.#decider.actions(actor, resource)
    if (actions && this.#listeners.active) this.#listeners.tell('actions', actor, undefined, resource, actions.size > 0)
    return actions
  }

  async #enumerateActions(actor: unknown, resource: unknown, question: Question): Promise<Set<string>> {
    const model = this.modelOf(resource)
    const known = actionsFor(question.policy.policy, model === undefined ? [] : this.schema.ancestors(model))
    const actions = await this.#enumerate('allow', (action) => [actor, action, resource], known, question)
    if (this.#listeners.active) this.#listeners.tell('actions', actor, undefined, resource, actions.size > 0)
    return actions
  }

  /**
   * Lets pass who may do the action to a field of the resource (`allow_field`).
   * @throws UnauthenticatedError (401) for nobody, ForbiddenError (403).
   */
  async authorizeField(actor: unknown, action: Action, resource: unknown, field: string): Promise<void> {
    this.#assertQuestion(actor, action, resource)
    assertField(field)
    const allowed = await this.#decider.holds('allow_field', [actor, action, resource, field])
    if (this.#listeners.active) this.#listeners.tell('field', actor, action, resource, allowed)
    if (!allowed) throw actor === null ? new UnauthenticatedError() : fieldsRefused([field])
  }

  /** The fields of the resource to which the actor may do the action; where a rule leaves the field open, all declared ones. */
  async authorizedFields(actor: unknown, action: Action, resource: unknown): Promise<Set<string>> {
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

  /**
   * A copy of a row with those of its fields alone with which the actor may do the action (`allow_field`); of each row of a list,
   * all asked about at the same time. Rows that it holds are copied by their own rules; other values stay as they are.
   * @throws ArgumentError for what is no row, or one of unknown model.
   */
  async pickAuthorized<const Rows extends object>(actor: unknown, action: Action, rows: Rows): Promise<Picked<Rows>> {
    assertActor(actor)
    assertAction(action)
    assertKnown(this.schema, actor, 'actor')
    const question = this.#decider.question()
    const picked = await pickFields(this.schema, rows, async (row, names) => {
      assertKnown(this.schema, row, 'resource')
      const fields = await this.#allowedFields(actor, action, row, names, question)
      if (this.#listeners.active) this.#listeners.tell('field', actor, action, row, fields.size > 0)
      return fields
    })
    // Sound: what comes back has the shape of what went in, and fewer fields.
    return picked as Picked<Rows>
  }

  /**
   * Lets pass who may do the action to every field that a body names (`allow_field`): before it is written to the resource, or,
   * for what is not made yet, to the registered class. A list of bodies names the fields of them all.
   * @param body - An object, `FormData` or `URLSearchParams`; what a field holds is the field.
   * @throws UnauthenticatedError (401) for nobody, NotFoundError (404) for those who may not read the resource, ForbiddenError (403)
   * with the `fields` for the rest; ArgumentError for what is no body.
   */
  async assertWritable(actor: unknown, action: Action, resource: unknown, body: unknown): Promise<void> {
    this.#assertQuestion(actor, action, resource)
    const names = namesIn(body)
    // Nothing was asked, so nothing is decided.
    if (names.length === 0) return
    const question = this.#decider.question()
    const fields = await this.#allowedFields(actor, action, resource, names, question)
    const refused = names.filter((name) => !fields.has(name))
    if (this.#listeners.active) this.#listeners.tell('field', actor, action, resource, refused.length === 0)
    if (refused.length === 0) return
    if (actor === null) throw new UnauthenticatedError()
    const isMade = typeof resource !== 'function'
    const mayRead = () => this.#decider.settleKnown(actor, this.readAction, resource, question)
    if (isMade && !(await mayRead())) throw new NotFoundError()
    throw fieldsRefused(refused)
  }

  /** Which of these names are fields with which the actor may do the action, and maybe more. */
  #allowedFields(
    actor: unknown,
    action: string,
    resource: unknown,
    names: readonly string[],
    question: Question,
  ): Promise<Set<string>> {
    return this.#enumerate('allow_field', (field) => [actor, action, resource, field], names, question)
  }

  /** Lets a request pass (`allow_request`). @throws UnauthenticatedError (401) for nobody, ForbiddenError (403). */
  async authorizeRequest(actor: unknown, request: unknown): Promise<void> {
    assertActor(actor)
    assertKnown(this.schema, actor, 'actor')
    const allowed = await this.#decider.holds('allow_request', [actor, request])
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

  #enumerate(
    rule: string,
    args: (asked: unknown) => unknown[],
    known: readonly string[],
    { policy, host }: Question = this.#decider.question(),
  ): Promise<Set<string>> {
    return enumerate(policy.program, rule, args, known, this.#limits, host)
  }

  // which records

  /**
   * The rows of a model on which the actor may do the action: a row is in the filter exactly when the check returns true.
   * @throws ArgumentError for an undefined actor, one of unknown class, an unknown model or action.
   * @throws QueryError where the actor's side fails whatever the row; RelationNotLoadedError where a relation of it is missing.
   */
  filter<Name extends ModelName>(
    actor: unknown,
    action: Action<Name>,
    modelName: Name,
    options: FilterOptions = {},
  ): Filter {
    const { unloaded = 'error' } = options
    if (unloaded !== 'error' && unloaded !== 'database')
      throw new ArgumentError('invalid-argument', "`unloaded` must be 'error' or 'database'.")
    const { condition, policy } = this.#plan(actor, action, modelName)
    const bound = descending(() => bind(condition, actor, action, policy.checks.meaning, unloaded))
    return this.#told(this.#filter(actor, action, modelName, bound, policy))
  }

  /**
   * Whether the actor may do the action to rows of a model: to `all` that there can be, to `none`, or it depends on the row
   * (`condition`). It says nothing about any one row unless it is `all`. @throws what `filterLoading` throws.
   */
  async extent<Name extends ModelName>(actor: unknown, action: Action<Name>, modelName: Name): Promise<Filter['kind']> {
    const { kind } = await this.#filterLoading(actor, action, modelName)
    if (this.#listeners.active) this.#listeners.tell('model', actor, action, modelName, kind !== 'none')
    return kind
  }

  /** As `filter`, loading relations of the actor's side that are missing, where their models say how, and awaiting promises. */
  async loadFilter<Name extends ModelName>(
    actor: unknown,
    action: Action<Name>,
    modelName: Name,
    options: LoadingOptions = {},
  ): Promise<Filter> {
    return this.eventualFilter(actor, action, modelName, options)
  }

  /** As `filterLoading`, but gives it at once where nothing has to be waited for, and throws at once then. */
  eventualFilter<Name extends ModelName>(
    actor: unknown,
    action: Action<Name>,
    modelName: Name,
    options: LoadingOptions = {},
  ): Filter | Promise<Filter> {
    const filter = this.#filterLoading(actor, action, modelName, options)
    return filter instanceof Filter ? this.#told(filter) : filter.then((loaded) => this.#told(loaded))
  }

  #filterLoading(
    actor: unknown,
    action: string,
    modelName: string,
    { most }: LoadingOptions = {},
  ): Filter | Promise<Filter> {
    const { condition, policy } = this.#plan(actor, action, modelName)
    const { meaning } = policy.checks
    // Mostly all is there, or foreign keys tell enough: nothing is loaded then.
    const known = descending(() => bind(condition, actor, action, meaning))
    if (!missingIn(known)) return this.#filter(actor, action, modelName, known, policy)
    const ask = this.#relations.forQuestion()
    const load = (wanted: Wanted): Promise<unknown> => ask({ ...wanted, most }) ?? promised(wanted)
    const { asyncTime } = this.#limits
    return bindLoading(condition, actor, action, meaning, load, asyncTime).then((bound) =>
      this.#filter(actor, action, modelName, bound, policy),
    )
  }

  #plan(
    actor: unknown,
    action: string,
    modelName: string,
  ): { readonly condition: Condition; readonly policy: LoadedPolicy } {
    assertActor(actor)
    assertAction(action)
    assertKnown(this.schema, actor, 'actor')
    modelNamed(this.schema, modelName)
    const { policy } = this.#decider
    return { condition: policy.checks.filter(actor, action, modelName), policy }
  }

  #filter(actor: unknown, action: string, modelName: string, bound: Condition, policy: LoadedPolicy): Filter {
    const condition = descending(() => (isSimple(bound) ? bound : this.#simplified(bound)))
    // Rows are checked under the policy that the filter was made of.
    const isTrue = (row: unknown): boolean => this.#decider.isTrue(policy, actor, action, row)
    return new Filter(modelName, actor, action, condition, policy.checks.meaning, isTrue)
  }

  /** @throws what fails whatever the row, and what is not there yet. */
  #simplified(bound: Condition): Condition {
    const condition = simplify(this.schema, bound)
    const error = condition.kind === 'failure' ? condition.error : missingIn(condition)
    if (error) throw error
    return condition
  }

  #told(filter: Filter): Filter {
    const { actor, action, model, kind } = filter
    if (this.#listeners.active) this.#listeners.tell('filter', actor, action, model, kind !== 'none')
    return filter
  }

  /** For each class of actors, action and model whose filter can be refused: why, and where. */
  check(): readonly RefusableFilter[] {
    return refusable(this.#inForce.current().policy, this.schema, this.readAction)
  }

  // queries

  /** Runs a query written in Polar, such as `allow(actor, "read", resource)`; solutions come as they are found. @throws PolicyError for what can't be parsed. */
  query(text: string, options: Omit<QueryOptions, 'limits' | 'host'> = {}): AsyncGenerator<Solution, void, void> {
    const parsed = parseQuery(new Source(text))
    if (!('expression' in parsed)) throw new PolicyError(parsed.diagnostics)
    return this.#run(parsed.expression, options)
  }

  /** Runs a rule; a `Variable` among the arguments is what the query is to find. */
  queryRule(name: string, ...args: readonly unknown[]): AsyncGenerator<Solution, void, void> {
    return this.#run({ rule: name, args }, {})
  }

  #run(
    goal: Expression | RuleCall,
    options: Omit<QueryOptions, 'limits' | 'host'>,
  ): AsyncGenerator<Solution, void, void> {
    const { policy, host } = this.#decider.question()
    return solutionsOf(policy.program, goal, { ...options, limits: this.#limits, host })
  }
}
