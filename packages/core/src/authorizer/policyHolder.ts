import type { CheckedPolicy } from '../policy/policy.js'
import { versionOf } from '../policy/version.js'
import type { Context, ModelName, PolicyTypes, RegisteredPolicy } from '../register.js'
import type { TaggedRow } from '../rowTypes.js'
import { assertColumns } from '../schema/knownColumns.js'
import type { Model } from '../schema/model.js'
import { markCopy } from '../schema/partial.js'
import { adoptWithin } from '../schema/plainRows.js'
import type { Schema } from '../schema/schema.js'
import { tag } from '../schema/tags.js'
import type { Load } from '../schema/wanted.js'
import { assertLinks } from '../values/links.js'
import { assertAction, assertRowOf, modelNamed } from './arguments.js'
import { type ContextDeclaration, declareContext } from './context.js'
import { contextOf } from './contextValues.js'
import { type Engine, engineKey } from './decisions/engine.js'
import type { Decision } from './decisions/event.js'
import { type DecisionOptions, recorder } from './decisions/recorder.js'
import type { Statistics } from './plans/predicateDecider.js'
import type { PolicySource } from './policies/loadedPolicy.js'
import { type ClassOptions, type ModelDeclaration, modelOfClass, modelOfDeclaration } from './registration.js'
import type { RelationMemory } from './relations/relations.js'

/** Holds the policy of an authorizer, and the classes, models, constants and loaders that it can name. */
export abstract class PolicyHolder<P extends PolicyTypes = RegisteredPolicy> {
  /** The action that decides whether an actor may learn that a resource exists. */
  readonly readAction: string
  /** The classes, models and constants that policies can name. */
  readonly schema: Schema
  /** The actions that exist beside those that the policy names. */
  readonly declaredActions: ReadonlySet<string>
  readonly #engine: Engine
  readonly #over: (engine: Engine) => unknown

  /** @param over - Returns an authorizer of the same entry over another engine. */
  protected constructor(engine: Engine, over: (engine: Engine) => unknown) {
    if (!Object.hasOwn(PolicyHolder.prototype, engineKey)) PolicyHolder.#showEngine()
    this.#over = over
    this.readAction = engine.readAction
    this.schema = engine.schema
    this.declaredActions = engine.declaredActions
    this.#engine = engine
  }

  /**
   * Defines the engine of all authorizers. It is no method, so that the declarations of this class don't contain the
   * engine. On each authorizer, it would be most of the time that `with` takes. In a static block, it would keep bundlers
   * from leaving out this class.
   */
  static #showEngine(): void {
    Object.defineProperty(PolicyHolder.prototype, engineKey, {
      get(this: PolicyHolder): Engine {
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
    const engine = this.#engine.with(contextOf(this.schema, context, this.#engine.decider.context))
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
}
