import type { Condition } from '../condition/condition.js'
import { partsOf } from '../condition/cost.js'
import type { Meaning } from '../condition/meaning.js'
import type { CompilePredicate, Predicate } from '../condition/predicate.js'
import { descending, isStackOverflow } from '../condition/stack.js'
import { ArgumentError } from '../errors.js'
import { didYouMean } from '../language/didYouMean.js'
import type { Policy } from '../policy/policy.js'
import type { Model } from '../schema/model.js'
import { needsCare } from '../schema/partial.js'
import { type ActionKind, type Kind, planCheck, planFilter } from './plans.js'
import { wordsOf } from './words.js'

/** A question whose classes and action are known. */
interface Plan {
  /** Undefined where the rules are nested too deeply for one. */
  readonly condition: Condition | undefined
  /** Undefined where only the machine can answer. */
  readonly predicate: Predicate | undefined
}

/** How often a check was answered by what; a bail-out is a predicate that gave the question to the machine. */
export interface Statistics {
  predicate: number
  machine: number
  bailOuts: number
}

/** Stands for no class: what no object has as its constructor. */
const none = Symbol('no class')
/** A predicate has no limit of time; beyond this many parts the machine is asked, which has. */
const maxParts = 1_000_000
const otherAction = Symbol('any action that the policy does not name')
type ActionKey = string | typeof otherAction

/** The plans of two kinds, by action. */
class PlansOfPair {
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
    if (this.#actions.length >= 4) return
    this.#actions.push(action)
    this.#plans.push(plan)
  }
}

/** The plans of one policy, made when they are first asked for; one for all actions that the policy does not name. */
export class Checks {
  readonly statistics: Statistics = { predicate: 0, machine: 0, bailOuts: 0 }
  readonly #policy: Policy
  readonly meaning: Meaning
  readonly #compile: CompilePredicate | undefined
  #known: ReadonlySet<string> | undefined
  /** By kind of actor and of resource. */
  readonly #plans = new Map<unknown, Map<unknown, PlansOfPair>>()
  readonly #filters = new Map<string, Condition>()
  #lastActor: unknown
  #lastOfActor: Map<unknown, PlansOfPair> | undefined
  /** The class that was last asked about for the first time, where it has one: the only one, often. */
  #newResource: unknown = none
  #newPlans: PlansOfPair | undefined

  /** @param compile - Undefined where the machine is to answer everything. */
  constructor(policy: Policy, meaning: Meaning, compile: CompilePredicate | undefined) {
    this.#policy = policy
    this.#compile = compile
    this.meaning = meaning
  }

  /** The answer of the predicate; undefined where the machine has to be asked. @throws ArgumentError for an action that nobody knows. */
  decide(actor: unknown, action: string, resource: unknown): boolean | undefined {
    const plans = this.#plansFor(actor, resource)
    const plan = plans && (plans.get(action) ?? this.#other(plans, actor, action, resource))
    const predicate = plan?.predicate
    // Predicates read what is there; the machine asks whether that is all there is.
    if (!predicate || needsCare(actor) || needsCare(resource)) {
      this.statistics.machine++
      return undefined
    }
    try {
      const allowed = predicate(actor, action, resource)
      this.statistics.predicate++
      return allowed
    } catch {
      // A bail-out, or an error of the application: the machine asks again, and says what is wrong and where.
      this.statistics.bailOuts++
      return undefined
    }
  }

  /**
   * The actions that are allowed, where predicates can tell: no rule may leave the action open. Undefined where the machine has
   * to be asked.
   */
  actions(actor: unknown, resource: unknown): Set<string> | undefined {
    const plans = this.#plansFor(actor, resource)
    if (!plans) return undefined
    let others = plans.get(otherAction)
    if (!others) {
      others = this.#plan(actor, 'other', resource)
      plans.set(otherAction, others)
    }
    if (others.condition?.kind !== 'false') return undefined
    const allowed = new Set<string>()
    for (const action of this.#words) {
      const plan = plans.get(action) ?? this.#other(plans, actor, action, resource)
      if (plan.condition?.kind === 'false') continue
      const decision = this.decide(actor, action, resource)
      if (decision === undefined) return undefined
      if (decision) allowed.add(action)
    }
    return allowed
  }

  /** The condition of a filter. @throws ArgumentError for an action that nobody knows. */
  filter(actor: unknown, action: string, model: string): Condition {
    const kind = this.#kindOf(actor)
    if (!kind) throw unknownKind(actor)
    const known = this.#words.has(action)
    const key = JSON.stringify([kind === 'nil' ? null : kind.model, known ? action : null, model])
    let condition = this.#filters.get(key)
    if (!condition) {
      const asked: ActionKind = known ? { action } : 'other'
      condition = descending(() => planFilter(this.#policy, this.meaning.schema, kind, asked, model))
      this.#filters.set(key, condition)
    }
    if (!known && condition.kind === 'false') throw this.#unknownAction(action)
    return condition
  }

  #plansFor(actor: unknown, resource: unknown): PlansOfPair | undefined {
    if (typeof actor !== 'object' || typeof resource !== 'object' || actor === null || resource === null)
      return this.#plansOf(actor, resource)
    if (actor.constructor !== this.#lastActor || !this.#lastOfActor) return this.#plansOf(actor, resource)
    // Read once: where many classes are asked about, it costs the most.
    const cls = resource.constructor
    if (cls === this.#newResource) return this.#newPlans
    return this.#lastOfActor.get(cls) ?? this.#plansOf(actor, resource)
  }

  /** As `#plansFor`, for classes other than the last ones. */
  #plansOf(actor: unknown, resource: unknown): PlansOfPair | undefined {
    const { schema } = this.meaning
    const actorModel = actor === null ? null : schema.modelOf(actor)
    const resourceModel = resource === null ? null : schema.modelOf(resource)
    if (actorModel === undefined || resourceModel === undefined) return undefined
    const ofActor = entryOf(this.#plans, kindKey(actor, actorModel), () => new Map<unknown, PlansOfPair>())
    const key = kindKey(resource, resourceModel)
    const plans = entryOf(ofActor, key, () => new PlansOfPair())
    if (actorModel?.class && isInstanceOf(actor, actorModel.class)) {
      this.#lastActor = actorModel.class
      this.#lastOfActor = ofActor
      this.#newResource = typeof key === 'function' ? key : none
      this.#newPlans = plans
    }
    return plans
  }

  #other(plans: PlansOfPair, actor: unknown, action: string, resource: unknown): Plan {
    const known = this.#words.has(action)
    const key = known ? action : otherAction
    let plan = plans.get(key)
    if (!plan) {
      plan = this.#plan(actor, known ? { action } : 'other', resource)
      plans.set(key, plan)
    }
    if (!known && plan.condition?.kind === 'false') throw this.#unknownAction(action)
    return plan
  }

  #plan(actor: unknown, action: ActionKind, resource: unknown): Plan {
    const { schema } = this.meaning
    try {
      const condition = planCheck(this.#policy, schema, this.#kindOf(actor)!, action, this.#kindOf(resource)!)
      const isForMachine = condition.kind === 'opaque' || partsOf(condition) > maxParts
      return { condition, predicate: isForMachine ? undefined : this.#compile?.(condition, this.meaning) }
    } catch (error) {
      if (!isStackOverflow(error)) throw error
      return { condition: undefined, predicate: undefined }
    }
  }

  #kindOf(value: unknown): Kind | undefined {
    if (value === null) return 'nil'
    const model = this.meaning.schema.modelOf(value)
    return model && { model: model.name }
  }

  /** The words of the policy, collected when an action is first looked for. */
  get #words(): ReadonlySet<string> {
    this.#known ??= wordsOf(this.#policy)
    return this.#known
  }

  #unknownAction(action: string): ArgumentError {
    const hint = didYouMean(action, [...this.#words])
    return new ArgumentError(
      'unknown-action',
      `The policy knows no action "${action}", and no rule leaves the action open.`,
      { hint: hint ? `did you mean "${hint}"?` : 'write a rule for it, or mend the name', data: { action } },
    )
  }
}

function isInstanceOf(value: unknown, cls: unknown): boolean {
  return typeof value === 'object' && value !== null && value.constructor === cls
}

/** What tells kinds of values apart: the class of an instance, so that it is found without looking for its model. */
function kindKey(value: unknown, model: Model | null): unknown {
  return model?.class && isInstanceOf(value, model.class) ? model.class : (model ?? none)
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}

function unknownKind(actor: unknown): ArgumentError {
  return new ArgumentError('unknown-row', 'The class of the actor is not known, so no filter can be made for it.', {
    hint: "register its class, or say which model a plain object is of: authorizer.as('User', user)",
    data: { value: actor },
  })
}
