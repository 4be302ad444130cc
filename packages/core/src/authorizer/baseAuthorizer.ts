import { ForbiddenError, UnauthenticatedError } from '../errors.js'
import type { Expression } from '../language/ast.js'
import type { QueryOptions, RuleCall, Solution } from '../machine/index.js'
import type { PolicyTypes, RegisteredPolicy } from '../register.js'
import type { ActionOn, ActorIn, FieldActionOn, FieldOn } from '../rowTypes.js'
import { assertActor, assertKnown } from './arguments.js'
import { AllowedActions } from './decisions/allowedActions.js'
import type { Decider } from './decisions/decider.js'
import type { DecisionListeners } from './decisions/decision.js'
import type { Engine } from './decisions/engine.js'
import { solutionsOf } from './decisions/enumerate.js'
import { explainable } from './decisions/explainer.js'
import { type DenialOptions, type DenialReason, Denials, errorFor } from './denial.js'
import { FieldRules } from './fields/fieldRules.js'
import type { Picked } from './fields/fields.js'
import { PolicyHolder } from './policyHolder.js'

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
  let allowed: boolean
  try {
    allowed = decider.decide(actor, action, resource)
  } catch (error) {
    return decision.failed(error)
  }
  return decision.made(allowed)
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

export interface BaseAuthorizer<P extends PolicyTypes = RegisteredPolicy> extends Typed<P> {}

/**
 * Decides from one policy whether an actor may perform an action on a resource. Each entry for
 * applications has its subclass: `Authorizer` of the main entry, `CheckAuthorizer` of `/checks`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the optional property of `Typed` exists in types only
export abstract class BaseAuthorizer<P extends PolicyTypes = RegisteredPolicy> extends PolicyHolder<P> {
  readonly #engine: Engine
  readonly #decider: Decider
  readonly #listeners: DecisionListeners
  readonly #denials: Denials
  readonly #actions: AllowedActions
  readonly #fields: FieldRules

  /** @param over - Returns an authorizer of the same entry over another engine. */
  protected constructor(engine: Engine, over: (engine: Engine) => unknown) {
    super(engine, over)
    this.#engine = engine
    this.#decider = engine.decider
    this.#listeners = engine.listeners
    this.#denials = new Denials(engine)
    this.#actions = new AllowedActions(engine)
    this.#fields = new FieldRules(engine, this)
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
   * authorizer.loadSync('allow(user: User, "read", note: Note) if note.ownerId = user.id;')
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
  async areAllowed<A, Row>(
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
    const settle = () => this.#decider.settle(actor, action, resource, policy, decision?.arrived)
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

  // queries

  /**
   * Runs a query in Polar, such as `allow(actor, "read", resource)`, and yields its solutions as
   * they are found.
   * @param text - An expression in Polar.
   * @param options.bindings - The values of variables of the query, by name.
   * @throws PolicyError if the text is not a valid query.
   */
  query(text: string, options: Omit<QueryOptions, 'limits' | 'host'> = {}): AsyncGenerator<Solution, void, void> {
    const { now } = this.#engine.parts.building
    return now ? this.#run(now.parseQuery(text), options) : this.#parseAndRun(text, options)
  }

  /** Runs a query for which the parser has to be imported. */
  async *#parseAndRun(
    text: string,
    options: Omit<QueryOptions, 'limits' | 'host'>,
  ): AsyncGenerator<Solution, void, void> {
    const { parseQuery } = await this.#engine.parts.building.load()
    yield* this.#run(parseQuery(text), options)
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
