import type { Condition } from '../../condition/condition.js'
import type { Late } from '../../late.js'
import type { Policy } from '../../policy/policy.js'
import type { Meaning } from '../../predicate/meaning.js'
import type { BackEnd, Predicate } from '../../predicate/predicate.js'
import type { KnownModel, Models } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'
import type { PolicyActions } from '../actions/policyActions.js'
import { assertAction, assertActor, assertKnown, assertResource } from '../arguments.js'
import type { ActionKind } from './plans.js'

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

/** The plan of a check whose classes and action are known. */
export interface CheckPlan {
  /** Undefined if the rules are nested too deeply for a condition. */
  readonly condition: Condition | undefined
  /** Undefined if only the machine can decide. */
  predicate: Predicate | undefined
  /** The number of checks that it has decided, as long as it counts. */
  checks: number
  /** Makes the predicate of the checks after the first few; undefined if that is it. */
  later: (() => Predicate) | undefined
}

export const forMachine: Readonly<CheckPlan> = {
  condition: undefined,
  predicate: undefined,
  checks: 0,
  later: undefined,
}

/** The context of a policy's plans. */
export interface PlanContext {
  readonly policy: Policy
  /** Returns the names of the attributes that it reads: see `assertUnpolluted`. */
  readonly reads: () => ReadonlySet<string>
  readonly actions: PolicyActions
  readonly meaning: Meaning
  /** Undefined if the machine evaluates all checks. It evaluates them until this part is imported. */
  readonly predicates: Late<Predicates> | undefined
  /**
   * Called for a check of an action that nothing names, and that a rule without an action decides;
   * with a model for an action that only rules of other models name. It can throw.
   */
  readonly onUnnamed: (action: string, model?: string) => void
  /** The models that blocks and rules name for actors; undefined if the policy has no `actor` block. */
  readonly actors: ReadonlySet<string> | undefined
  /** Called for a check that is denied whatever the rows are, if the actor is of no such model. It can throw. */
  readonly onStranger: (kind: string) => void
}

/** Makes the plans of checks. It is a part apart, since the machine can decide the first checks. */
export interface Predicates {
  readonly backEnd: BackEnd
  plan(context: PlanContext, actor: unknown, action: ActionKind, resource: unknown): CheckPlan
}

/**
 * The plans of the checks of one policy, made on first use, with one plan for all actions that the
 * policy does not name. All questions share them: a plan depends on the policy, the classes and the
 * action alone.
 */
export class CheckPlans extends PlanTable<CheckPlan> {
  constructor(private readonly context: PlanContext) {
    super(context.meaning.schema)
  }

  /**
   * Returns the plan for a check, or undefined if only the machine can decide.
   * @throws ArgumentError for invalid arguments.
   */
  planOf(actor: unknown, action: string, resource: unknown): CheckPlan | undefined {
    const plans = this.of(actor, resource)
    const known = plans?.get(action)
    // The arguments of a known plan are valid.
    if (known) return known
    assertActor(actor)
    assertResource(resource)
    assertAction(action)
    const { actions, onUnnamed } = this.context
    const { schema } = this.context.meaning
    const isNamed = actions.isNamed(action)
    // Nobody may do it, by any rule.
    if (!isNamed && !actions.isWild) throw actions.unknown(action)
    if (!plans) {
      assertKnown(schema, actor, 'actor')
      assertKnown(schema, resource, 'resource')
    }
    // It can throw, at every check: no plan is kept before it.
    if (isNamed && !this.isNamedFor(action, resource)) onUnnamed(action, schema.modelOf(resource)?.name)
    const plan = plans && this.other(plans, actor, action, resource)
    const stranger = plan?.condition?.kind === 'false' ? this.stranger(actor) : undefined
    if (stranger !== undefined) this.context.onStranger(stranger)
    if (isNamed) return plan
    if (plan?.condition?.kind === 'false') throw actions.unknown(action)
    onUnnamed(action)
    return plan
  }

  /** Returns whether something names an action for the model of a resource. */
  isNamedFor(action: string, resource: unknown): boolean {
    return this.context.actions.isNamedFor(action, this.context.meaning.schema.modelOf(resource)?.name)
  }

  /** Returns the model of a row that is no actor of the policy, or the type of another value; undefined for an actor. */
  stranger(actor: unknown): string | undefined {
    const { actors, meaning } = this.context
    const model = actors && actor !== null ? meaning.schema.modelOf(actor)?.name : undefined
    if (model === undefined || [model, ...meaning.schema.ancestors(model)].some((one) => actors!.has(one)))
      return undefined
    return typeof actor === 'object' ? model : typeof actor
  }

  /** Returns the plan of an action, or that of all actions that the policy does not name. */
  other(plans: PlansOfPair<CheckPlan>, actor: unknown, action: string, resource: unknown): CheckPlan {
    const known = this.context.actions.knows(action)
    const key = known ? action : otherAction
    let plan = plans.get(key)
    if (!plan) {
      plan = this.plan(actor, known ? { action } : 'other', resource)
      if (this.#isComplete) plans.set(key, plan)
    }
    return plan
  }

  /** Makes the plan of a check. */
  plan(actor: unknown, action: ActionKind, resource: unknown): CheckPlan {
    return this.context.predicates?.now?.plan(this.context, actor, action, resource) ?? forMachine
  }

  /** Whether a plan is final. */
  get #isComplete(): boolean {
    const { predicates } = this.context
    return !predicates || predicates.now !== undefined
  }
}
