import type { KnownModel, Models } from '../schema/schema.js'

export const otherAction: unique symbol = Symbol('any other action')
export type ActionKey = string | typeof otherAction

/** Stands for no class: what no object has as its constructor. */
const none = Symbol('no class')

/** The plans of two kinds, by action. */
export class PlansOfPair<Plan> {
  readonly #all = new Map<ActionKey, Plan>()
  /** The first few are found by comparing texts, which is faster than looking into a map where they are the same object. */
  readonly #actions: ActionKey[] = []
  readonly #plans: Plan[] = []

  get(action: ActionKey): Plan | undefined {
    for (let at = 0; at < this.#actions.length; at++) if (this.#actions[at] === action) return this.#plans[at]
    return this.#all.get(action)
  }

  set(action: ActionKey, plan: Plan): void {
    this.#all.set(action, plan)
    if (this.#actions.length >= 8) return
    this.#actions.push(action)
    this.#plans.push(plan)
  }
}

/**
 * Plans by the kind of actor and of resource: found by the classes of objects, without looking for their models. All questions
 * share them. What was met last changes as a whole, with nothing of the application running in between, and plans are found by
 * the classes that they were made for.
 */
export class PlanTable<Plan> {
  readonly #schema: Models
  readonly #plans = new Map<unknown, Map<unknown, PlansOfPair<Plan>>>()
  #lastActor: unknown
  #lastOfActor: Map<unknown, PlansOfPair<Plan>> | undefined
  /** The class that was last asked about for the first time, where it has one: the only one, often. */
  #newResource: unknown = none
  #newPlans: PlansOfPair<Plan> | undefined

  constructor(schema: Models) {
    this.#schema = schema
  }

  /** Undefined where one of them is of no model. */
  of(actor: unknown, resource: unknown): PlansOfPair<Plan> | undefined {
    if (typeof actor !== 'object' || typeof resource !== 'object' || actor === null || resource === null)
      return this.#of(actor, resource)
    if (actor.constructor !== this.#lastActor || !this.#lastOfActor) return this.#of(actor, resource)
    // Read once: where many classes are asked about, it costs the most.
    const cls = resource.constructor
    if (cls === this.#newResource) return this.#newPlans
    return this.#lastOfActor.get(cls) ?? this.#of(actor, resource)
  }

  /** As `of`, for classes other than the last ones. */
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

/** What tells kinds of values apart: the class of an instance, so that it is found without looking for its model. */
function kindKey(value: unknown, model: KnownModel | null): unknown {
  return model?.class && isInstanceOf(value, model.class) ? model.class : (model ?? none)
}

export function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
