import type { Condition } from '../../condition/condition.js'
import { isSimple, simplify } from '../../condition/rewrite/passes.js'
import { descending } from '../../condition/stack.js'
import { conditionsIn } from '../../condition/visit.js'
import { invalidArgument } from '../../errors.js'
import { bind } from '../../evaluate/bind.js'
import { fold, withoutFailures } from '../../filter/algebra/fold.js'
import { bindLoading } from '../../filter/loading.js'
import { missingIn } from '../../filter/missing.js'
import { own } from '../../own.js'
import type { Load, Missing, Unloaded, Wanted } from '../../schema/wanted.js'
import { discardingErrors } from '../../values/metErrors.js'
import { assertAction, assertActor, assertKnown, assertResource, modelNamed } from '../arguments.js'
import type { Engine } from '../decisions/engine.js'
import { after, type Eventual, promised } from '../decisions/eventual.js'
import type { LoadedPolicy } from '../policies/loadedPolicy.js'
import { type BoundCondition, boundConditionsOf, type Unbound } from './boundConditions.js'
import { Filter, type FilterOptions, type Run } from './filter.js'
import { filterPlansOf } from './filterPlans.js'

/** A condition of a policy before the value that it depends on is substituted. */
export interface FilterPlan extends Unbound {
  readonly policy: LoadedPolicy
  /** The model of the rows. */
  readonly modelName: string
  /** Whether the rows are actors. */
  readonly isOfActors: boolean
}

/** A condition with its known value bound, and the values that were loaded for it, if any. */
interface Bound {
  readonly condition: Condition
  readonly loaded: Missing | undefined
}

/** Makes filters: derives a condition, substitutes the known value, and simplifies. */
export class Filters {
  constructor(private readonly engine: Engine) {}

  /** Returns the plan of the rows of a model on which an actor may perform an action. */
  ofRows(actor: unknown, action: string, model: string): FilterPlan {
    const { schema, decider } = this.engine
    assertActor(actor)
    assertAction(action)
    assertKnown(schema, actor, 'actor')
    const { name: modelName } = modelNamed(schema, model)
    const { policy } = decider
    const condition = filterPlansOf(policy.context).filter(actor, action, modelName)
    return { policy, condition, known: actor, action, modelName, isOfActors: false, before: undefined }
  }

  /** Returns the plan of the rows of a model on a field of which an actor may perform an action. */
  ofField(actor: unknown, action: string, modelName: string, field: string): FilterPlan {
    const plan = this.ofRows(actor, action, modelName)
    const condition = filterPlansOf(plan.policy.context).fieldFilter(actor, action, plan.modelName, field)
    return { ...plan, condition }
  }

  /** Returns the plan of the rows that a row may become by a change (`allow_update`). */
  ofChange(actor: unknown, before: object, modelName: string): FilterPlan {
    const { schema, decider } = this.engine
    assertActor(actor)
    assertKnown(schema, actor, 'actor')
    const { policy } = decider
    const condition = filterPlansOf(policy.context).change(actor, modelName)
    return { policy, condition, known: actor, action: 'update', modelName, isOfActors: false, before }
  }

  /** Returns the plan of the actors of a model who may perform an action on a resource. */
  ofActors(action: string, resource: unknown, model: string): FilterPlan {
    const { schema, decider } = this.engine
    assertResource(resource)
    assertAction(action)
    assertKnown(schema, resource, 'resource')
    const { name: modelName } = modelNamed(schema, model)
    const { policy } = decider
    const condition = filterPlansOf(policy.context).actors(action, resource, modelName)
    return { policy, condition, known: resource, action, modelName, isOfActors: true, before: undefined }
  }

  /** Makes a filter synchronously. @throws the error of a relation that is not loaded. */
  make(plan: FilterPlan, options: FilterOptions): Filter {
    const { unloaded = 'error' } = own(options)
    if (unloaded !== 'error' && unloaded !== 'database')
      throw invalidArgument("`unloaded` must be 'error' or 'database'.")
    return this.#filter(plan, this.#shared(plan) ?? finish(this.#bound(plan, unloaded)), undefined, unloaded)
  }

  /**
   * Makes a filter, and loads missing relations of the known value.
   * @param most - The maximum number of rows to load for a relation. Default: no maximum.
   * @param by - Loads a relation. Default: the registered loaders.
   */
  load(plan: FilterPlan, most?: number, by?: Load): Eventual<Filter> {
    const shared = this.#shared(plan)
    if (shared) return this.#filter(plan, shared)
    return after(this.#bindLoading(plan, most, by), ({ condition, loaded }) =>
      this.#filter(plan, finish(condition), loaded),
    )
  }

  #bindLoading(plan: FilterPlan, most: number | undefined, by: Load | undefined): Eventual<Bound> {
    const { decider, relations, limits } = this.engine
    // In most cases the relations are loaded, or their foreign keys suffice. Nothing is loaded
    // then.
    const found = this.#bound(plan)
    if (!missingIn(found)) return { condition: found, loaded: undefined }
    const { policy, condition, known, action, before } = plan
    const loader = by ? undefined : relations.forQuestion()
    const load = (wanted: Wanted): Promise<unknown> =>
      wanted.relation === undefined && by
        ? promised(wanted)
        : ((by ?? loader!.load)({ ...wanted, most }) ?? promised(wanted))
    const bindWith = (missing: Missing): Condition =>
      decider.run(() => bind(condition, known, action, policy.context.meaning, 'error', missing, before))
    return bindLoading(bindWith, load, limits.asyncTime)
  }

  /** Returns the condition of a plan that reads columns of the known value alone; undefined for any other plan. */
  #shared(plan: FilterPlan): BoundCondition | undefined {
    // The application's equality gets the objects themselves.
    if (this.engine.hosts.options.equality) return undefined
    const conditions = boundConditionsOf(plan.policy.context)
    const columns = conditions.columnsOf(plan)
    const known = columns && conditions.find(plan, columns)
    if (!columns || known) return known
    const condition = this.#bound({ ...plan, known: columns.copy() })
    if (hasFailure(condition)) return undefined
    return conditions.keep(plan, columns, finish(condition))
  }

  /** Returns the condition of a plan with its known value. */
  #bound({ policy, condition, known, action, before }: FilterPlan, unloaded?: Unloaded, loaded?: Missing): Condition {
    const { meaning } = policy.context
    const bindNow = (): Condition => descending(() => bind(condition, known, action, meaning, unloaded, loaded, before))
    // A condition keeps the errors of the known value as its parts.
    return discardingErrors(() => this.engine.decider.run(bindNow))
  }

  #filter(plan: FilterPlan, bound: BoundCondition, loaded?: Missing, unloaded?: Unloaded): Filter {
    const { policy, known, action, modelName, isOfActors, before } = plan
    const { decider } = this.engine
    // Rows are checked by the policy from which the filter was made, with the values that were loaded for it.
    const isTrue = before
      ? (): boolean => false // The condition alone decides: there is no check of two rows.
      : isOfActors
        ? (row: unknown): boolean => decider.isTrue(policy, row, action, known, loaded)
        : (row: unknown): boolean => decider.isTrue(policy, known, action, row, loaded)
    const run: Run = (part) => decider.run(part)
    return new Filter(modelName, known, action, bound, policy.context.meaning, isTrue, run, (condition) =>
      this.#bound({ ...plan, condition }, unloaded, loaded),
    )
  }
}

/** Returns a bound condition without failures, in the form of a filter. @throws the error of a relation that is not loaded */
function finish(condition: Condition): BoundCondition {
  const finished = descending(() => {
    // A simple condition has no failures: only `fold` can find one.
    if (isSimple(condition)) return fold(condition)
    return withoutFailures(fold(assertLoaded(simplify(condition))))
  })
  return { condition: finished, definite: undefined }
}

function hasFailure(condition: Condition): boolean {
  for (const { kind } of conditionsIn(condition)) if (kind === 'failure') return true
  return false
}

/** @throws the error of a relation that is not loaded: loading it can make the condition true. */
function assertLoaded(condition: Condition): Condition {
  const error = missingIn(condition)
  if (error) throw error
  return condition
}
