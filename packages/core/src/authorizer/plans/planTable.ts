import type { KnownModel, Models } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'

export const otherAction: unique symbol = Symbol('any other action')
export type ActionKey = string | typeof otherAction

/** A placeholder for no class: no object has it as its constructor. */
const none = Symbol('no class')

/** The plans of two kinds, by action. */
export type PlansOfPair<Plan> = Map<ActionKey, Plan>

/**
 * Plans by the kinds of actor and resource. The classes of objects are the keys, so no model
 * look-up is needed. All questions share the table. Its inline cache of the last classes changes as
 * a whole, without running application code in between. Each plan is found by the classes for which
 * it was made.
 */
export class PlanTable<Plan> {
  readonly #plans = new Map<unknown, Map<unknown, PlansOfPair<Plan>>>()
  #lastActor: unknown
  #lastOfActor: Map<unknown, PlansOfPair<Plan>> | undefined

  constructor(private readonly schema: Models) {}

  /** Returns the plans of classes, with the class of the actor and the class of the resource. */
  ofClasses(): (readonly [actor: unknown, resource: unknown, plans: PlansOfPair<Plan>])[] {
    return [...this.#plans]
      .flatMap(([actor, ofActor]) => [...ofActor].map(([resource, plans]) => [actor, resource, plans] as const))
      .filter(([actor, resource]) => typeof actor === 'function' && typeof resource === 'function')
  }

  /** Returns the plans of two values, or undefined if one of them has no model. */
  of(actor: unknown, resource: unknown): PlansOfPair<Plan> | undefined {
    const areObjects = typeof actor === 'object' && typeof resource === 'object' && actor !== null && resource !== null
    const isOfLastActor = areObjects && actor.constructor === this.#lastActor
    return (isOfLastActor ? this.#lastOfActor?.get(resource.constructor) : undefined) ?? this.#of(actor, resource)
  }

  /** Looks up plans for other classes than the last ones; otherwise as `of`. */
  #of(actor: unknown, resource: unknown): PlansOfPair<Plan> | undefined {
    const actorModel = actor === null ? null : this.schema.modelOf(actor)
    const resourceModel = resource === null ? null : this.schema.modelOf(resource)
    if (actorModel === undefined || resourceModel === undefined) return undefined
    const key = kindKey(actor, actorModel)
    const ofActor = entryOf(this.#plans, key, () => new Map<unknown, PlansOfPair<Plan>>())
    if (typeof key === 'function') {
      this.#lastActor = key
      this.#lastOfActor = ofActor
    }
    return entryOf(ofActor, kindKey(resource, resourceModel), (): PlansOfPair<Plan> => new Map())
  }
}

/**
 * Returns the key of a value's kind: the class of an instance, so that it is found without a model
 * look-up.
 */
function kindKey(value: unknown, model: KnownModel | null): unknown {
  const cls = model?.class
  return cls && typeof value === 'object' && value?.constructor === cls ? cls : (model ?? none)
}
