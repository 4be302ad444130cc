import { stackExhausted } from '../../condition/stack.js'
import { QueryError } from '../../errors.js'
import type { DecideMany, Dispatcher, Enter, Entrance, Predicate, Resumed } from '../../predicate/predicate.js'
import { arePartial, mayBePartial } from '../../schema/partial.js'
import { entryOf } from '../../values/entryOf.js'
import { metErrors } from '../../values/metErrors.js'
import { assertUnpolluted, isPolluted } from '../../values/pollution.js'
import { endsEvaluation } from '../../values/semantics.js'
import { isStackOverflow } from '../../values/stackOverflow.js'
import { assertAction, assertActor } from '../arguments.js'
import { type CheckPlan, CheckPlans, otherAction, type PlanContext, type PlansOfPair } from './checkPlans.js'

/**
 * The number of checks per evaluator. A bail-out is a predicate that left the check to the
 * machine.
 */
export interface Statistics {
  predicate: number
  machine: number
  bailOuts: number
}

/**
 * The results for many resources, in their order, and the indices of those that the machine has to
 * decide.
 */
export interface Answers {
  readonly answers: (boolean | undefined)[]
  readonly open: readonly number[]
}

/** The number of checks of a kind before its code is generated. Generating it takes as long as hundreds of checks. */
const checksBeforeCode = 3

/** The number of checks after which a function that finds predicates is compiled: it takes as long as many checks. */
const checksBeforeDispatch = 1000

/**
 * Decides the checks of one policy by predicates, and counts them. Counts affect how a check is
 * evaluated, never its result.
 */
export class PredicateDecider {
  readonly statistics: Statistics = { predicate: 0, machine: 0, bailOuts: 0 }
  readonly #plans: CheckPlans
  /** Decides checks whose plans were known when it was made. Undefined until then, and with very many classes. */
  #dispatcher: Dispatcher | undefined
  #enter: Enter | undefined
  /** The change of the schema for which it was made. */
  #enterOf: number | undefined
  /** The number of checks after which it is made, or made anew if a check has to use the table. */
  #dispatchAt = checksBeforeDispatch
  readonly #possible = new WeakMap<PlansOfPair<CheckPlan>, PossibleActions>()

  constructor(private readonly context: PlanContext) {
    this.#plans = new CheckPlans(context)
  }

  /**
   * Decides by the predicate. Returns undefined if the machine has to decide. The caller ends the record of the errors
   * that were met.
   * @throws ArgumentError for an undefined or unknown actor or resource, or an unknown action.
   */
  decide(actor: unknown, action: string, resource: unknown): boolean | undefined {
    let known: Resumed
    try {
      // Predicates read the loaded values; only the machine checks whether they are complete.
      if (this.#dispatcher !== undefined && !arePartial()) known = this.#dispatcher.dispatch(actor, action, resource)
      if (known !== undefined) this.statistics.predicate++
    } catch (error) {
      known = { error }
    }
    return this.resume(known, actor, action, resource)
  }

  /**
   * Returns the function that decides whole checks of known plans, if there is one yet.
   * @param change - The change of the schema since which the policy is active. Code of the application can load another
   * policy within a check: the schema's own change is then that of the other one.
   */
  enter(policy: unknown, change: number, watching: Entrance['watching']): Enter | undefined {
    const { schema } = this.context.meaning
    if (this.#enter === undefined || this.#enterOf !== change)
      this.#enter = this.#dispatcher?.enter({ policy, schema, change, watching, statistics: this.statistics })
    this.#enterOf = change
    return this.#enter
  }

  /** Goes on with what a dispatcher has found; otherwise as `decide`. */
  resume(known: Resumed, actor: unknown, action: string, resource: unknown): boolean | undefined {
    if (typeof known === 'object') return this.#failed(known.error)
    if (known !== undefined) return known
    // If it recorded an error, it found the predicate, which is undecided.
    if (metErrors.any) return this.#failed(undefined)
    if (isPolluted()) assertUnpolluted(this.context.reads())
    return this.#byPlan(this.#plans.planOf(actor, action, resource), actor, action, resource)
  }

  #byPlan(plan: CheckPlan | undefined, actor: unknown, action: string, resource: unknown): boolean | undefined {
    const predicate = plan && predicateOf(plan, 1)
    if (!predicate || mayBePartial(actor) || mayBePartial(resource)) {
      this.statistics.machine++
      return undefined
    }
    try {
      const allowed = predicate(actor, action, resource)
      if (allowed === undefined) return this.#failed(undefined)
      if (++this.statistics.predicate >= this.#dispatchAt) this.#dispatchAnew()
      return allowed
    } catch (error) {
      return this.#failed(error)
    }
  }

  /** @param error - Undefined if the predicate was undecided. */
  #failed(error: unknown): undefined {
    // The machine would need the same time again, or the check that a getter asks for would end it, too. A promise it may
    // await.
    if (error instanceof QueryError && endsEvaluation(error.code) && error.code !== 'async-value') throw error
    // Predicates limit the depth of their own calls.
    if (isStackOverflow(error)) throw stackExhausted(error)
    metErrors.clear()
    // A bail-out, or an error of the application: the machine evaluates again, and its error
    // names the cause and the place.
    this.statistics.bailOuts++
    return undefined
  }

  /** Compiles a function that finds the predicates of all known plans. */
  #dispatchAnew(): void {
    this.#dispatchAt = this.statistics.predicate * 2
    const known = this.#plans
      .ofClasses()
      .map(([actor, resource, plans]) => [actor, resource, predicatesIn(plans)] as const)
    this.#dispatcher = this.context.predicates?.now?.backEnd.dispatch?.(known, this.context.reads())
    this.#enter = undefined
    if (!this.#dispatcher) this.#dispatchAt = Number.POSITIVE_INFINITY
  }

  /**
   * Decides for many resources; otherwise as `decide`. Neighbours of one class share the work that
   * depends on the class alone.
   * @param ended - Ends the record of the errors that the evaluation of a resource has met.
   */
  decideMany(
    actor: unknown,
    action: string,
    resources: readonly unknown[],
    ended: (at: number, allowed: boolean) => void,
  ): Answers {
    assertActor(actor)
    assertAction(action)
    const answers = new Array<boolean | undefined>(resources.length)
    const open: number[] = []
    for (let at = 0; at < resources.length; ) {
      const predicate = this.#predicateOfClass(actor, action, resources[at], resources.length - at)
      const end = predicate ? (predicate.many ?? oneByOne(predicate))(actor, action, resources, at, answers) : at
      this.statistics.predicate += end - at
      // Sound: the run decided all before its end.
      if (metErrors.any) ended(end - 1, answers[end - 1]!)
      at = end
      if (at === resources.length) break
      // The run ended at a resource of another class, at one that the predicate can't decide, or behind one with errors.
      answers[at] = this.decide(actor, action, resources[at])
      if (answers[at] === undefined) open.push(at)
      else if (metErrors.any) ended(at, answers[at]!)
      at++
    }
    return { answers, open }
  }

  /**
   * Returns the predicate for every instance of the resource's class, or undefined if each resource
   * needs its own look-up.
   */
  #predicateOfClass(actor: unknown, action: string, resource: unknown, checks: number): Predicate | undefined {
    if (arePartial() || typeof resource !== 'object' || resource === null) return undefined
    if (!this.context.meaning.schema.modelOfClass(resource.constructor)) return undefined
    const plan = this.#plans.planOf(actor, action, resource)
    return plan && predicateOf(plan, checks)
  }

  /** Returns the allowed actions by predicates; undefined if the machine has to decide. */
  actions(actor: unknown, resource: unknown): Set<string> | undefined {
    const plans = this.context.predicates?.now && this.#plans.of(actor, resource)
    if (!plans) return undefined
    const possible = entryOf(this.#possible, plans, () => this.#possibleOf(plans, actor, resource))
    if (!possible) return undefined
    if (isPolluted()) assertUnpolluted(this.context.reads())
    const allowed = new Set<string>()
    for (const [action, plan] of possible) {
      const decision = this.#byPlan(plan, actor, action, resource)
      if (decision === undefined) return undefined
      if (decision) allowed.add(action)
    }
    return allowed
  }

  /**
   * Returns the plans of the actions that can be allowed, which are the same for all values of the classes. If no rule compares
   * actions with data, they are those that the policy names for the model. Otherwise the machine has to find others, unless none
   * can be allowed.
   */
  #possibleOf(plans: PlansOfPair<CheckPlan>, actor: unknown, resource: unknown): PossibleActions {
    const { actions, meaning } = this.context
    const { names, areAll } = actions.candidates(meaning.schema.modelOf(resource)?.name)
    if (!areAll && !this.#areNamed(plans, actor, resource)) return null
    // Other literals of the policy can't be the action of a check.
    const tried = areAll ? names : [...actions.words].filter((action) => actions.isNamed(action))
    return tried
      .map((action) => [action, this.#plans.other(plans, actor, action, resource)] as const)
      .filter(([, { condition }]) => condition?.kind !== 'false')
  }

  /** Returns whether no action can be allowed that the policy does not name. */
  #areNamed(plans: PlansOfPair<CheckPlan>, actor: unknown, resource: unknown): boolean {
    const others = entryOf(plans, otherAction, () => this.#plans.plan(actor, 'other', resource))
    return others.condition?.kind === 'false'
  }
}

/** The actions that can be allowed, with their plans. Null if the machine has to find them. */
type PossibleActions = readonly (readonly [action: string, plan: CheckPlan])[] | null

/** Returns the predicate of a plan for some checks: the generated one after the first few. */
function predicateOf(plan: CheckPlan, checks: number): Predicate | undefined {
  const { later } = plan
  if (later !== undefined) {
    plan.checks += checks
    if (plan.checks > checksBeforeCode) {
      plan.later = undefined
      plan.predicate = later()
    }
  }
  return plan.predicate
}

function predicatesIn(plans: PlansOfPair<CheckPlan>): (readonly [action: string, predicate: Predicate])[] {
  return [...plans].flatMap(([action, { predicate, later }]) =>
    typeof action === 'string' && predicate && !later ? [[action, predicate] as const] : [],
  )
}

/** Returns the function for many resources of a predicate that has none of its own. */
function oneByOne(predicate: Predicate): DecideMany {
  return (actor, action, resources, from, answers) => {
    // Sound: it is called for instances of a class only.
    const cls = (resources[from] as object).constructor
    let at = from
    try {
      for (; at < resources.length; at++) {
        const resource = resources[at]
        if (typeof resource !== 'object' || resource === null || resource.constructor !== cls) break
        const answer = predicate(actor, action, resource)
        if (answer === undefined) {
          metErrors.clear()
          break
        }
        answers[at] = answer
        if (metErrors.any) return at + 1
      }
    } catch {
      metErrors.clear()
      // A bail-out: the check of this resource alone repeats it.
    }
    return at
  }
}
