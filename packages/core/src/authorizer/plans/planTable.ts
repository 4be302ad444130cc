import type { KnownModel, Models } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'

export const otherAction: unique symbol = Symbol('any other action')
export type ActionKey = string | typeof otherAction

/** A placeholder for no class: no object has it as its constructor. */
const none = Symbol('no class')

/** The plans of two kinds, by action. */
export class PlansOfPair<Plan> {
  readonly #all = new Map<ActionKey, Plan>()
  /**
   * The first few actions are found by comparison, which is faster than a map for identical
   * strings.
   */
  readonly #actions: ActionKey[] = []
  readonly #plans: Plan[] = []

  get(action: ActionKey): Plan | undefined {
    for (let at = 0; at < this.#actions.length; at++) if (this.#actions[at] === action) return this.#plans[at]
    return this.#all.get(action)
  }

  /** All plans by action. */
  get all(): ReadonlyMap<ActionKey, Plan> {
    return this.#all
  }

  set(action: ActionKey, plan: Plan): void {
    this.#all.set(action, plan)
    if (this.#actions.length >= 8) return
    this.#actions.push(action)
    this.#plans.push(plan)
  }
}

/**
 * Plans by the kinds of actor and resource. The classes of objects are the keys, so no model
 * look-up is needed. All questions share the table. Its inline cache of the last classes changes as
 * a whole, without running application code in between. Each plan is found by the classes for which
 * it was made.
 */
export class PlanTable<Plan> {
  readonly #schema: Models
  readonly #plans = new Map<unknown, Map<unknown, PlansOfPair<Plan>>>()
  #lastActor: unknown
  #lastOfActor: Map<unknown, PlansOfPair<Plan>> | undefined
  /** The class of the last new resource, if it has one. It is often the only class. */
  #newResource: unknown = none
  #newPlans: PlansOfPair<Plan> | undefined

  constructor(schema: Models) {
    this.#schema = schema
  }

  /** Returns the plans of classes, with the class of the actor and the class of the resource. */
  ofClasses(): (readonly [actor: unknown, resource: unknown, plans: PlansOfPair<Plan>])[] {
    return [...this.#plans]
      .filter(([actor]) => typeof actor === 'function')
      .flatMap(([actor, ofActor]) =>
        [...ofActor]
          .filter(([resource]) => typeof resource === 'function')
          .map(([resource, plans]) => [actor, resource, plans] as const),
      )
  }

  /** Returns the plans of two values, or undefined if one of them has no model. */
  of(actor: unknown, resource: unknown): PlansOfPair<Plan> | undefined {
    if (typeof actor !== 'object' || typeof resource !== 'object' || actor === null || resource === null)
      return this.#of(actor, resource)
    if (actor.constructor !== this.#lastActor || !this.#lastOfActor) return this.#of(actor, resource)
    // Read once: it is the most expensive step if resources are of many classes.
    const cls = resource.constructor
    if (cls === this.#newResource) return this.#newPlans
    return this.#lastOfActor.get(cls) ?? this.#of(actor, resource)
  }

  /** Looks up plans for other classes than the last ones; otherwise as `of`. */
  #of(actor: unknown, resource: unknown): PlansOfPair<Plan> | undefined {
    const actorModel = actor === null ? null : this.#schema.modelOf(actor)
    const resourceModel = resource === null ? null : this.#schema.modelOf(resource)
    if (actorModel === undefined || resourceModel === undefined) return undefined
    const ofActor = entryOf(this.#plans, kindKey(actor, actorModel), () => new Map<unknown, PlansOfPair<Plan>>())
    const key = kindKey(resource, resourceModel)
    const plans = entryOf(ofActor, key, () => new PlansOfPair<Plan>())
    if (actorModel?.class && isInstanceOf(actor, actorModel.class)) {
      this.#lastActor = actorModel.class
      this.#lastOfActor = ofActor
      this.#newResource = typeof key === 'function' ? key : none
      this.#newPlans = plans
    }
    return plans
  }
}

function isInstanceOf(value: unknown, cls: unknown): boolean {
  return typeof value === 'object' && value !== null && value.constructor === cls
}

/**
 * Returns the key of a value's kind: the class of an instance, so that it is found without a model
 * look-up.
 */
function kindKey(value: unknown, model: KnownModel | null): unknown {
  return model?.class && isInstanceOf(value, model.class) ? model.class : (model ?? none)
}
