import { late, present } from '../late.js'
import { own } from '../own.js'
import type { Policy } from '../policy/policy.js'
import type { Action, ActorName, ModelName, PolicyTypes, RegisteredPolicy } from '../register.js'
import type { ActionOn, ActorIn } from '../rowTypes.js'
import { namesOf } from './arguments.js'
import { madeFilter } from './decisions/decision.js'
import { Engine, type EngineParts, engineOf } from './decisions/engine.js'
import type { Filter, FilterOptions } from './filters/filter.js'
import * as filtering from './filters/filters.js'
import { type Finding, refusable } from './filters/refusable.js'
import { LateAuthorizer, type LateModules } from './lateAuthorizer.js'
import type { AuthorizerOptions } from './options.js'
import { predicatesOf } from './plans/evaluator.js'
import { chosenEvaluator } from './plans/evaluatorName.js'
import { fullBuilding } from './policies/fullBuilding.js'
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
export class Authorizer<P extends PolicyTypes = RegisteredPolicy> extends LateAuthorizer<P> {
  /**
   * @param options - The options; all are optional.
   * @throws ArgumentError if an option is invalid.
   */
  constructor(options: AuthorizerOptions = {}) {
    // `withPolicy` and `with` pass the engine of the new authorizer.
    super(options instanceof Engine ? options : new Engine(options, enginePartsOf(own(options))), over, modules)
  }

  /**
   * Loads a policy synchronously; otherwise as `load`.
   * @throws the errors of `load`; QueryError `async-value` if a `?=` test has to wait.
   */
  override loadSync(...sources: readonly (string | PolicySource)[]): Policy {
    return engineIn(this).active.loadSync(sources)
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
    const own = engineIn(this)
    const engine = own.forOtherPolicy()
    const { context } = own.decider
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
    return new Shadow(engineIn(this), engineIn(other), options)
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
    const engine = engineIn(this)
    const filters = new filtering.Filters(engine)
    const make = () => filters.make(filters.ofRows(actor, action, modelName), options)
    if (!engine.listeners.active) return make()
    const decision = engine.listeners.begin('filter', actor, action, modelName)
    return madeFilter(decision, decision.attempt(make), options.unloaded ?? 'error')
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
    const filters = new filtering.Filters(engineIn(this))
    return filters.make(filters.ofActors(action, resource, modelName), options)
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
    const { policy } = engineIn(this).active.current()
    return [...policy.warnings, ...refusable(policy, this.schema, this.readAction)]
  }
}

// Not a field: types would tell this class from that of another entry, which adapters take too.
// Sound: each authorizer has one.
const engineIn = (authorizer: object): Engine => engineOf(authorizer)!

const modules: LateModules = {
  filters: /* @__PURE__ */ present(filtering),
  writing: /* @__PURE__ */ late(() => import('./writing.js')),
}

const over = (engine: Engine): Authorizer => new Authorizer(engine)

/** Chooses what the entry for checks does not have: all checks of a policy, and generated code. */
function enginePartsOf({ evaluator = 'auto', strict, queryRules }: AuthorizerOptions): EngineParts {
  const chosen = chosenEvaluator(evaluator)
  return {
    building: present(fullBuilding()),
    warns: true,
    predicates: chosen === 'machine' ? undefined : present(predicatesOf(chosen)),
    startsWithMachine: evaluator === 'auto',
    strict,
    queryRules: namesOf(queryRules, 'queryRules'),
  }
}
